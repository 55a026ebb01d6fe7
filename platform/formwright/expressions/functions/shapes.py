"""Short names for the types and parameters that built-in functions share."""

from __future__ import annotations

from collections.abc import Sequence

from formwright.expressions.registry import Form, Parameter
from formwright.expressions.types import Kind, Type

__all__ = [
    "BOOLEAN",
    "BOTH",
    "DATE",
    "DAYS",
    "FUNCTION",
    "INTEGER",
    "LISTS",
    "MOMENTS",
    "NUMBERS",
    "TEXT",
    "TEXTS",
    "TRANSFORM",
    "element",
    "first_type",
    "list_of",
    "number",
    "text",
]

FUNCTION = frozenset({Form.FUNCTION})
TRANSFORM = frozenset({Form.TRANSFORM})
BOTH = FUNCTION | TRANSFORM

TEXTS = frozenset({Kind.TEXT})
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
LISTS = frozenset({Kind.LIST})
DAYS = frozenset({Kind.DATE, Kind.DATETIME})
MOMENTS = frozenset({Kind.DATE, Kind.DATETIME, Kind.TIME})

BOOLEAN = Type(Kind.BOOLEAN)
INTEGER = Type(Kind.INTEGER)
TEXT = Type(Kind.TEXT)
DATE = Type(Kind.DATE)


def text(name: str, *, optional: bool = False) -> Parameter:
    """Return a text parameter."""
    return Parameter(name, TEXTS, optional=optional)


def number(name: str, *, optional: bool = False) -> Parameter:
    """Return a parameter of any number kind."""
    return Parameter(name, NUMBERS, optional=optional)


def list_of(name: str, *kinds: Kind) -> Parameter:
    """Return a list parameter; *kinds* narrow what the list holds."""
    return Parameter(name, LISTS, of=frozenset(kinds))


def first_type(types: Sequence[Type]) -> Type:
    """Return the type of the first argument."""
    return types[0]


def element(types: Sequence[Type]) -> Type:
    """Return the type of an attribute named second, else of the list's elements; always optional."""
    if len(types) > 1:
        return types[1].maybe()
    return (types[0].of or Type(Kind.ANY)).maybe()
