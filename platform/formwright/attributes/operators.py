"""The filter operators, grouped by what a value can be asked.

`is` `is_not` `in` `not_in`: equality, with one or several values ·
`contains` `starts_with`: parts of a text, case folded · `less` `at_most`
`more` `at_least` `between`: order, `between` with both ends ·
`has_any` `has_all` `has_none`: members of a list · `empty` `not_empty`.
"""

from __future__ import annotations

__all__ = ["CHOICE", "LIST", "ORDER", "PRESENCE", "SAME", "TEXT"]

PRESENCE = ("empty", "not_empty")
SAME = ("is", "is_not", *PRESENCE)
CHOICE = ("is", "is_not", "in", "not_in", *PRESENCE)
TEXT = ("is", "is_not", "contains", "starts_with", "in", "not_in", *PRESENCE)
ORDER = ("is", "is_not", "less", "at_most", "more", "at_least", "between", *PRESENCE)
LIST = ("has_any", "has_all", "has_none", *PRESENCE)
