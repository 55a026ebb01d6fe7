"""The functions that the reference cases use, and when two results count as the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from formwright.expressions import JEXL, UNDEFINED
from formwright.expressions.values import number_of, text_of

TOLERANCE = 1e-12  # Math.pow and C's pow differ in the last digit


def reference_jexl() -> JEXL:
    """Return a JEXL with the transforms and functions that the case files name."""
    jexl = JEXL()
    jexl.add_transform("lower", _of_text(str.lower), raw=True)
    jexl.add_transform("upper", _of_text(str.upper), raw=True)
    jexl.add_transform("length", _length, raw=True)
    jexl.add_transform("split", _split, raw=True)
    jexl.add_transform("join", _join, raw=True)
    jexl.add_function("min", _extreme(min, math.inf), raw=True)
    jexl.add_function("max", _extreme(max, -math.inf), raw=True)
    return jexl


def same(ours: Any, theirs: Any) -> bool:
    """Compare as the README of the cases says: numbers by value, booleans never equal to numbers."""
    if isinstance(theirs, dict) and set(theirs) == {"$js"}:
        theirs = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "-0": 0.0}[theirs["$js"]]
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        both_nan = ours != ours and theirs != theirs
        return both_nan or ours == theirs or math.isclose(ours, theirs, rel_tol=TOLERANCE)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return list(ours) == list(theirs) and all(same(ours[key], theirs[key]) for key in ours)
    return type(ours) is type(theirs) and ours == theirs


def _of_text(change: Callable[[str], str]) -> Callable[..., Any]:
    return lambda value, *_: change(value) if type(value) is str else UNDEFINED


def _length(value: Any, *_: Any) -> Any:
    if type(value) is str:
        return len(value.encode("utf-16-le", "surrogatepass")) // 2
    return len(value) if type(value) is list else UNDEFINED


def _split(value: Any, by: Any = UNDEFINED, *_: Any) -> Any:
    if type(value) is not str or type(by) is not str:
        return UNDEFINED
    return value.split(by) if by else list(value)


def _join(value: Any, by: Any = UNDEFINED, *_: Any) -> Any:
    if type(value) is not list:
        return UNDEFINED
    between = "," if by is UNDEFINED else text_of(by)
    return between.join("" if item is None or item is UNDEFINED else text_of(item) for item in value)


def _extreme(pick: Callable[..., float], of_nothing: float) -> Callable[..., float]:
    def function(*values: Any) -> float:
        numbers = [number_of(value) for value in values]
        return math.nan if any(map(math.isnan, numbers)) else pick(numbers, default=of_nothing)

    return function
