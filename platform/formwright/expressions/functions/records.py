"""Functions that look beyond the record: at how it was, and at records of other entity types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from formwright.expressions.equality import equal
from formwright.expressions.functions.shapes import BOOLEAN, FUNCTION, INTEGER
from formwright.expressions.kinds import NUMERIC
from formwright.expressions.queries import Question, RecordQuery, answer
from formwright.expressions.registry import Cost, Example, Function, Parameter, Role
from formwright.expressions.types import Kind, Type

__all__ = ["FUNCTIONS"]

Context = Mapping[str, Any]
ENTITY = Parameter("entity", frozenset({Kind.TEXT}), role=Role.ENTITY)
CRITERIA = Parameter("criteria", frozenset({Kind.OBJECT}), role=Role.CRITERIA)
TARGET = Parameter("attribute", NUMERIC, role=Role.TARGET)


def _changed(context: Context, name: str) -> bool:
    old = context.get("old")
    before = old.get(name) if type(old) is dict else None
    return not equal(before, context.get(name))


def _lookup(context: Context, entity: str, criteria: Mapping[str, Any]) -> Any:
    return answer(context, Question.LOOKUP, entity, "", criteria)


def _count(context: Context, entity: str, criteria: Mapping[str, Any]) -> Any:
    return answer(context, Question.COUNT, entity, "", criteria)


def _sum(context: Context, entity: str, attribute: str, criteria: Mapping[str, Any]) -> Any:
    return answer(context, Question.SUM, entity, attribute, criteria)


def _found(types: Sequence[Type]) -> Type:
    return types[0].maybe()


def _total(types: Sequence[Type]) -> Type:
    return types[1].surely()


def _asked(question: Question, attribute: str, found: Any) -> dict[str, Any]:
    query = RecordQuery(question, "invoice", attribute, (("state", "open"),))
    return {"$records": {query: found}}


FUNCTIONS = (
    Function(
        name="changed",
        forms=FUNCTION,
        parameters=(Parameter("field", role=Role.FIELD),),
        result=BOOLEAN,
        python=_changed,
        reads=("old",),
        doc="Whether the attribute differs from how the record was before this change.",
        examples=(
            Example("changed('qty')", {"qty": 2, "old": {"qty": 1}}, True),
            Example("changed(qty)", {"qty": 2, "old": {"qty": 2}}, False),
        ),
        group="records",
    ),
    Function(
        name="lookup",
        forms=FUNCTION,
        parameters=(ENTITY, CRITERIA),
        result=_found,
        python=_lookup,
        pure=False,
        cost=Cost.RECORDS,
        doc="The first record, by id, of an entity type with these values; missing when there is none.",
        examples=(
            Example(
                "lookup('invoice', {state: 'open'}).total",
                _asked(Question.LOOKUP, "", {"id": "7", "total": 12}),
                12,
            ),
        ),
        group="records",
    ),
    Function(
        name="count",
        forms=FUNCTION,
        parameters=(ENTITY, CRITERIA),
        result=INTEGER,
        python=_count,
        pure=False,
        cost=Cost.RECORDS,
        doc="How many records of an entity type have these values.",
        examples=(Example("count('invoice', {state: 'open'})", _asked(Question.COUNT, "", 3), 3),),
        group="records",
    ),
    Function(
        name="sum",
        forms=FUNCTION,
        parameters=(ENTITY, TARGET, CRITERIA),
        result=_total,
        python=_sum,
        pure=False,
        cost=Cost.RECORDS,
        doc="The sum of a number attribute over the records of an entity type with these values.",
        examples=(
            Example("sum('invoice', 'total', {state: 'open'})", _asked(Question.SUM, "total", 40), 40),
        ),
        group="records",
    ),
)
