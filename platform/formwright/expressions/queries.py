"""Questions to other records, asked before an evaluation and answered in its context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from formwright.expressions.limits import fault

__all__ = ["NEVER", "RECORDS", "Question", "RecordQuery", "answer", "question"]

RECORDS = "$records"
"""The key of a context that holds the answers: a dict from RecordQuery to its answer."""


class Question(StrEnum):
    """What is asked."""

    LOOKUP = "lookup"  # answer: the record with the lowest id as a dict, or None
    COUNT = "count"  # answer: an int
    SUM = "sum"  # answer: the sum in the kind of the attribute, 0 over no records


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """One question: hashable, so that equal questions of many expressions are fetched once.

    *criteria* are sorted pairs of an attribute and a value. A tuple means "one
    of these"; None means "missing". Whoever answers applies the row rules of
    the acting user; records that the user may not read do not count.
    """

    question: Question
    entity: str
    attribute: str
    criteria: tuple[tuple[str, Any], ...]


class _Never:
    """A criterion whose own value is missing: no record matches it."""


NEVER = _Never()
NOTHING: Mapping[Question, Any] = {Question.LOOKUP: None, Question.COUNT: 0, Question.SUM: 0}


def question(kind: Question, entity: str, attribute: str, criteria: Mapping[str, Any]) -> RecordQuery | None:
    """Return the query to ask, or None when no record can match.

    A criterion with a missing value matches nothing (a written ``null`` asks
    for records without the value): a rule on a half-filled form must not count
    all records that lack the attribute.
    """
    if any(value is NEVER for value in criteria.values()):
        return None
    pairs = sorted((name, _frozen(value)) for name, value in criteria.items())
    return RecordQuery(kind, entity, attribute, tuple(pairs))


def _frozen(value: Any) -> Any:
    if type(value) is dict:
        return value.get("id")
    if type(value) is list:
        return tuple(_frozen(item) for item in value)
    return value


def answer(
    context: Mapping[str, Any], kind: Question, entity: str, attribute: str, criteria: Mapping[str, Any]
) -> Any:
    """Return the answer that *context* holds for a question.

    Raises ProblemError `records-not-fetched` when it was not asked beforehand.
    """
    query = question(kind, entity, attribute, criteria)
    if query is None:
        return NOTHING[kind]
    answers = context.get(RECORDS) or {}
    if query not in answers:
        raise fault(
            "records-not-fetched",
            f"The records of `{entity}` that the expression asks for were not fetched before.",
            "ask `Expression.requests(context)` and put the answers into the context",
        )
    return answers[query]
