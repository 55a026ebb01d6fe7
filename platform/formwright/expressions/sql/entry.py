"""What an expression means in SQL: the ways in."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause, null
from sqlalchemy.sql.visitors import iterate

from formwright.expressions.joining import joined
from formwright.expressions.nodes import Literal, Member, Name, Node
from formwright.expressions.python import compile_tree
from formwright.expressions.reports import locate
from formwright.expressions.sql.branches import together
from formwright.expressions.sql.compiler import TOO_LARGE, Compiler
from formwright.expressions.sql.constants import Binds, Constants
from formwright.expressions.sql.literals import Literals
from formwright.expressions.sql.probe import Probe
from formwright.expressions.sql.records import NotInSql, Records
from formwright.expressions.sql.source import SqlSource
from formwright.expressions.types import Kind
from formwright.problems import Problem, ProblemError

if TYPE_CHECKING:
    from formwright.expressions.expression import Expression

__all__ = ["check", "column", "falsity", "inline", "truth", "unsupported"]

NO_BINDS: Binds = {}
LARGEST = 20_000  # parts of the SQL of one expression


def truth(
    expression: Expression, source: SqlSource, binds: Binds, row: FromClause | None = None
) -> ColumnElement[bool]:
    """Return SQL that is TRUE exactly when *expression* is true, for the records of *row*.

    Otherwise it is FALSE or NULL. *row* is the table of the expression's entity
    type or an alias of it; None means the table itself. *binds* are the values
    of the other names of the context (`user`, `today`, `params`, …); they become
    parameters. Raises ProblemError `not-in-sql` with every node that has no SQL
    meaning.
    """
    compiler = _compiler(expression, source, binds, row)
    return _finished(expression, compiler, compiler.condition(expression.node, True))


def falsity(
    expression: Expression, source: SqlSource, binds: Binds, row: FromClause | None = None
) -> ColumnElement[bool]:
    """Return SQL that is TRUE exactly when *expression* is not true; see :func:`truth`."""
    compiler = _compiler(expression, source, binds, row)
    return _finished(expression, compiler, compiler.condition(expression.node, False))


def column(
    expression: Expression, source: SqlSource, binds: Binds, row: FromClause | None = None
) -> ColumnElement[Any]:
    """Return SQL that gives the value of *expression*, NULL when it is missing; see :func:`truth`.

    A record gives its id. Whole numbers may come as numeric without fraction.
    """
    compiler = _compiler(expression, source, binds, row)
    return _finished(expression, compiler, _value(expression, compiler))


def inline(expression: Expression, source: SqlSource, row: FromClause | None = None) -> ColumnElement[bool]:
    """Return :func:`truth` with its constants written out, for the WHERE of a partial index.

    Only columns of the row itself can be read: names of the context, references
    and children are problems.
    """
    compiler = _compiler(expression, source, NO_BINDS, row, own=True)
    return _finished(expression, compiler, compiler.condition(expression.node, True))


def check(expression: Expression, source: SqlSource, row: FromClause | None = None) -> ColumnElement[bool]:
    """Return the text of a CHECK: as :func:`inline`, but never NULL, because a CHECK lets NULL pass."""
    return inline(expression, source, row).is_(True)


def unsupported(
    expression: Expression, *, own: bool = False, source: SqlSource | None = None
) -> list[Problem]:
    """Return a problem `not-in-sql` for each node that has no SQL meaning; none when all have.

    Needs no tables: every attribute that is not children counts as a column.
    With *own*, as :func:`inline` needs it. Whoever asks about many expressions
    hands the same *source* to all, a Probe that keeps its tables.
    """
    compiler = _compiler(expression, source or Probe(expression.scope.schema), None, None, own=own)
    if expression.expects is not None and expression.expects.kind is Kind.BOOLEAN:
        found = compiler.condition(expression.node, True)
    else:
        found = _value(expression, compiler)
    _measure(expression, compiler, found)
    return list(_problems(expression, compiler))


def _compiler(
    expression: Expression,
    source: SqlSource,
    binds: Binds | None,
    row: FromClause | None,
    own: bool = False,
) -> Compiler:
    scope = expression.scope
    records = Records(source, scope.schema, own)
    constants = Constants(scope, expression.registry, binds, _evaluate(expression), own)
    table = source.table(scope.entity) if row is None else row
    return Compiler(
        types=expression.types,
        constants=constants,
        records=records,
        literals=Literals(inline=own),
        root=records.row(scope.entity, table),
    )


def _evaluate(expression: Expression) -> Any:
    """Return the function that evaluates a constant node: names and paths at once, the rest compiled."""

    def evaluate(node: Node, binds: Binds) -> Any:
        match node:
            case Literal():
                return joined(node, None)
            case Name(name=name):
                return binds.get(name)
            case Member(subject=Name(name=subject), name=name):
                held = binds.get(subject)
                return held.get(name) if isinstance(held, dict) else None
        return compile_tree(node, expression.types, expression.registry, expression.failed)(binds)

    return evaluate


def _value(expression: Expression, compiler: Compiler) -> ColumnElement[Any]:
    node, wanted = expression.node, expression.expects or expression.type
    if wanted.kind is Kind.BOOLEAN and expression.expects is not None:
        return compiler.condition(node, True).is_(True)
    found = compiler.operand(node)
    try:
        if wanted.kind in (Kind.ANY, Kind.LIST, Kind.NULL):
            return compiler.plain(found)
        return together(compiler, [found], wanted)[0]
    except NotInSql as why:
        compiler.fail(node, why)
        return null()


def _measure(expression: Expression, compiler: Compiler, result: ColumnElement[Any]) -> None:
    """Refuse what is written out again and again, like `min(min(min(…)))`, whose size doubles each time."""
    if next(islice(iterate(result), LARGEST, None), None) is not None:
        compiler.fail(expression.node, NotInSql(*TOO_LARGE))


def _finished(expression: Expression, compiler: Compiler, result: ColumnElement[Any]) -> ColumnElement[Any]:
    _measure(expression, compiler, result)
    if compiler.failures:
        raise ProblemError(_problems(expression, compiler))
    return result


def _problems(expression: Expression, compiler: Compiler) -> Iterable[Problem]:
    for node, why in sorted(compiler.failures, key=lambda failure: failure[0].start):
        shown = expression.text[node.start : node.end]
        shown = shown if len(shown) <= 60 else shown[:60] + "…"
        yield Problem(
            "not-in-sql",
            f"`{shown}` has no meaning in SQL: {why.why}.",
            locate(expression.text, node.start, expression.place),
            why.hint,
        )
