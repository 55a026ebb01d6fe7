"""Arithmetic as SQL. Each result is NULL when a side is; see the table of value rules in python.py."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Double, Numeric, and_, case, cast, func, literal_column, null, or_

from formwright.expressions.sql.literals import Literals
from formwright.expressions.sql.operands import Constant, Value, as_text
from formwright.expressions.types import Kind, Type

__all__ = ["REASONS", "calculate", "reason"]

EXACT = frozenset({Kind.INTEGER, Kind.DECIMAL})
NUMBERS = EXACT | {Kind.NUMBER}
MOMENTS = frozenset({Kind.DATE, Kind.DATETIME, Kind.DURATION})
ZERO = literal_column("0", Numeric())
PLACES: ColumnElement[Any] = literal_column("20")
# Sixty digits after the point: with the 16 significant digits that PostgreSQL chooses for a quotient by
# itself, rounding it and taking its floor would not be exact.
PRECISE = literal_column("0e-60", Numeric())
LARGEST, SMALLEST = 709.782712893384, -745.1332191019411  # ln of the largest and the least double

REASONS = {
    "float": ("a float that is too large is an error in SQL", "round the float first: `…|round(2)`"),
    "kinds": ("SQL has no such operation on these kinds of values", ""),
}


def reason(symbol: str, left: Type, right: Type) -> tuple[str, str] | None:
    """Return why `left symbol right` has no SQL form, with a hint; None when it has one."""
    kinds = {left.kind, right.kind}
    if symbol == "+" and kinds == {Kind.TEXT}:
        return None
    if kinds <= EXACT or (symbol == "^" and kinds <= NUMBERS):
        return None
    if symbol in "+-" and kinds <= MOMENTS:
        return None
    return REASONS["float" if Kind.NUMBER in kinds else "kinds"]


def calculate(
    symbol: str, left: Value | Constant, right: Value | Constant, result: Type, literals: Literals
) -> Value:
    """Return ``left symbol right`` for operands to which :func:`reason` has no objection."""
    one, other = _operand(left, literals), _operand(right, literals)
    nullable = _nullable(left) or _nullable(right) or (symbol in ("/", "//", "%") and not _solid(right))
    if result.kind is Kind.TEXT:
        return Value(one.concat(other), result, nullable)
    if left.type.kind in MOMENTS:
        return Value(_moment(symbol, left.type, right.type, one, other), result, nullable)
    return Value(_number(symbol, one, other, _solid(right)), result, nullable or symbol == "^")


def _number(
    symbol: str, one: ColumnElement[Any], other: ColumnElement[Any], solid: bool
) -> ColumnElement[Any]:
    if symbol == "^":
        return _power(cast(one, Double()), cast(other, Double()))
    divisor = other if solid else func.nullif(other, ZERO)
    match symbol:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*":
            return one * other
        case "/":
            return func.round((one + PRECISE).op("/", precedence=8)(divisor), PLACES, type_=Numeric())
        case "//":
            return func.floor((one + PRECISE).op("/", precedence=8)(divisor), type_=Numeric())
        case _:
            return func.mod(one, divisor, type_=Numeric())


def _power(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a power that is NULL, not an error, where it is no finite number."""
    size = other * func.ln(func.abs(one))
    undefined = or_(
        and_(one == 0, other < 0),
        and_(one < 0, other != func.floor(other)),
    )
    return case(
        (or_(one.is_(None), other.is_(None)), null()),
        (undefined, null()),
        (one == 0, func.power(one, other)),
        (size > LARGEST, null()),
        (size < SMALLEST, literal_column("0", Double())),
        else_=func.power(one, other, type_=Double()),
    )


def _moment(
    symbol: str, left: Type, right: Type, one: ColumnElement[Any], other: ColumnElement[Any]
) -> ColumnElement[Any]:
    """Return a difference or a moved datetime, computed in UTC: a day has 24 hours in any session."""
    if left.kind is Kind.DATETIME and right.kind is Kind.DURATION:
        local = func.timezone("UTC", one)
        return func.timezone("UTC", local + other if symbol == "+" else local - other)
    return one + other if symbol == "+" else one - other


def _operand(operand: Value | Constant, literals: Literals) -> ColumnElement[Any]:
    """Return the SQL of an operand; integers as numeric, so that no result overflows."""
    if isinstance(operand, Constant):
        return literals.value(operand.value, numeric=operand.type.kind in EXACT)
    if operand.type.kind is Kind.INTEGER:
        return cast(operand.sql, Numeric())
    return as_text(operand).sql


def _nullable(operand: Value | Constant) -> bool:
    return operand.nullable if isinstance(operand, Value) else operand.missing or not operand.known


def _solid(operand: Value | Constant) -> bool:
    """Tell whether a divisor is known not to be zero."""
    return isinstance(operand, Constant) and operand.known and bool(operand.value)
