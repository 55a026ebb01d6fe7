"""Lists as SQL: children and references by subqueries, several texts as arrays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, case, distinct, false, func, literal_column, null, or_

from formwright.expressions.sql.operands import Mapped, Operand, Record, Rows, Value, as_text
from formwright.expressions.sql.records import NotInSql, Records
from formwright.expressions.types import Kind, Type

__all__ = ["ORDERLESS", "aggregate", "array_function", "falsy", "truthy"]

ZERO = literal_column("0", Integer())
COUNT = Type(Kind.INTEGER)
BOOLEAN = Type(Kind.BOOLEAN)
ORDERLESS = "rows have no order in SQL", "use `min`, `max` or `any`"
EXACT = frozenset({Kind.INTEGER, Kind.DECIMAL})


def truthy(value: Value, holds: bool = True) -> ColumnElement[Any]:
    """Return what is TRUE exactly when *value* counts as true, or with *holds* false, as false."""
    sql, kind = value.sql, value.type.kind
    if kind is Kind.BOOLEAN:
        return sql if holds else sql.is_not(True)
    empty = falsy(kind)
    if empty is None or value.is_uuid:
        return sql.is_not(None) if holds else sql.is_(None)
    if holds:
        return sql != empty
    if value.plain or not value.nullable:
        return or_(sql == empty, sql.is_(None)) if value.nullable else sql == empty
    return (sql != empty).is_not(True)


def falsy(kind: Kind) -> ColumnElement[Any] | None:
    """Return the value of *kind* that counts as false, None when only a missing one does."""
    match kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.NUMBER:
            return ZERO
        case Kind.TEXT:
            return literal_column("''")
        case Kind.DURATION:
            return literal_column("interval '0'")
        case Kind.BOOLEAN:
            return false()
        case _:
            return None


def aggregate(name: str, subject: Rows | Mapped, attribute: str | None, records: Records) -> Operand:
    """Return list function *name* over rows, or over *attribute* of each."""
    if isinstance(subject, Rows):
        if attribute is None:
            return _of_rows(name, subject)
        found = records.attribute(records.row(subject.entity, subject.source), attribute)
        value = found.id if isinstance(found, Record) else found
        if not isinstance(value, Value):
            raise NotInSql("it is a list in a list")
        if name == "unique":
            raise NotInSql("SQL keeps no record for each value", f"write `…|map('{attribute}')|unique`")
        subject = Mapped(subject, value)
        if name == "map":
            return subject
    elif attribute is not None:
        raise NotInSql("the values have no attributes")
    return _of_values(name, subject)


def _of_rows(name: str, rows: Rows) -> Operand:
    match name:
        case "length" | "len" | "count":
            return Value(rows.scalar(func.count()), COUNT, nullable=False, rows=rows)
        case "any":
            return Value(rows.exist(), BOOLEAN, nullable=False)
        case "all":
            return Value(literal_column("true"), BOOLEAN, nullable=False)
        case "empty":
            return Value(~rows.exist(), BOOLEAN, nullable=False)
        case "unique" | "sort":
            return rows
        case _:
            raise NotInSql(*ORDERLESS)


def _of_values(name: str, mapped: Mapped) -> Operand:
    value, present = mapped.value, mapped.present
    match name:
        case "length" | "len" | "count":
            if mapped.distinct:
                return Value(mapped.rows.scalar(func.count(distinct(value.sql))), COUNT, nullable=False)
            return Value(present.scalar(func.count()), COUNT, nullable=False, rows=present)
        case "any":
            return Value(mapped.rows.where(truthy(value)).exist(), BOOLEAN, nullable=False)
        case "all":
            return Value(~mapped.rows.where(truthy(value, holds=False)).exist(), BOOLEAN, nullable=False)
        case "empty":
            return Value(~present.exist(), BOOLEAN, nullable=False)
        case "sum":
            return _sum(mapped)
        case "min" | "max":
            return Value(mapped.rows.scalar(_extreme(name, value)), value.type.maybe())
        case "sort":
            return mapped
        case "unique":
            return Mapped(mapped.rows, value, distinct=True)
        case _:
            raise NotInSql(*ORDERLESS)


def _extreme(name: str, value: Value) -> ColumnElement[Any]:
    """Return `min` or `max`; texts by code point, but with a result of the usual collation.

    A result with the collation "C" would change letters by ASCII only, and not compare with columns.
    """
    key = as_text(value).sql
    if value.type.kind is not Kind.TEXT:
        extreme: ColumnElement[Any] = getattr(func, name)(key, type_=key.type)
        return extreme
    found: ColumnElement[Any] = getattr(func, name)(key.collate("C"), type_=key.type)
    return found.collate("default")


def _sum(mapped: Mapped) -> Value:
    if mapped.value.type.kind not in EXACT:
        raise NotInSql("floats are not summed exactly", "use a decimal attribute")
    summed = distinct(mapped.value.sql) if mapped.distinct else mapped.value.sql
    total = func.coalesce(func.sum(summed), ZERO)
    return Value(mapped.rows.scalar(total), mapped.value.type.surely(), nullable=False)


def array_function(name: str, array: Value, separator: ColumnElement[Any] | None = None) -> Value:
    """Return list function *name* of an array column; a missing one counts as empty."""
    element = (array.type.of or Type(Kind.TEXT)).maybe()
    size = func.coalesce(func.cardinality(array.sql), ZERO, type_=Integer())
    match name:
        case "length" | "len" | "count":
            return Value(size, COUNT, nullable=False)
        case "empty":
            return Value(size == ZERO, BOOLEAN, nullable=False)
        case "any" if element.kind is Kind.RECORD:
            return Value(size != ZERO, BOOLEAN, nullable=False)
        case "first":
            return Value(array.sql[1], element)
        case "last":
            return Value(case((size == ZERO, null()), else_=array.sql[size]), element)
        case "join" if element.kind is Kind.TEXT and separator is not None:
            text = func.coalesce(func.array_to_string(array.sql, separator), literal_column("''"))
            return Value(text, Type(Kind.TEXT), nullable=False)
        case _:
            raise NotInSql("SQL has no such function of arrays here")
