"""Equality, membership and truth of the dialect; see the table in python.py."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from formwright.expressions.limits import fault

__all__ = ["contains", "equal", "identity", "index", "order", "truth"]

LEVELS = 50


def truth(value: Any) -> bool:
    """Tell whether *value* counts as true: a list or an object always does."""
    kind = type(value)
    return True if kind is list or kind is dict else bool(value)


def identity(value: Any) -> Any:
    """Return something hashable that is equal for values that the dialect calls equal.

    Records become their id; a boolean is told from a number, a decimal is not
    told from an equal integer.
    """
    return _identity(value, LEVELS)


def _identity(value: Any, levels: int) -> Any:
    kind = type(value)
    if levels == 0:
        raise fault("too-deep", f"A value to compare is nested more than {LEVELS} levels deep.")
    if kind is bool:
        return (bool, value)
    if kind is list:
        return (list, *(_identity(item, levels - 1) for item in value))
    if kind is dict:
        if "id" in value:
            return value["id"]
        pairs = ((str(key), _identity(item, levels - 1)) for key, item in value.items())
        return (dict, *sorted(pairs, key=lambda pair: pair[0]))
    if kind is float and value.is_integer():
        return int(value)
    if kind is Decimal:
        return value
    return value


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values of any kind are equal."""
    return bool(identity(left) == identity(right))


def contains(value: Any, where: Any) -> bool:
    """Tell whether *value* is an element of a list, or occurs in a text."""
    if type(where) is list:
        if value is None:
            return False
        wanted = identity(value)
        return any(identity(item) == wanted for item in where if item is not None)
    if type(where) is str:
        if value is not None and type(value) is not str:
            raise TypeError("only a text occurs in a text")
        return value is not None and value in where
    if where is None:
        return False
    raise TypeError(f"`in` needs a list or a text, this is {type(where).__name__}")


def index(value: Any, key: Any) -> Any:
    """Return the element of a list by position, a value of an object by name; else missing."""
    if type(value) is list and type(key) is int:
        return value[key] if 0 <= key < len(value) else None
    if type(value) is dict and type(key) is str:
        return value.get(key)
    return None


def order(operator: str, left: Any, right: Any) -> bool:
    """Compare two values of unknown kinds; false when one is missing, TypeError when they have no order."""
    if left is None or right is None:
        return False
    if type(left) is bool or type(right) is bool or type(left) is list:
        raise TypeError("booleans and lists have no order")
    match operator:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)
