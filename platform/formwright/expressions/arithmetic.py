"""Arithmetic of the dialect: integers, exact decimals and floats; see the table in python.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from typing import Any

from formwright.expressions.limits import checked_text, fault

__all__ = [
    "add",
    "concat",
    "divide",
    "floor_divide",
    "multiply",
    "power",
    "remainder",
    "rounded",
    "subtract",
    "to_decimal",
    "to_float",
]

DIGITS = 400
QUOTIENT = Decimal("1e-20")
EXACT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_UP,
    Emax=MAX_EMAX,
    Emin=MIN_EMIN,
    traps=[InvalidOperation, DivisionByZero, Overflow, Inexact],
)
ROUNDING = Context(
    prec=DIGITS, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, Overflow]
)
SHORT = Context(
    prec=60, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, Overflow]
)


def _too_large() -> Exception:
    return fault("number-too-large", f"A number of the expression has more than {DIGITS} digits.")


def _exactly(operate: Callable[[Any, Any], Decimal], left: Any, right: Any) -> Decimal:
    try:
        return operate(left, right)
    except (Inexact, InvalidOperation, Overflow):
        raise _too_large() from None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _numbers(left: Any, right: Any) -> type:
    """Return the type in which two numbers meet: int, Decimal or float.

    Raises TypeError for a decimal with a float and for what is no number.
    """
    kinds = {type(left), type(right)}
    if kinds == {int}:
        return int
    if kinds <= {int, Decimal}:
        return Decimal
    if kinds <= {int, float}:
        return float
    names = " and ".join(sorted(kind.__name__ for kind in kinds))
    raise TypeError(f"numbers of one kind are needed, these are {names}")


def add(left: Any, right: Any) -> Any:
    """Return the sum of two numbers or durations, or of a datetime and a duration."""
    if type(left) is int and type(right) is int:
        return left + right
    if left is None or right is None:
        return None
    if type(left) is timedelta or type(right) is timedelta:
        return left + right
    kind = _numbers(left, right)
    return _exactly(EXACT.add, left, right) if kind is Decimal else _finite(left + right)


def subtract(left: Any, right: Any) -> Any:
    """Return the difference of two numbers or durations, days between dates, or a duration."""
    if type(left) is int and type(right) is int:
        return left - right
    if left is None or right is None:
        return None
    if type(left) is date and type(right) is date:
        return (left - right).days
    if type(left) in (datetime, timedelta):
        return left - right
    kind = _numbers(left, right)
    return _exactly(EXACT.subtract, left, right) if kind is Decimal else _finite(left - right)


def multiply(left: Any, right: Any) -> Any:
    """Return the exact product of two numbers."""
    if type(left) is int and type(right) is int:
        return left * right
    if left is None or right is None:
        return None
    kind = _numbers(left, right)
    return _exactly(EXACT.multiply, left, right) if kind is Decimal else _finite(left * right)


def divide(left: Any, right: Any) -> Any:
    """Return the quotient: a Decimal of 20 digits after the point, or a float; missing for a zero divisor."""
    if left is None or right is None:
        return None
    kind = _numbers(left, right)
    if not right:
        return None
    if kind is float:
        return _finite(left / right)
    return _quotient(left, right)


def _quotient(left: Any, right: Any) -> Decimal:
    try:
        return SHORT.quantize(SHORT.divide(left, right), QUOTIENT)
    except InvalidOperation:
        pass
    try:
        return ROUNDING.quantize(ROUNDING.divide(left, right), QUOTIENT)
    except (InvalidOperation, Overflow):
        raise _too_large() from None


def floor_divide(left: Any, right: Any) -> Any:
    """Return the floor of the exact quotient; missing for a zero divisor."""
    if left is None or right is None:
        return None
    kind = _numbers(left, right)
    if not right:
        return None
    if kind is float:
        return _finite(float(left // right))
    if kind is int:
        return left // right
    whole = int(_exactly(ROUNDING.divide_int, left, right))
    rest = _exactly(ROUNDING.remainder, left, right)
    return whole - 1 if rest and (rest < 0) != (right < 0) else whole


def remainder(left: Any, right: Any) -> Any:
    """Return the remainder with the sign of *left*; missing for a zero divisor."""
    if left is None or right is None:
        return None
    kind = _numbers(left, right)
    if not right:
        return None
    if kind is float:
        return _finite(math.fmod(left, right))
    if kind is int:
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return _exactly(ROUNDING.remainder, left, right)


def power(left: Any, right: Any) -> float | None:
    """Return *left* to the power of *right* in double precision, missing when that is not a finite number."""
    if left is None or right is None:
        return None
    try:
        return _finite(math.pow(left, right))
    except (OverflowError, ValueError):
        return None


def concat(*parts: str | None) -> str | None:
    """Return the texts joined, missing when one is missing; TypeError when one is no text."""
    if None in parts:
        return None
    whole = "".join(parts)  # type: ignore[arg-type]  # a None has returned above
    if len(whole) > 1000:
        checked_text(len(whole))
    return whole


def rounded(value: Any, digits: int = 0) -> Any:
    """Return *value* rounded half away from zero to *digits* after the point; a float gives a Decimal."""
    if type(value) is int and digits >= 0:
        return value
    if abs(digits) > 20:
        raise ValueError("20 digits are the most")
    exact = to_decimal(value)
    shifted = exact.scaleb(digits, ROUNDING).to_integral_value(ROUND_HALF_UP, ROUNDING)
    result = shifted.scaleb(-digits, ROUNDING)
    return int(result) if type(value) is int else result


def to_decimal(value: Any) -> Any:
    """Return a number as Decimal; a float by its 15 significant digits, as PostgreSQL casts it."""
    if type(value) is float:
        return Decimal(format(value, ".15g"))
    return Decimal(value) if type(value) is int else value


def to_float(value: Any) -> Any:
    """Return a number as float, anything else as it is."""
    return float(value) if type(value) in (int, Decimal) else value
