"""Locales by name, and how each writes numbers and dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format
from babel.numbers import get_decimal_symbol, get_group_symbol

__all__ = ["Marks", "date_order", "locale_of", "marks_of", "zones"]


@dataclass(frozen=True, slots=True)
class Marks:
    """How a locale writes numbers: its decimal mark, its group mark, and the sizes of groups."""

    decimal: str
    group: str
    sizes: tuple[int, int]  # of the last group and of the others


@lru_cache(maxsize=256)
def locale_of(name: str) -> Locale:
    """Return the locale *name* (``cs``, ``cs-CZ``, ``cs_CZ``), else its language, else English."""
    for candidate in (name.replace("-", "_"), re.split("[-_]", name)[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@lru_cache(maxsize=256)
def marks_of(name: str) -> Marks:
    """Return how the locale writes numbers with Latin digits."""
    locale = locale_of(name)
    first, second = locale.decimal_formats[None].grouping
    sizes = (first, second) if first < 100 else (3, 3)  # Babel says 1000 for "no groups"
    return Marks(get_decimal_symbol(locale), get_group_symbol(locale), sizes)


@lru_cache(maxsize=256)
def date_order(name: str) -> str:
    """Return the order of day, month and year in the short dates of the locale: ``dmy``, ``mdy``, ``ymd``."""
    pattern = get_date_format("short", locale=locale_of(name)).pattern.lower()
    return "".join(sorted("dmy", key=pattern.find))


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the names of all time zones; read from disk once."""
    return frozenset(available_timezones())
