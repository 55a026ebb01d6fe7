"""JavaScript's values in Python: what is true, and what becomes of a value as text or number.

`null` is None, `undefined` is UNDEFINED, numbers are int and float and count as
doubles. Only the exact types that JSON gives are looked into; any other object is
opaque: true, not a number, equal to itself only. As a convenience a Decimal counts
as its double and a date, time or datetime as its ISO text.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, final

from formwright.expressions.grammar import SPACE

__all__ = [
    "UNDEFINED",
    "TooLarge",
    "Undefined",
    "number_of",
    "primitive",
    "strip",
    "text_of",
    "truth",
    "units",
]

INFINITY = float("inf")
NAN = float("nan")
SAFE = 2**53
OUTPUT = 1_000_000  # characters of a text that an evaluation makes

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
BASED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
INFINITIES = {"Infinity": INFINITY, "+Infinity": INFINITY, "-Infinity": -INFINITY}
BASES = {"x": 16, "o": 8, "b": 2}
SPACES = re.sub("\u2000-\u200a", "".join(map(chr, range(0x2000, 0x200B))), SPACE)


@final
class Undefined:
    """The type of UNDEFINED, the value of what is not there."""

    __slots__ = ()

    def __bool__(self) -> bool:
        """Return False."""
        return False

    def __repr__(self) -> str:
        """Return ``undefined``."""
        return "undefined"


UNDEFINED: Final = Undefined()


class TooLarge(Exception):  # noqa: N818 - it says what the value is
    """An evaluation made a text longer than allowed, or looked at too many elements."""


def truth(value: Any) -> bool:
    """Return whether *value* counts as true: all but null, undefined, false, 0, NaN and the empty text."""
    kind = type(value)
    if kind is bool or kind is str:
        return bool(value)
    if kind is int or kind is float or kind is Decimal:
        # Only NaN differs from itself.
        return bool(value != 0 and value == value)  # noqa: PLR0124
    return value is not None and value is not UNDEFINED


def primitive(value: Any) -> Any:
    """Return *value* as null, undefined, boolean, number or text; lists and objects become texts."""
    kind = type(value)
    if kind is list or kind is dict:
        return text_of(value)
    if kind is Decimal:
        return float(value)
    if kind is date or kind is datetime or kind is time:
        return value.isoformat()
    return value


def number_of(value: Any) -> float:
    """Return the double that JavaScript's arithmetic makes of *value*, NaN when it makes none."""
    kind = type(value)
    if kind is float:
        return float(value)
    if kind is int:
        return _double(value)
    if kind is bool or value is None:
        return 1.0 if value else 0.0
    if kind is str:
        return _read(value)
    plain = primitive(value)
    return NAN if plain is value else number_of(plain)


def _double(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return INFINITY if value > 0 else -INFINITY


def _read(text: str) -> float:
    stripped = text.strip(SPACES)
    if not stripped:
        return 0.0
    if NUMBER.fullmatch(stripped):
        return float(stripped)
    if BASED.fullmatch(stripped):
        return _double(int(stripped[2:], BASES[stripped[1].lower()]))
    return INFINITIES.get(stripped, NAN)


def text_of(value: Any) -> str:
    """Return the text that JavaScript joins to a text for *value*."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is float:
        return _written(value)
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if kind is list:
        joined = ",".join("" if item is None or item is UNDEFINED else text_of(item) for item in value)
        if len(joined) > OUTPUT:
            raise TooLarge
        return joined
    plain = primitive(value) if kind is not dict else value
    return "[object Object]" if plain is value else text_of(plain)


def _written(value: float) -> str:
    """Return a number as ECMAScript's Number::toString writes it.

    Both languages choose the shortest digits that read back as the same double;
    they differ in when an exponent is written.
    """
    if type(value) is int and -SAFE <= value <= SAFE:
        return str(value)
    number = number_of(value)
    if number != number or number in {INFINITY, -INFINITY}:  # noqa: PLR0124 - only NaN differs from itself
        return "NaN" if number != number else ("Infinity" if number > 0 else "-Infinity")  # noqa: PLR0124
    if number == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    figures = "".join(map(str, digits))
    point = len(figures) + int(exponent)
    return ("-" if sign else "") + _placed(figures, point)


def _placed(figures: str, point: int) -> str:
    """Return *figures* with the decimal point after *point* of them, or with an exponent."""
    if len(figures) <= point <= 21:
        return figures + "0" * (point - len(figures))
    if 0 < point <= 21:
        return f"{figures[:point]}.{figures[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + figures
    rest = "." + figures[1:] if len(figures) > 1 else ""
    return f"{figures[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def units(text: str) -> bytes:
    """Return the UTF-16 units of *text*, two bytes each: JavaScript counts and orders these."""
    return text.encode("utf-16-be", "surrogatepass")


def strip(value: Any) -> Any:
    """Return *value* with None for UNDEFINED, at any depth; what holds none of it comes back itself."""
    if value is UNDEFINED:
        return None
    kind = type(value)
    if kind is list:
        items = [strip(item) for item in value]
        changed = any(new is not old for new, old in zip(items, value, strict=True))
        return items if changed else value
    if kind is dict:
        pairs = {key: strip(item) for key, item in value.items()}
        changed = any(pairs[key] is not item for key, item in value.items())
        return pairs if changed else value
    return value
