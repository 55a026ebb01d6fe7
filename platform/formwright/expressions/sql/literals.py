"""Values of a context as SQL: bound, or written out for checks and partial indexes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    Interval,
    Numeric,
    Text,
    Time,
    Uuid,
    cast,
    literal,
    literal_column,
    null,
)
from sqlalchemy.types import TypeEngine

from formwright.expressions.types import Kind, Type

__all__ = ["Literals", "quoted", "sql_type", "storable"]

SMALL, BIG = 2**31, 2**63

TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.BOOLEAN: Boolean(),
    Kind.INTEGER: BigInteger(),
    Kind.DECIMAL: Numeric(),
    Kind.NUMBER: Double(),
    Kind.TEXT: Text(),
    Kind.DATE: Date(),
    Kind.DATETIME: DateTime(timezone=True),
    Kind.TIME: Time(),
    Kind.DURATION: Interval(),
    Kind.RECORD: Uuid(),
}
BY_VALUE: dict[type, TypeEngine[Any]] = {
    bool: Boolean(),
    Decimal: Numeric(),
    float: Double(),
    str: Text(),
    date: Date(),
    datetime: DateTime(timezone=True),
    time: Time(),
    timedelta: Interval(),
    UUID: Uuid(),
}


def sql_type(kind: Type) -> TypeEngine[Any]:
    """Return the SQL type in which values of *kind* are bound."""
    if kind.kind is Kind.LIST:
        return ARRAY(sql_type(kind.of or Type(Kind.TEXT)))
    return TYPES.get(kind.kind, Text())


def storable(value: Any) -> bool:
    """Tell whether PostgreSQL can hold *value*: a text without NUL and lone surrogates."""
    if isinstance(value, list):
        return all(map(storable, value))
    return not isinstance(value, str) or not ("\0" in value or any("\ud800" <= s <= "\udfff" for s in value))


def quoted(text: str) -> str:
    r"""Return *text* as an SQL string literal, whatever `standard_conforming_strings` says.

    A text with a backslash takes the form ``E'…'``, where ``\\`` is a backslash.
    """
    doubled = text.replace("'", "''")
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in text else f"'{doubled}'"


@dataclass(frozen=True, slots=True)
class Literals:
    """Turns values into SQL; *inline* writes them out instead of binding them."""

    inline: bool = False

    def value(self, value: Any, numeric: bool = False) -> ColumnElement[Any]:
        """Return *value* as SQL by its Python type; an integer as numeric when *numeric* or too large."""
        if value is None:
            return null()
        if type(value) is int:
            return self._integer(value, numeric)
        return self._typed(value, BY_VALUE[type(value)])

    def beside(self, value: Any, other: Type) -> ColumnElement[Any]:
        """Return *value* in the SQL type that lets an index on a column of type *other* be used."""
        if value is None:
            return literal(None, sql_type(other))
        if isinstance(value, Decimal) and other.kind is Kind.INTEGER and value == value.to_integral_value():
            value = int(value)
        return self.value(value, numeric=other.kind is Kind.DECIMAL)

    def array(self, values: list[Any], element: TypeEngine[Any]) -> ColumnElement[Any]:
        """Return *values*, all of one SQL type, as an array."""
        if not self.inline:
            return literal(values, ARRAY(element))
        written = ", ".join(_written(value) for value in values)
        return cast(literal_column(f"ARRAY[{written}]", ARRAY(element)), ARRAY(element))

    def _integer(self, value: int, numeric: bool) -> ColumnElement[Any]:
        if numeric or not -BIG <= value < BIG:
            return self._typed(Decimal(value), Numeric())
        return self._typed(value, Integer() if -SMALL <= value < SMALL else BigInteger())

    def _typed(self, value: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:
        return literal_column(_written(value), kind) if self.inline else literal(value, kind)


def _written(value: Any) -> str:
    """Return *value* as an SQL literal that needs no context to have its type."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return f"({value})" if value < 0 else str(value)
        case str():
            return quoted(value)
        case float():
            return f"CAST('{value!r}' AS DOUBLE PRECISION)"
        case datetime():
            return f"CAST('{value.astimezone(UTC).isoformat()}' AS TIMESTAMP WITH TIME ZONE)"
        case date():
            return f"CAST('{value.isoformat()}' AS DATE)"
        case time():
            return f"CAST('{value.isoformat()}' AS TIME)"
        case timedelta():
            return f"CAST('{value.days} days {value.seconds}.{value.microseconds:06} seconds' AS INTERVAL)"
        case UUID():
            return f"CAST('{value}' AS UUID)"
        case _:
            raise TypeError(f"{type(value).__name__} has no SQL literal")
