"""How types relate: what compares with what, and in which type two values meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from formwright.expressions.types import Kind, Type

__all__ = [
    "ANY",
    "BOOLEAN",
    "DECIMAL",
    "INTEGER",
    "MOMENTS",
    "NUMBER",
    "NUMERIC",
    "ORDERED",
    "OTHER_TRUTH",
    "TEXT",
]
__all__ += ["common", "described", "join", "type_of"]

ANY = Type(Kind.ANY)
BOOLEAN = Type(Kind.BOOLEAN)
INTEGER = Type(Kind.INTEGER)
DECIMAL = Type(Kind.DECIMAL)
NUMBER = Type(Kind.NUMBER)
TEXT = Type(Kind.TEXT)

NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
ORDERED = NUMERIC | {Kind.TEXT, Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.DURATION}
MOMENTS = frozenset({Kind.DATE, Kind.DATETIME, Kind.TIME})
# Truth of Python is that of the dialect, except for these.
OTHER_TRUTH = frozenset({Kind.ANY, Kind.LIST, Kind.OBJECT, Kind.RECORD})

WORDS = {
    Kind.ANY: "any value",
    Kind.NULL: "null",
    Kind.BOOLEAN: "a boolean",
    Kind.INTEGER: "an integer",
    Kind.DECIMAL: "a decimal",
    Kind.NUMBER: "a float",
    Kind.TEXT: "a text",
    Kind.DATE: "a date",
    Kind.DATETIME: "a datetime",
    Kind.TIME: "a time",
    Kind.DURATION: "a duration",
    Kind.LIST: "a list",
    Kind.RECORD: "a record",
    Kind.OBJECT: "an object",
}

BY_PYTHON_TYPE = {
    bool: Kind.BOOLEAN,
    int: Kind.INTEGER,
    Decimal: Kind.DECIMAL,
    float: Kind.NUMBER,
    str: Kind.TEXT,
    date: Kind.DATE,
    datetime: Kind.DATETIME,
    time: Kind.TIME,
    timedelta: Kind.DURATION,
}


def described(what: Type | Kind) -> str:
    """Return a type in words: ``a text``, ``a list``."""
    return WORDS[what.kind if isinstance(what, Type) else what]


def join(left: Type, right: Type) -> Type:
    """Return the narrowest type of a value that is of either type; `any` when they have nothing in common."""
    if left is right:
        return left
    optional = left.optional or right.optional
    if left.kind is Kind.NULL:
        return right.maybe()
    if right.kind is Kind.NULL:
        return left.maybe()
    if left.kind is right.kind:
        return replace(_same(left, right), optional=optional)
    if {left.kind, right.kind} == {Kind.INTEGER, Kind.DECIMAL}:
        return replace(DECIMAL, optional=optional)
    if {left.kind, right.kind} == {Kind.INTEGER, Kind.NUMBER}:
        return replace(NUMBER, optional=optional)
    return replace(ANY, optional=optional)


def _same(left: Type, right: Type) -> Type:
    choices: tuple[str, ...] = ()
    if left.choices and right.choices:
        choices = tuple(dict.fromkeys((*left.choices, *right.choices)))
    of = left.of
    if left.of and right.of:
        of = join(left.of, right.of)
    elif right.of:
        of = right.of
    return replace(left, choices=choices, of=of, entity=left.entity if left.entity == right.entity else "")


def common(types: Sequence[Type]) -> Type:
    """Return the type in which all *types* meet, as :func:`join`; `any` for none."""
    result: Type | None = None
    for each in types:
        result = each if result is None else join(result, each)
    return result or ANY


def type_of(value: Any) -> Type:
    """Return the type of a value of a context; used for examples and for tests of metadata."""
    if value is None:
        return Type(Kind.NULL, optional=True)
    if type(value) is list:
        return Type(Kind.LIST, of=common([type_of(item) for item in value]))
    if isinstance(value, Mapping):
        return Type(Kind.RECORD if "id" in value else Kind.OBJECT)
    return Type(BY_PYTHON_TYPE.get(type(value), Kind.ANY))
