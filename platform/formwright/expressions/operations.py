"""The reference's operators and property access on the values of :mod:`formwright.expressions.values`."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from formwright.expressions.values import (
    OUTPUT,
    UNDEFINED,
    TooLarge,
    number_of,
    primitive,
    text_of,
    units,
)

__all__ = ["OPERATIONS", "contains", "element", "equal", "identical", "member", "own"]

NAN = float("nan")
INFINITY = float("inf")
SAFE = 2**53


def equal(left: Any, right: Any) -> bool:
    """Return what ``left == right`` is: null equals undefined, "1" equals 1, objects only themselves."""
    kind, other = type(left), type(right)
    if kind is other and kind in _SCALARS:
        return bool(left == right)
    if kind in _NUMBERS and other in _NUMBERS:
        # Large whole numbers are equal when their doubles are.
        return bool(left == right) or number_of(left) == number_of(right)
    nothing = left is None or left is UNDEFINED
    if nothing or right is None or right is UNDEFINED:
        return nothing and (right is None or right is UNDEFINED)
    if left is right:
        return True
    if kind in _COLLECTIONS and other in _COLLECTIONS:
        return False
    a, b = primitive(left), primitive(right)
    if type(a) is str and type(b) is str:
        return a == b
    return number_of(a) == number_of(b)


_SCALARS = frozenset({str, bool, float})
_COLLECTIONS = frozenset({list, dict})
_NUMBERS = frozenset({int, float})


def identical(left: Any, right: Any) -> bool:
    """Return what ``left === right`` is in JavaScript: no conversion, collections only themselves."""
    left, right = _scalar(left), _scalar(right)
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return number_of(left) == number_of(right)
    if type(left) is type(right) and type(left) in _SCALARS:
        return bool(left == right)
    return left is right


def _scalar(value: Any) -> Any:
    return value if type(value) in _COLLECTIONS else primitive(value)


def contains(item: Any, container: Any) -> bool:
    """Return what ``item in container`` is: part of a text, or identical to an element of a list."""
    if type(container) is list:
        return any(identical(item, other) for other in container)
    return type(container) is str and text_of(item) in container


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Return a comparison: texts by their UTF-16 units, all else as numbers, false for NaN."""

    def compare(left: Any, right: Any) -> bool:
        if (type(left) is float and type(right) is float) or _small(left, right):
            return test(left, right)
        a, b = primitive(left), primitive(right)
        if type(a) is str and type(b) is str:
            return test(a, b) if a.isascii() and b.isascii() else test(units(a), units(b))
        return test(number_of(a), number_of(b))

    return compare


def _exact(whole: int) -> float:
    """Return the result of whole-number arithmetic as long as a double holds it, else the double."""
    return whole if -SAFE <= whole <= SAFE else float(whole)


def _small(left: Any, right: Any) -> bool:
    return type(left) is int and type(right) is int and -SAFE <= left <= SAFE and -SAFE <= right <= SAFE


def add(left: Any, right: Any) -> Any:
    """Return the sum, or the texts joined when one of the two is a text, list or object."""
    if _small(left, right):
        return _exact(left + right)
    a, b = primitive(left), primitive(right)
    if type(a) is str or type(b) is str:
        joined = text_of(a) + text_of(b)
        if len(joined) > OUTPUT:
            raise TooLarge
        return joined
    return number_of(a) + number_of(b)


def subtract(left: Any, right: Any) -> float:
    """Return the difference of the two as numbers."""
    return _exact(left - right) if _small(left, right) else number_of(left) - number_of(right)


def multiply(left: Any, right: Any) -> float:
    """Return the product of the two as numbers; a zero keeps its sign."""
    if _small(left, right) and left and right:
        return _exact(left * right)
    return number_of(left) * number_of(right)


def divide(left: Any, right: Any) -> float:
    """Return the quotient; division by zero gives an infinity or NaN."""
    a, b = number_of(left), number_of(right)
    if b:
        return a / b
    if a != a or b != b or a == 0:  # noqa: PLR0124 - only NaN differs from itself
        return NAN
    return math.copysign(INFINITY, a) * math.copysign(1.0, b)


def divide_down(left: Any, right: Any) -> float:
    """Return the quotient rounded towards minus infinity."""
    quotient = divide(left, right)
    return float(math.floor(quotient)) if math.isfinite(quotient) and quotient else quotient


def remainder(left: Any, right: Any) -> float:
    """Return the remainder, which has the sign of *left*."""
    a, b = number_of(left), number_of(right)
    return math.fmod(a, b) if b and math.isfinite(a) else NAN


def power(left: Any, right: Any) -> float:
    """Return the power as Math.pow gives it, always a double: never a big number, never complex."""
    a, b = number_of(left), number_of(right)
    if b != b or (abs(a) == 1 and math.isinf(b)):  # noqa: PLR0124 - only NaN differs from itself
        return NAN
    negative = math.copysign(1.0, a) < 0 and b % 2 == 1
    try:
        return math.pow(a, b)
    except OverflowError:
        return -INFINITY if negative else INFINITY
    except ValueError:
        if a == 0:
            return -INFINITY if negative else INFINITY
        return NAN


def differ(left: Any, right: Any) -> bool:
    """Return whether the two are not loosely equal."""
    return not equal(left, right)


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "//": divide_down,
    "%": remainder,
    "^": power,
    "==": equal,
    "!=": differ,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "in": contains,
}
"""The operators that look at both sides."""


def own(subject: Any, key: str) -> Any:
    """Return the property *key* of *subject* itself, UNDEFINED when there is none."""
    kind = type(subject)
    if kind is dict:
        return subject.get(key, UNDEFINED)
    if kind is list:
        if key == "length":
            return len(subject)
        index = _index(key, len(subject))
        return UNDEFINED if index is None else subject[index]
    if kind is str:
        if key == "length":
            return len(units(subject)) // 2
        index = _index(key, len(subject) * 2)
        unit = b"" if index is None else units(subject)[2 * index : 2 * index + 2]
        return unit.decode("utf-16-be", "surrogatepass") if unit else UNDEFINED
    return UNDEFINED


def _index(key: str, size: int) -> int | None:
    """Return *key* as index below *size*, None when it is not written as one."""
    if not (key.isascii() and key.isdigit()) or len(key) > 15 or (key[0] == "0" and key != "0"):
        return None
    return int(key) if int(key) < size else None


def member(subject: Any, name: str) -> Any:
    """Return what ``subject.name`` is: of a list the property of its first element, of nothing nothing."""
    if type(subject) is list:
        subject = subject[0] if subject else UNDEFINED
    return own(subject, name)


def element(subject: Any, key: Any) -> Any:
    """Return what ``subject[key]`` is: true keeps the subject, false drops it, all else is a property."""
    if type(key) is bool:
        return subject if key else UNDEFINED
    if type(subject) is list and type(key) is int:
        return subject[key] if 0 <= key < len(subject) else UNDEFINED
    return own(subject, text_of(key))
