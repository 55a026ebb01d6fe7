"""Functions of presence: they see missing values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_

from formwright.expressions.functions.shapes import BOOLEAN, BOTH
from formwright.expressions.kinds import common
from formwright.expressions.registry import Example, Function, Parameter
from formwright.expressions.types import Kind, Type

__all__ = ["FUNCTIONS"]


def _empty(value: Any) -> bool:
    return value is None or (type(value) in (str, list, dict) and not value)


def _empty_sql(columns: Sequence[ColumnElement[Any]], types: Sequence[Type]) -> ColumnElement[Any]:
    missing = columns[0].is_(None)
    return or_(missing, columns[0] == "") if types[0].kind is Kind.TEXT else missing


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _coalesce_type(types: Sequence[Type]) -> Type:
    joined = common(types)
    return joined if all(each.optional for each in types) else joined.surely()


FUNCTIONS = (
    Function(
        name="empty",
        forms=BOTH,
        parameters=(Parameter("value"),),
        result=BOOLEAN,
        python=_empty,
        sql=_empty_sql,
        sees_missing=True,
        doc="Whether the value is missing, an empty text, an empty list or an empty object.",
        examples=(Example("empty(name)", {"name": ""}, True), Example("empty(qty)", {"qty": 0}, False)),
        group="logic",
    ),
    Function(
        name="coalesce",
        forms=BOTH,
        parameters=(Parameter("value"), Parameter("other", variadic=True)),
        result=_coalesce_type,
        python=_coalesce,
        sql=lambda columns, _: func.coalesce(*columns),
        sees_missing=True,
        alike=True,
        doc="The first value that is not missing; unlike `?:` it keeps 0, false and empty text.",
        examples=(Example("coalesce(qty, 1)", {"qty": 0}, 0),),
        group="logic",
    ),
)
