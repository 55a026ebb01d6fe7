"""Comparisons as SQL, in two forms: TRUE exactly when it holds, and TRUE exactly when it does not.

Each form may give FALSE or NULL otherwise. `NOT` is never written: it would
turn NULL into NULL where the dialect says true. A value that is dear to
compute is written once, with IS DISTINCT FROM; a column is written twice, so
that an index stays usable.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, and_, cast, false, or_, true

from formwright.expressions.joining import joined
from formwright.expressions.nodes import Literal
from formwright.expressions.sql.literals import Literals
from formwright.expressions.sql.operands import Constant, Operand, Value, as_text
from formwright.expressions.sql.records import NotInSql
from formwright.expressions.types import Kind, Type

__all__ = ["MIRRORED", "Condition", "beside", "equal", "ordered", "sides", "unequal", "uuid_of"]

Condition = ColumnElement[bool]

ORDERS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "<": (operator.lt, operator.ge),
    "<=": (operator.le, operator.gt),
    ">": (operator.gt, operator.le),
    ">=": (operator.ge, operator.lt),
}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def uuid_of(text: object) -> UUID | None:
    """Return the uuid that *text* writes in the canonical way, as contexts hold ids; else None."""
    try:
        found = UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and str(found) == text else None


def beside(constant: Constant, other: Type) -> Any:
    """Return the value of *constant* beside a value of type *other*: a literal joins it, see joining.py."""
    if not constant.known:
        return None
    value = constant.value
    if isinstance(constant.node, Literal):
        value = joined(constant.node, other)
    if other.kind is Kind.NUMBER and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value.get("id") if isinstance(value, dict) else value


def sides(left: Operand, right: Operand) -> tuple[Value, Value | Constant, bool]:
    """Return both sides with a value of the row first, and whether they were exchanged.

    Raises NotInSql when neither is one, or when one is a list of rows.
    """
    if isinstance(left, Constant) and isinstance(right, Value):
        return right, left, True
    if isinstance(left, Value) and isinstance(right, (Value, Constant)):
        return left, right, False
    raise NotInSql("SQL does not compare whole lists", "use `in`, `any` or `|length`")


def equal(left: Value, right: Value | Constant, literals: Literals) -> Condition:
    """Return what is TRUE exactly when two values are equal; missing equals missing."""
    if isinstance(right, Constant):
        if right.missing:
            return left.sql.is_(None) if left.nullable else false()
        if left.type.kind is Kind.BOOLEAN and isinstance(right.value, bool):
            return left.sql if right.value else left.sql.is_(False)
        found = _constant(left, right, literals)
        return false() if found is None else left.sql == found
    one, other = _alike(left, right)
    if not (left.nullable and right.nullable):
        return one == other
    if left.plain and right.plain:
        return or_(one == other, and_(left.sql.is_(None), right.sql.is_(None)))
    return one.is_not_distinct_from(other)


def unequal(left: Value, right: Value | Constant, literals: Literals) -> Condition:
    """Return what is TRUE exactly when two values differ."""
    if isinstance(right, Constant):
        if right.missing:
            return left.sql.is_not(None) if left.nullable else true()
        found = _constant(left, right, literals)
        if found is None:
            return true()
        if not left.nullable:
            return left.sql != found
        if left.plain:
            return or_(left.sql != found, left.sql.is_(None))
        return left.sql.is_distinct_from(found)
    one, other = _alike(left, right)
    return one.is_distinct_from(other) if left.nullable or right.nullable else one != other


def ordered(symbol: str, left: Value, right: Value | Constant, literals: Literals, holds: bool) -> Condition:
    """Return what is TRUE exactly when `left symbol right` is true (*holds*) or false."""
    if isinstance(right, Constant):
        if right.missing:
            return false() if holds else true()
        pair = (_order_key(left), _order_constant(left, right, literals))
        nullable = [left] if left.nullable else []
    else:
        pair = (_order_key(left), _order_key(right))
        nullable = [side for side in (left, right) if side.nullable]
    forth, back = ORDERS[symbol]
    holding: Condition = forth(*pair)
    if holds:
        return holding
    if all(side.plain for side in nullable):
        return or_(back(*pair), *(side.sql.is_(None) for side in nullable))
    return holding.is_not(True)


def _constant(value: Value, constant: Constant, literals: Literals) -> ColumnElement[Any] | None:
    """Return *constant* as SQL of the type of *value*; None when no such value can equal it."""
    found = beside(constant, value.type)
    if value.is_uuid:
        found = uuid_of(found) if constant.known else UUID(int=0)
        return None if found is None else literals.value(found)
    return literals.beside(found, value.type)


def _order_key(value: Value) -> ColumnElement[Any]:
    sql = as_text(value).sql
    return sql.collate("C") if value.type.kind is Kind.TEXT else sql


def _order_constant(value: Value, constant: Constant, literals: Literals) -> ColumnElement[Any]:
    return literals.beside(beside(constant, value.type), value.type)


def _alike(left: Value, right: Value) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return both sides in one SQL type: an id beside a text becomes text."""
    if left.is_uuid != right.is_uuid:
        left, right = as_text(left), as_text(right)
    if {left.type.kind, right.type.kind} == {Kind.INTEGER, Kind.NUMBER}:
        return _exact(left), _exact(right)
    return left.sql, right.sql


def _exact(value: Value) -> ColumnElement[Any]:
    """Return a number as double precision only where it is one; an integer is exact as numeric."""
    return cast(value.sql, Numeric) if value.type.kind is Kind.INTEGER else value.sql
