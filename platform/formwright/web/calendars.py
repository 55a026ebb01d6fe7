"""A month as a grid of weeks, with the records that fall on its days."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date, get_day_names

from formwright.attributes.locales import locale_of

__all__ = ["Calendar", "CalendarCard", "Day", "build_calendar", "month_of", "month_range"]

MOST_ON_A_DAY = 5
FIRST_YEAR, LAST_YEAR = 1900, 2999


@dataclass(frozen=True, slots=True)
class CalendarCard:
    """One record on its day; *time* is empty for dates."""

    title: str
    href: str
    time: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One square of the grid. *more* counts the records that do not fit."""

    number: int
    label: str
    inside: bool
    today: bool
    cards: tuple[CalendarCard, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """The month that is shown, and the ways to others."""

    month: str
    title: str
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[Day, ...], ...]
    previous_href: str
    next_href: str
    today_href: str


def month_of(text: str, today: date) -> date:
    """Return the first day of the month ``YYYY-MM``; of this month when there is none, or none in reach."""
    year = int(text[:4]) if text else 0
    return date(year, int(text[5:]), 1) if FIRST_YEAR <= year <= LAST_YEAR else today.replace(day=1)


def month_range(first: date, locale: str) -> tuple[date, date]:
    """Return the first day of the grid of a month and the day after its last."""
    start = first - timedelta(days=(first.weekday() - _first_weekday(locale)) % 7)
    days = calendar.monthrange(first.year, first.month)[1]
    weeks = -(-((first - start).days + days) // 7)
    return start, start + timedelta(days=7 * weeks)


def _first_weekday(locale: str) -> int:
    weekday: int = locale_of(locale).first_week_day
    return weekday


def _month(first: date, step: int) -> str:
    """Return the month before (-1) or after (1) as ``YYYY-MM``."""
    other = first - timedelta(days=1) if step < 0 else first + timedelta(days=32)
    return f"{other.year:04}-{other.month:02}"


def build_calendar(
    first: date,
    today: date,
    cards: Mapping[date, Iterable[CalendarCard]],
    locale: str,
    href: Callable[[str], str],
) -> Calendar:
    """Return the grid of the month that begins at *first*; *href* gives the address of a month."""
    start, end = month_range(first, locale)
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    squares = [_day(each, first, today, tuple(cards.get(each, ())), locale) for each in days]
    names = get_day_names("abbreviated", locale=locale_of(locale))
    return Calendar(
        month=f"{first.year:04}-{first.month:02}",
        title=format_date(first, "LLLL y", locale=locale_of(locale)),
        weekdays=tuple(names[day.weekday()] for day in days[:7]),
        weeks=tuple(tuple(squares[n : n + 7]) for n in range(0, len(squares), 7)),
        previous_href=href(_month(first, -1)),
        next_href=href(_month(first, 1)),
        today_href=href(""),
    )


def _day(day: date, first: date, today: date, cards: tuple[CalendarCard, ...], locale: str) -> Day:
    return Day(
        number=day.day,
        label=format_date(day, "full", locale=locale_of(locale)),
        inside=day.month == first.month,
        today=day == today,
        cards=cards[:MOST_ON_A_DAY],
        more=max(0, len(cards) - MOST_ON_A_DAY),
    )
