"""Dates and times of day as people and browsers write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TypeVar

from formwright.attributes.base import Invalid
from formwright.attributes.locales import date_order

__all__ = ["iso", "local", "read_date", "read_time", "to_millisecond"]

Moment = TypeVar("Moment", time, datetime)

ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
WRITTEN_DATE = re.compile(r"(\d{1,4})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{1,4})\.?", re.ASCII)
TIME = re.compile(
    r"(\d{1,2})(?:[:.](\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?)?\s?([ap]\.?m\.?)?", re.ASCII | re.IGNORECASE
)


def read_date(text: str, locale: str) -> date:
    """Return the date in *text*: ISO 8601, or day, month and year in the order of *locale*.

    Two digits of a year mean 1969 to 2068 (POSIX). Raises Invalid ``not-a-date``.
    """
    if found := ISO_DATE.fullmatch(text):
        return _date(*(int(part) for part in found.groups()))
    found = WRITTEN_DATE.fullmatch(text)
    if not found:
        raise _no_date()
    first, second, third = found.groups()
    order = "ymd" if len(first) > 2 else date_order(locale)
    parts = dict(zip(order, (first, second, third), strict=True))
    if len(parts["d"]) > 2 or len(parts["y"]) in (1, 3):
        raise _no_date()
    return _date(_year(parts["y"]), int(parts["m"]), int(parts["d"]))


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 69 else 1900)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_date() from None


def _no_date() -> Invalid:
    return Invalid("not-a-date", "This must be a date that exists.", "for example 2026-02-28")


def read_time(text: str) -> time:
    """Return the time of day in *text*: ``15:30``, ``15.30``, ``15:30:05.25``, ``3:30 pm``, ``3 pm``.

    Kept to the millisecond. Raises Invalid ``not-a-time``.
    """
    found = TIME.fullmatch(text)
    if not found or not (found[2] or found[5]):
        raise _no_time()
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    if found[5]:
        if not 1 <= hour <= 12:
            raise _no_time()
        hour = hour % 12 + (12 if found[5][0] in "pP" else 0)
    try:
        return time(hour, minute, second, int((found[4] or "0").ljust(3, "0")[:3]) * 1000)
    except ValueError:
        raise _no_time() from None


def _no_time() -> Invalid:
    return Invalid("not-a-time", "This must be a time of day.", "for example 15:30")


def to_millisecond(value: Moment) -> Moment:
    """Return *value* without what is smaller than a millisecond: browsers hold no more."""
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def iso(value: time | datetime) -> str:
    """Return *value* in ISO 8601 as PostgreSQL writes it in JSON: a fraction without zeros at its end."""
    text = value.isoformat()
    return re.sub(r"(\.\d*?[1-9])0+(?=$|[+-])", r"\1", text) if "." in text else text


def local(value: time | datetime) -> str:
    """Return *value* as HTML controls want it: without zone, seconds only when there are any."""
    bare = value.replace(tzinfo=None)
    if bare.microsecond:
        return bare.isoformat(timespec="milliseconds")
    return bare.isoformat(timespec="seconds" if bare.second else "minutes")
