"""The built-in functions, by group. They are registered exactly as those of plugins."""

from __future__ import annotations

from formwright.expressions.functions import dates, lists, logic, numbers, records, text, users

__all__ = ["BUILT_IN"]

BUILT_IN = (
    *text.FUNCTIONS,
    *numbers.FUNCTIONS,
    *lists.FUNCTIONS,
    *dates.FUNCTIONS,
    *logic.FUNCTIONS,
    *users.FUNCTIONS,
    *records.FUNCTIONS,
)
