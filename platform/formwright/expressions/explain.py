"""Why an expression gives what it gives: the smallest parts that decided, with the values they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from formwright.expressions.dependencies import paths_read
from formwright.expressions.equality import truth
from formwright.expressions.nodes import (
    Binary,
    Conditional,
    Filter,
    Literal,
    Node,
    Unary,
    children,
    with_children,
)
from formwright.expressions.python import compile_tree
from formwright.problems import ProblemError

if TYPE_CHECKING:
    from formwright.expressions.expression import Expression

__all__ = ["HIDDEN", "Explanation", "Part", "explain", "shown"]

HIDDEN = "•••"
LONG, MANY = 60, 5
NAMES = ("name", "title", "number", "login", "id")


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-expression that decided: its text from *start* to *end*, its value, and what it read.

    *inputs* maps paths (``type``, ``lines[].qty``) to values, None for missing
    ones. A value that may not be seen is `•••`; *failed* says why there is none.
    """

    text: str
    start: int
    end: int
    value: Any
    inputs: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""

    @property
    def sentence(self) -> str:
        """The part in words: ```type == 'enterprise'` is false: type is `residential```."""
        text = " ".join(self.text.split())
        if self.failed:
            return f"`{text}` cannot be evaluated"
        # What a path gives is its only input.
        inputs = {} if list(self.inputs) == [text] else self.inputs
        read = ", ".join(f"{path} is {shown(value)}" for path, value in inputs.items())
        return f"`{text}` is {shown(self.value)}" + (f": {read}" if read else "")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The result of an expression and the parts that decided it, the most telling first."""

    result: Any
    decided: tuple[Part, ...]
    failed: str = ""

    @property
    def sentence(self) -> str:
        """The whole in words: ``false because `paid` is false``."""
        if self.failed:
            return f"no result: {self.failed}"
        reasons = ", and ".join(part.sentence for part in self.decided)
        return f"{shown(self.result)} because {reasons}" if reasons else shown(self.result)


def explain(
    expression: Expression, context: Mapping[str, Any], hidden: frozenset[str] | set[str] = frozenset()
) -> Explanation:
    """Return what *expression* gives for *context*, and the smallest parts that decided it.

    Of a false `&&` these are the parts that are false, of a true `||` the first
    that is true, of `? :` the test and the branch; everything else is looked at
    as a whole. *hidden* are paths whose values must not be seen: they, and
    every value computed from them, are `•••`, except the result when it is a
    boolean. Never raises: what cannot be evaluated says so.
    """
    return _Explainer(expression, context, frozenset(hidden)).explanation()


@dataclass(slots=True)
class _Explainer:
    expression: Expression
    context: Mapping[str, Any]
    hidden: frozenset[str]

    def explanation(self) -> Explanation:
        root = self.expression.node
        result, failed = self._run(lambda: self.expression.value(self.context))
        deciding = list({id(node): node for node in self._deciding(root)}.values()) or [root]
        parts = tuple(self._part(node) for node in deciding if not isinstance(node, Literal))
        if type(result) is not bool and self._secret(self._paths(root)):
            result = HIDDEN
        return Explanation(result, parts, failed)

    def _run(self, evaluate: Callable[[], Any]) -> tuple[Any, str]:
        """Return a value, and why there is none."""
        try:
            return evaluate(), ""
        except ProblemError as error:
            return None, error.problems[0].sentence

    def _value(self, node: Node) -> tuple[Any, str]:
        known = self.expression
        run = compile_tree(node, known.types, known.registry, known.failed)
        return self._run(lambda: run(self.context))

    def _true(self, node: Node) -> bool:
        return truth(self._value(node)[0])

    def _deciding(self, node: Node) -> list[Node]:
        match node:
            case Unary(operand=operand):
                return self._deciding(operand)
            case Binary(operator="&&"):
                return self._of_all(_operands(node, "&&"))
            case Binary(operator="||"):
                return self._of_any(_operands(node, "||"))
            case Conditional(test=test, then=None, otherwise=otherwise):
                return self._of_any([test, otherwise])
            case Conditional(test=test, then=Node() as then, otherwise=otherwise):
                branch = then if self._true(test) else otherwise
                return self._deciding(test) + self._deciding(branch)
            case Literal():
                return []
            case _:
                return [node]

    def _of_all(self, operands: list[Node]) -> list[Node]:
        """Return what makes operands false, each for a reason of its own; everything when all are true."""
        false = [operand for operand in operands if not self._true(operand)]
        found: list[Node] = []
        read: frozenset[str] = frozenset()
        for operand in false or operands:
            paths = paths_read(operand, self.expression.registry)
            # `a != null && a.x > 1`: that the second fails, too, tells nothing new.
            if not false or not found or not paths or any(_base(path) not in read for path in paths):
                found += self._deciding(operand)
            read |= frozenset(map(_base, paths))
        return found

    def _of_any(self, operands: list[Node]) -> list[Node]:
        """Return what makes the first true operand true; everything when none is."""
        true = next((operand for operand in operands if self._true(operand)), None)
        chosen = operands if true is None else [true]
        return [node for operand in chosen for node in self._deciding(operand)]

    def _part(self, node: Node) -> Part:
        value, failed = self._value(node)
        paths = self._paths(node)
        inputs = {path: self._input(path) for path in paths}
        if self._secret(paths):
            value = HIDDEN
        text = self.expression.text[node.start : node.end]
        return Part(text, node.start, node.end, value, inputs, failed)

    def _paths(self, node: Node) -> list[str]:
        """Return the paths that *node* really reads here, without those that only lead to longer ones."""
        registry = self.expression.registry
        found = sorted({path for part in self._taken(node) for path in paths_read(part, registry)})
        return [p for p in found if not any(q.startswith((f"{p}.", f"{p}[")) for q in found)]

    def _taken(self, node: Node) -> list[Node]:
        """Return *node* without the branches that were not taken, and the tests that chose the others."""
        match node:
            case Filter(subject=subject, condition=condition):
                # Every element may take another branch.
                kept, *tests = self._taken(subject)
                return [with_children(node, (kept, condition)), *tests]
            case Conditional(test=test, then=Node() as then, otherwise=otherwise):
                kept, *tests = self._taken(then if self._true(test) else otherwise)
                return [kept, *self._taken(test), *tests]
            case Conditional(test=left, otherwise=right) | Binary(operator="||", left=left, right=right):
                return self._taken(left) if self._true(left) else self._taken(right) + self._taken(left)
            case Binary(operator="&&", left=left, right=right):
                return self._taken(right) + self._taken(left) if self._true(left) else self._taken(left)
        parts = [self._taken(part) for part in children(node)]
        whole = with_children(node, tuple(kept for kept, *_ in parts))
        return [whole, *(test for _, *tests in parts for test in tests)]

    def _input(self, path: str) -> Any:
        return HIDDEN if self._secret([path]) else _read(self.context, path)

    def _secret(self, paths: list[str]) -> bool:
        return any(_covers(secret, path) for path in paths for secret in self.hidden)


def _operands(node: Node, operator: str) -> list[Node]:
    """Return the operands of a chain of one operator, left to right."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Binary) and current.operator == operator:
            waiting += [current.right, current.left]
        else:
            found.append(current)
    return found


def _base(path: str) -> str:
    return path.replace("[", ".").split(".", 1)[0]


def _covers(secret: str, path: str) -> bool:
    """Tell whether *path* shows something of *secret*, of the record itself or of how it was."""
    own = path.removeprefix("record.").removeprefix("old.")
    return any(
        one == other or one.startswith((f"{other}.", f"{other}["))
        for one, other in ((path, secret), (own, secret), (secret, own))
    )


def _read(context: Any, path: str) -> Any:
    """Return what is at *path* of a context: ``lines[].qty`` gives a list."""
    first, dot, rest = path.partition(".")
    name, brackets, _ = first.partition("[]")
    value = context.get(name) if isinstance(context, Mapping) else None
    if not dot:
        return value
    if brackets:
        return [_read(item, rest) for item in value] if isinstance(value, list) else []
    return _read(value, rest)


def shown(value: Any) -> str:
    """Return a value of a context as a sentence shows it; long ones cut."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case str():
            if value == HIDDEN:
                return value
            return f"`{value}`" if len(value) <= LONG else f"`{value[:LONG]}…`"
        case Decimal():
            return format(value, "f") if abs(value.adjusted()) < LONG else str(value)
        case int() if value.bit_length() > 10 * LONG:
            return "a very large number"
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            items = [shown(item) for item in value[:MANY]]
            return "[" + ", ".join(items + [f"… {len(value)} in all"] * (len(value) > MANY)) + "]"
        case dict():
            name = next((value[key] for key in NAMES if isinstance(value.get(key), str)), None)
            return "an object" if name is None else shown(name)
        case _:
            return str(value)[:LONG]
