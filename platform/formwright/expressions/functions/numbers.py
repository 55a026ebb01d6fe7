"""Functions of numbers. Rounding is half away from zero, as PostgreSQL rounds numeric."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Numeric, case, cast, func, null, or_

from formwright.expressions.arithmetic import rounded
from formwright.expressions.functions.shapes import (
    BOTH,
    DAYS,
    FUNCTION,
    INTEGER,
    NUMBERS,
    first_type,
    number,
)
from formwright.expressions.kinds import common
from formwright.expressions.registry import Example, Function, Parameter
from formwright.expressions.types import Kind, Type

__all__ = ["FUNCTIONS"]


def _rounded_type(types: Sequence[Type]) -> Type:
    return INTEGER if types[0].kind is Kind.INTEGER else Type(Kind.DECIMAL)


def _round_sql(columns: Sequence[ColumnElement[Any]], _: Sequence[Type]) -> ColumnElement[Any]:
    digits = columns[1] if len(columns) > 1 else 0
    return func.round(cast(columns[0], Numeric), digits)


def _common(types: Sequence[Type]) -> Type:
    return common(types).surely()


def _pick(name: str) -> Callable[[Sequence[ColumnElement[Any]], Sequence[Type]], ColumnElement[Any]]:
    """Return a twin of `least` or `greatest` that is missing when an argument is missing."""

    def twin(columns: Sequence[ColumnElement[Any]], _: Sequence[Type]) -> ColumnElement[Any]:
        missing = or_(*(column.is_(None) for column in columns))
        return case((missing, null()), else_=getattr(func, name)(*columns))

    return twin


COMPARED = Parameter("value", NUMBERS | DAYS, variadic=True)

FUNCTIONS = (
    Function(
        name="abs",
        forms=BOTH,
        parameters=(number("number"),),
        result=first_type,
        python=abs,
        sql=lambda columns, _: func.abs(columns[0]),
        doc="The number without its sign.",
        examples=(Example("abs(balance)", {"balance": -5}, 5),),
        group="numbers",
    ),
    Function(
        name="round",
        forms=BOTH,
        parameters=(number("number"), Parameter("digits", frozenset({Kind.INTEGER}), optional=True)),
        result=_rounded_type,
        python=rounded,
        sql=_round_sql,
        doc="The number rounded half away from zero to digits after the point (0); exact decimal.",
        examples=(
            Example("round(2.675, 2) == 2.68", {}, True),
            Example("rate|round(1) == 0.3", {"rate": 0.1 + 0.2}, True),
        ),
        group="numbers",
    ),
    Function(
        name="floor",
        forms=BOTH,
        parameters=(number("number"),),
        result=INTEGER,
        python=math.floor,
        sql=lambda columns, _: func.floor(columns[0]),
        doc="The greatest integer not above the number.",
        examples=(Example("floor(0 - 2.5)", {}, -3),),
        group="numbers",
    ),
    Function(
        name="ceil",
        forms=BOTH,
        parameters=(number("number"),),
        result=INTEGER,
        python=math.ceil,
        sql=lambda columns, _: func.ceil(columns[0]),
        doc="The smallest integer not below the number.",
        examples=(Example("ceil(2.1)", {}, 3),),
        group="numbers",
    ),
    Function(
        name="min",
        forms=FUNCTION,
        parameters=(COMPARED,),
        result=_common,
        python=lambda *values: min(values),
        sql=_pick("least"),
        alike=True,
        doc="The smallest of several numbers, dates or datetimes.",
        examples=(Example("min(a, 3)", {"a": 2}, 2),),
        group="numbers",
    ),
    Function(
        name="max",
        forms=FUNCTION,
        parameters=(COMPARED,),
        result=_common,
        python=lambda *values: max(values),
        sql=_pick("greatest"),
        alike=True,
        doc="The greatest of several numbers, dates or datetimes.",
        examples=(Example("max(a, 3)", {"a": 2}, 3),),
        group="numbers",
    ),
)
