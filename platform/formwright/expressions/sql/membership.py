"""`x in y` as SQL: TRUE exactly when it holds, or TRUE exactly when it does not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, all_, any_, false, func, literal_column, or_, true
from sqlalchemy.dialects import postgresql

from formwright.expressions.sql.comparing import Condition, beside, equal, sides, unequal, uuid_of
from formwright.expressions.sql.literals import Literals, sql_type
from formwright.expressions.sql.operands import Constant, Items, Mapped, Operand, Rows, Value, as_text
from formwright.expressions.sql.records import NotInSql
from formwright.expressions.types import Kind, Type

__all__ = ["member"]

PYTHON: dict[Kind, tuple[type, ...]] = {
    Kind.BOOLEAN: (bool,),
    Kind.INTEGER: (int, Decimal, float),
    Kind.DECIMAL: (int, Decimal),
    Kind.NUMBER: (int, float),
    Kind.TEXT: (str,),
    Kind.RECORD: (str,),
    Kind.DATE: (date,),
    Kind.DATETIME: (datetime,),
    Kind.TIME: (time,),
    Kind.DURATION: (timedelta,),
}


def member(value: Operand, where: Operand, literals: Literals, holds: bool) -> Condition:
    """Return what is TRUE exactly when *value* is in *where*, or with *holds* false, when it is not.

    Both are values, constants, or what holds several; at least one depends on
    the row. A missing value is in nothing, and nothing is in a missing list.
    """
    if isinstance(where, Items) and all(isinstance(item, Constant) for item in where.items):
        return _among(value, [item for item in where.items if isinstance(item, Constant)], literals, holds)
    if isinstance(where, Constant) and where.type.kind is Kind.LIST:
        items = where.value if isinstance(where.value, list) else []
        of = where.type.of or Type(Kind.TEXT)
        found = [Constant(item, of) for item in items] if where.known else [Constant(None, of, known=False)]
        return _among(value, found, literals, holds)
    inside = _inside(value, where, literals)
    return inside if holds else inside.is_not(True)


def _among(value: Operand, items: list[Constant], literals: Literals, holds: bool) -> Condition:
    """Return whether a value of the row is one of several constants."""
    if not isinstance(value, Value):
        raise NotInSql("both sides are lists or fixed")
    unknown = next((item for item in items if not item.known), None)
    present = [item for item in items if not item.missing and item.known and _fits(item, value)]
    if unknown is not None or len(present) == 1:
        one = unknown or present[0]
        return equal(value, one, literals) if holds else unequal(value, one, literals)
    if not present:
        return false() if holds else true()
    array = _array(value, present, literals)
    if holds:
        return value.sql == any_(array)
    if value.nullable and value.plain:
        return or_(value.sql != all_(array), value.sql.is_(None))
    return (value.sql == any_(array)).is_not(True) if value.nullable else value.sql != all_(array)


def _fits(item: Constant, value: Value) -> bool:
    """Tell whether the column of *value* could hold *item* at all."""
    found = beside(item, value.type)
    if value.is_uuid:
        return uuid_of(found) is not None
    if isinstance(found, bool) and value.type.kind is not Kind.BOOLEAN:
        return False
    if isinstance(found, datetime) and value.type.kind is Kind.DATE:
        return False
    return isinstance(found, PYTHON.get(value.type.kind, ()))


def _array(value: Value, items: list[Constant], literals: Literals) -> ColumnElement[Any]:
    found: list[Any] = [beside(item, value.type) for item in items]
    if value.is_uuid:
        return literals.array([UUID(item) for item in found], sql_type(Type(Kind.RECORD)))
    if value.type.kind is Kind.DECIMAL or any(_wide(item) for item in found):
        return literals.array([Decimal(item) for item in found], sql_type(Type(Kind.DECIMAL)))
    return literals.array(found, sql_type(value.type))


def _wide(item: Any) -> bool:
    """Tell whether a number does not fit into bigint."""
    return isinstance(item, Decimal) or (isinstance(item, int) and not -(2**63) <= item < 2**63)


def _inside(value: Operand, where: Operand, literals: Literals) -> Condition:
    if isinstance(value, Constant) and value.missing:
        return false()
    if isinstance(where, Constant) and where.missing:
        return false()
    match where:
        case Rows(source=source):
            of_row = Value(source.c["id"], Type(Kind.RECORD), nullable=False)
            return where.where(_same(of_row, value, literals)).exist()
        case Mapped(rows=rows, value=each):
            return rows.where(_same(each, value, literals)).exist()
        case Items(items=items):
            return or_(false(), *(_same(item, value, literals) for item in items))
        case Value(type=Type(kind=Kind.LIST)):
            return _in_array(value, where, literals)
        case Value() | Constant() if isinstance(value, (Value, Constant)):
            return func.strpos(_text(where, literals), _text(value, literals)) > literal_column("0")
        case _:
            raise NotInSql("SQL cannot look into it")


def _same(one: Operand, other: Operand, literals: Literals) -> Condition:
    """Return what is TRUE exactly when both are present and equal."""
    if isinstance(one, Constant):
        one, other = other, one
    if isinstance(one, Constant) and isinstance(other, Constant):
        return true() if beside(one, other.type) == beside(other, one.type) else false()
    if isinstance(other, Constant) and other.missing:
        return false()
    first, second, _ = sides(one, other)
    if isinstance(second, Value):
        first = Value(first.sql, first.type, nullable=False)
    return equal(first, second, literals)


def _in_array(value: Operand, where: Value, literals: Literals) -> Condition:
    element = where.type.of or Type(Kind.TEXT)
    if isinstance(value, Constant):
        found = beside(value, element)
        if element.kind is Kind.RECORD:
            found = uuid_of(found) if value.known else UUID(int=0)
            if found is None:
                return false()
        # `@>` and not `= ANY`: only it can use a GIN index.
        return where.sql.bool_op("@>")(literals.array([found], sql_type(element)))
    if not isinstance(value, Value):
        raise NotInSql("SQL cannot look for a list in a list")
    if element.kind is Kind.RECORD and not value.is_uuid:
        array: ColumnElement[Any] = where.sql.cast(postgresql.ARRAY(Text()))
        return value.sql == any_(array)
    if element.kind is not Kind.RECORD:
        value = as_text(value)
    return value.sql == any_(where.sql)


def _text(operand: Value | Constant, literals: Literals) -> ColumnElement[Any]:
    if isinstance(operand, Value):
        return as_text(operand).sql
    return literals.beside(operand.value, Type(Kind.TEXT))
