"""Bounds of one evaluation: elements visited, size of text, digits of numbers."""

from __future__ import annotations

from typing import Any

from formwright.problems import Problem, ProblemError

__all__ = ["ELEMENTS", "FILTER_DEPTH", "TEXT_SIZE", "charge", "checked_text", "fault", "spend"]

ELEMENTS = 100_000  # list elements that one evaluation may visit
TEXT_SIZE = 100_000  # characters of a text that an evaluation may build
FILTER_DEPTH = 2  # filters within filters: visits grow with the power of it


def fault(code: str, sentence: str, hint: str = "") -> ProblemError:
    """Return a problem of an evaluation, ready to raise."""
    return ProblemError([Problem(code, sentence, hint=hint)])


def spend(budget: list[int], items: Any) -> list[Any]:
    """Return *items*, or an empty list for a missing one, and take their number from *budget*.

    Raises ProblemError `too-many-elements` when the budget is used up, and
    TypeError when *items* is no list.
    """
    if items is None:
        return []
    if type(items) is not list:
        raise TypeError(f"a list is needed, this is {type(items).__name__}")
    budget[0] -= len(items)
    if budget[0] < 0:
        raise fault("too-many-elements", f"The expression looks at more than {ELEMENTS} elements of lists.")
    return items


def charge(budget: list[int], where: Any) -> Any:
    """Return what is searched, an empty list for a missing one; a list costs as :func:`spend` says."""
    return where if type(where) is str else spend(budget, where)


def checked_text(size: int) -> None:
    """Raise ProblemError `text-too-long` when a text of *size* characters would be built."""
    if size > TEXT_SIZE:
        raise fault("text-too-long", f"The expression builds a text of more than {TEXT_SIZE} characters.")
