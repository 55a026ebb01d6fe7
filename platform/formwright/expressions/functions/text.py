"""Functions of text. Positions and lengths count code points; case folding is that of Unicode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func

from formwright.expressions.functions.shapes import BOOLEAN, BOTH, TEXT, text
from formwright.expressions.limits import checked_text
from formwright.expressions.registry import Example, Function
from formwright.expressions.types import Kind, Type

__all__ = ["FUNCTIONS", "SPACES"]

SPACES = " \t\n\r\f\v\u00a0"


def _digits(value: str) -> str:
    return "".join(sign for sign in value if sign in "0123456789")


def _replace(value: str, old: str, new: str) -> str:
    """Nothing is found when *old* is empty, as in PostgreSQL."""
    if not old:
        return value
    growth = (len(new) - len(old)) * value.count(old)
    checked_text(len(value) + growth)
    return value.replace(old, new)


def _split(value: str, separator: str) -> list[str]:
    if not value:
        return []
    return value.split(separator) if separator else [value]


def _digits_sql(columns: Sequence[ColumnElement[Any]], _: Sequence[Type]) -> ColumnElement[Any]:
    return func.regexp_replace(columns[0], "[^0-9]", "", "g")


FUNCTIONS = (
    Function(
        name="lower",
        forms=BOTH,
        parameters=(text("text"),),
        result=TEXT,
        python=str.lower,
        sql=lambda columns, _: func.lower(columns[0]),
        doc="The text in small letters.",
        examples=(Example("name|lower", {"name": "Žofie"}, "žofie"),),
        group="text",
    ),
    Function(
        name="upper",
        forms=BOTH,
        parameters=(text("text"),),
        result=TEXT,
        python=str.upper,
        # Servers whose case mapping is that of the C library keep the `ß`.
        sql=lambda columns, _: func.upper(func.replace(columns[0], "ß", "SS")),
        doc="The text in capital letters.",
        examples=(Example("name|upper", {"name": "Žofie"}, "ŽOFIE"),),
        group="text",
    ),
    Function(
        name="trim",
        forms=BOTH,
        parameters=(text("text"),),
        result=TEXT,
        python=lambda value: value.strip(SPACES),
        sql=lambda columns, _: func.btrim(columns[0], SPACES),
        doc="The text without white space at both ends.",
        examples=(Example("name|trim", {"name": "  a b "}, "a b"),),
        group="text",
    ),
    Function(
        name="digits",
        forms=BOTH,
        parameters=(text("text"),),
        result=TEXT,
        python=_digits,
        sql=_digits_sql,
        doc="The digits 0 to 9 of the text, without everything else.",
        examples=(Example("phone|digits", {"phone": "+420 601-234"}, "420601234"),),
        group="text",
    ),
    Function(
        name="replace",
        forms=BOTH,
        parameters=(text("text"), text("old"), text("new")),
        result=TEXT,
        python=_replace,
        sql=lambda columns, _: func.replace(*columns),
        doc="The text with every *old* replaced by *new*.",
        examples=(Example("code|replace('-', '')", {"code": "a-b-c"}, "abc"),),
        group="text",
    ),
    Function(
        name="starts_with",
        forms=BOTH,
        parameters=(text("text"), text("start")),
        result=BOOLEAN,
        python=str.startswith,
        sql=lambda columns, _: func.starts_with(*columns),
        doc="Whether the text begins with *start*; case counts.",
        examples=(Example("code|starts_with('CZ')", {"code": "CZ123"}, True),),
        group="text",
    ),
    Function(
        name="contains",
        forms=BOTH,
        parameters=(text("text"), text("part")),
        result=BOOLEAN,
        python=str.__contains__,
        sql=lambda columns, _: func.strpos(*columns) > 0,
        doc="Whether *part* occurs in the text; case counts.",
        examples=(Example("name|contains('net')", {"name": "internet"}, True),),
        group="text",
    ),
    Function(
        name="split",
        forms=BOTH,
        parameters=(text("text"), text("separator")),
        result=Type(Kind.LIST, of=TEXT),
        python=_split,
        doc="The parts of the text between separators; none of an empty text.",
        examples=(Example("path|split('/')", {"path": "a/b"}, ["a", "b"]),),
        group="text",
    ),
)
