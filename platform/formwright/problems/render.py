"""Problems as text for a terminal, as JSON for tools, and as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from formwright.problems.problem import Problem, Severity

__all__ = ["as_json", "as_problem_details", "as_text"]

TITLES = {
    400: "The request could not be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    409: "The record has changed meanwhile",
    412: "The version is stale",
    413: "The request is too large",
    415: "This content type is not accepted",
    422: "The input has problems",
    428: "A version is required",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available at the moment",
}


def as_text(problems: Iterable[Problem]) -> str:
    """Return one block a problem: place and code, then the sentence, then the hint."""
    return "\n".join(_block(problem) for problem in problems)


def _block(problem: Problem) -> str:
    mark = "" if problem.severity is Severity.ERROR else f" ({problem.severity})"
    head = ": ".join(part for part in (str(problem.place), problem.code + mark) if part)
    lines = [head, f"  {problem.sentence}"]
    lines += [f"  See also {place}" for place in problem.related]
    if problem.hint:
        lines.append(f"  Hint: {problem.hint}")
    return "\n".join(lines)


def as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return one object a problem; keys that would be empty are left out."""
    return [_object(problem) for problem in problems]


def _object(problem: Problem) -> dict[str, Any]:
    place = problem.place
    pairs = {
        "code": problem.code,
        "severity": str(problem.severity),
        "sentence": problem.sentence,
        "hint": problem.hint,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "field": place.field,
        "related": [str(other) for other in problem.related],
    }
    return {key: value for key, value in pairs.items() if value}


def as_problem_details(status: int, problems: Iterable[Problem], instance: str = "") -> dict[str, Any]:
    """Return an RFC 9457 object for HTTP *status*.

    ``code`` is the code of the first problem, ``fields`` maps each field to its
    sentences, ``problems`` lists them all in the shape of :func:`as_json`.
    """
    found = list(problems)
    fields: dict[str, list[str]] = {}
    for problem in found:
        if problem.place.field:
            fields.setdefault(problem.place.field, []).append(problem.sentence)
    details: dict[str, Any] = {
        "type": f"urn:formwright:problem:{found[0].code}" if found else "about:blank",
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": found[0].sentence if len(found) == 1 else f"{len(found)} problems.",
        "code": found[0].code if found else "",
        "fields": fields,
        "problems": as_json(found),
    }
    if instance:
        details["instance"] = instance
    return details
