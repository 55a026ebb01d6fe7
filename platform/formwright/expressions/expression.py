"""A compiled expression, and how one is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from formwright.expressions.checks import Checked, check
from formwright.expressions.dependencies import literal_text, paths_read
from formwright.expressions.extent import DIALECT_LIMITS
from formwright.expressions.joining import dialect_tree
from formwright.expressions.nodes import Call, Node
from formwright.expressions.parser import parse
from formwright.expressions.python import Evaluate, compile_tree
from formwright.expressions.queries import RECORDS, Question, RecordQuery, question
from formwright.expressions.registry import Registry, standard
from formwright.expressions.reports import Report, locate
from formwright.expressions.types import Kind, Scope, Type
from formwright.problems import Place, Problem, ProblemError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

    from formwright.expressions.explain import Explanation
    from formwright.expressions.sql import SqlSource

__all__ = ["Expression", "compile_expression", "fails_closed"]

NOWHERE = Place()
WORDS = re.compile("null|today|now")
Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expression:
    """One rule, compiled once: a Python function, SQL, the paths it reads, an explanation.

    ``value(context)`` gives the value (None when it is missing); an expression
    that expects a boolean gives True or False. ``true(context)`` tells whether
    the value counts as true. Both raise only ProblemError, never change the
    context, and may be called from any thread. They are attributes and not
    methods, so that a call costs nothing but the rule itself; their code is
    made at the first call.
    """

    text: str
    type: Type
    scope: Scope
    expects: Type | None = None
    place: Place = NOWHERE
    node: Node = field(repr=False)
    types: Mapping[int, Type] = field(repr=False)
    registry: Registry = field(repr=False)
    dependencies: frozenset[str] = field(repr=False)
    queries: tuple[Call, ...] = field(default=(), repr=False)
    criteria: tuple[Evaluate, ...] = field(init=False, default=(), repr=False)
    value: Evaluate = field(init=False, repr=False)
    true: Callable[[Context], bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Put functions in place that compile the code when they are first called."""
        object.__setattr__(self, "value", self._first_value)
        object.__setattr__(self, "true", self._first_true)

    def __eq__(self, other: object) -> bool:
        """Say whether both say the same about the same entity type, wherever they stand."""
        return isinstance(other, Expression) and self._key() == other._key()

    def __hash__(self) -> int:
        """Return the hash of what equality compares."""
        return hash(self._key())

    def _key(self) -> tuple[str, str, Type, Type | None]:
        return (self.text, self.scope.entity, self.type, self.expects)

    def _first_value(self, context: Context) -> Any:
        if self.value == self._first_value:  # else somebody kept this function from before the first call
            decides = self.expects is not None and self.expects.kind is Kind.BOOLEAN
            run = compile_tree(
                self.node, self.types, self.registry, self.failed, expects=self.expects, decides=decides
            )
            object.__setattr__(self, "value", run)
        return self.value(context)

    def _first_true(self, context: Context) -> bool:
        if self.true == self._first_true:
            run = compile_tree(self.node, self.types, self.registry, self.failed, decides=True)
            object.__setattr__(self, "true", run)
        return self.true(context)

    def failed(self, error: Exception) -> ProblemError:
        """Return the problem for an *error* of an evaluation, at the place of the expression."""
        place = locate(self.text, 0, self.place)
        if isinstance(error, ProblemError):
            return ProblemError([replace(problem, place=place) for problem in error.problems])
        sentence = f"The expression `{self.text[:200]}` cannot be evaluated: {str(error)[:200]}."
        return ProblemError([Problem("evaluation-failed", sentence, place)])

    def requests(self, context: Context) -> list[RecordQuery]:
        """Return the questions to records that *context* leaves open.

        Put the answers into ``context["$records"]`` and ask again until nothing
        is left: a question may depend on the answer of another. Questions whose
        criteria cannot be evaluated yet are left out.
        """
        if len(self.criteria) < len(self.queries):
            object.__setattr__(self, "criteria", tuple(map(self._criteria, self.queries)))
        answers = context.get(RECORDS) or {}
        found: dict[RecordQuery, None] = {}
        for call, criteria in zip(self.queries, self.criteria, strict=True):
            try:
                values = criteria(context)
            except ProblemError:
                continue
            entity, *rest = call.arguments[:-1]
            attribute = literal_text(rest[0]) if rest else ""
            query = question(Question(call.name), literal_text(entity), attribute, values)
            if query is not None and query not in answers:
                found[query] = None
        return list(found)

    def _criteria(self, call: Call) -> Evaluate:
        return compile_tree(call.arguments[-1], self.types, self.registry, self.failed, criteria=True)

    def explain(self, context: Context, hidden: frozenset[str] = frozenset()) -> Explanation:
        """Return the smallest parts that decided the result; values at *hidden* paths are not shown."""
        from formwright.expressions.explain import explain

        return explain(self, context, hidden)

    def where(self, source: SqlSource, binds: Context, row: FromClause | None = None) -> ColumnElement[bool]:
        """Return SQL that is true exactly where the expression is true, for *row*, which may be an alias."""
        from formwright.expressions.sql import truth

        return truth(self, source, binds, row)

    def where_not(
        self, source: SqlSource, binds: Context, row: FromClause | None = None
    ) -> ColumnElement[bool]:
        """Return SQL that is true exactly where the expression is false or missing."""
        from formwright.expressions.sql import falsity

        return falsity(self, source, binds, row)

    def column(self, source: SqlSource, binds: Context, row: FromClause | None = None) -> ColumnElement[Any]:
        """Return SQL that gives the value."""
        from formwright.expressions.sql import column

        return column(self, source, binds, row)


def compile_expression(
    text: str,
    scope: Scope,
    *,
    place: Place = NOWHERE,
    expects: Type | None = None,
    registry: Registry | None = None,
) -> Expression:
    """Return *text* compiled for *scope*.

    *place* is where the text begins in its file. *expects* is the type that
    the result must have; a boolean means a condition, for which any value but a
    list or object will do. Raises ProblemError with every problem, each at its
    own line and column.
    """
    known = registry or standard()
    try:
        tree = _tree(text)
    except ProblemError:
        parse(text, strict=True, limits=DIALECT_LIMITS, place=place)
        raise
    names = scope.visible()
    node = dialect_tree(tree, names) if WORDS.search(text) else tree
    report = Report(text, place, strict=True)
    checked = check(node, scope, known, report, expects)
    report.finish()
    return _expression(text, scope, place, expects, registry=known, node=node, checked=checked)


def _expression(
    text: str,
    scope: Scope,
    place: Place,
    expects: Type | None,
    *,
    registry: Registry,
    node: Node,
    checked: Checked,
) -> Expression:
    return Expression(
        text=text,
        type=checked.type,
        scope=scope,
        expects=expects,
        place=place,
        node=node,
        types=checked.types,
        registry=registry,
        dependencies=paths_read(node, registry),
        queries=checked.queries,
    )


@lru_cache(maxsize=8192)
def _tree(text: str) -> Node:
    """Return the tree of *text*. The same rule stands in many places, and trees never change."""
    return parse(text, strict=True, limits=DIALECT_LIMITS)


def fails_closed(expression: Expression, context: Context) -> bool:
    """Tell whether *expression* is true, and say no when it cannot be evaluated: for permissions."""
    try:
        return expression.true(context)
    except ProblemError:
        return False
