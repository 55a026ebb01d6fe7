"""The catalogue of functions and of problems, for the command line and for the README."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formwright.expressions.kinds import described
from formwright.expressions.registry import Cost, Example, Function, Registry

__all__ = ["PROBLEMS", "catalogue_text", "problems_table"]

PROBLEMS: Mapping[str, str] = {
    "argument-count": "A function got too few or too many arguments.",
    "argument-not-literal": "An attribute, an entity type or criteria must be written out, not computed.",
    "argument-type": "An argument is of a kind that the function does not take.",
    "arithmetic-types": "An operator got kinds that it does not compute with.",
    "arithmetic-with-null": "Something is computed with the literal `null`.",
    "attribute-of-list": "An attribute is read from a list instead of from one of its elements.",
    "attribute-of-scalar": "An attribute is read from a text, number, date or boolean.",
    "computed-cycle": "Computed values need each other; the sentence shows the way round.",
    "decimal-with-float": "An exact decimal meets a float.",
    "division-by-zero": "The divisor is the number zero.",
    "duplicate-function": "Two functions have one name in the same form.",
    "evaluation-failed": "A value is of another kind than its type says, or a function of a plugin failed.",
    "filter-needs-list": "A filter follows something that is no list of records.",
    "filters-too-deep": "Filters stand deeper in each other than allowed.",
    "function-needs-name": "A function reads a name, like `user` or `old`, that this place does not have.",
    "in-needs-list": "`in` looks into something that is neither list nor text.",
    "index-needs-list": "A position is taken of something that is no list.",
    "index-not-a-number": "The position in a list is no integer.",
    "list-as-condition": "A list or an object stands as a condition and would always be true.",
    "negative-index": "The position in a list is negative.",
    "never-equal": "Two sides can never be equal.",
    "not-a-date": "A text beside a date, datetime or time is no ISO 8601 form of one.",
    "number-too-large": "A number of the evaluation has more digits than allowed.",
    "optional-text": "A text that can be missing is joined with others.",
    "order-of-choices": "Choices are compared by alphabet.",
    "order-of-types": "Two sides have no order.",
    "order-with-null": "Something is less or greater than the literal `null`.",
    "power-equality": "A power, which is a float, is compared with `==`.",
    "query-in-filter": "Records are asked for with a value of the element that a filter looks at.",
    "records-not-fetched": "An evaluation needs records that were not fetched before it.",
    "relative-outside-filter": "A relative name (`.name`) stands outside a filter.",
    "reserved-name": "A name begins with `_` or `$`, or belongs to every JavaScript object.",
    "text-too-long": "A text that the evaluation builds is longer than allowed.",
    "text-with-other": "`+` joins a text with something that is none.",
    "too-deep": "A value to compare is nested deeper than allowed.",
    "too-many-elements": "An evaluation visits more list elements than allowed.",
    "unknown-attribute": "An entity type does not declare the attribute.",
    "unknown-choice": "A value is not among those that the choice or state can have.",
    "unknown-entity": "There is no such entity type.",
    "unknown-function": "There is no such function; the hint says when there is a transform.",
    "unknown-name": "A name is not known at this place.",
    "unknown-transform": "There is no such transform; the hint says when there is a function.",
    "wrong-result": "The result is not of the kind that the place needs.",
}
"""Every problem of the dialect's checks and evaluation, with what it means."""


def catalogue_text(registry: Registry) -> str:
    """Return all functions by group as a Markdown list: signatures, sentence, examples."""
    groups: dict[str, list[str]] = {}
    for function in registry:
        groups.setdefault(function.group, []).append(_line(function))
    return "\n\n".join("\n".join([f"**{group}**", "", *lines]) for group, lines in groups.items())


def _line(function: Function) -> str:
    notes = [] if callable(function.result) else [f"gives {described(function.result)}"]
    if function.sql is not None:
        notes.append("has a SQL twin")
    if function.cost is Cost.RECORDS:
        notes.append("fetched before the evaluation")
    about = f" ({', '.join(notes)})" if notes else ""
    return (
        f"- {function.signature}{about}. {function.doc} {' '.join(map(_example, function.examples))}".rstrip()
    )


def _example(example: Example) -> str:
    return f"`{example.text}` → `{_shown(example.result)}`."


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "missing"}[value]
    return repr(value) if isinstance(value, (str, list)) else str(value)


def problems_table() -> str:
    """Return every problem of the dialect as a Markdown table."""
    rows = [f"| `{code}` | {meaning} |" for code, meaning in PROBLEMS.items()]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])
