"""Lengths of time."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, ClassVar, Final

from babel.units import format_unit
from sqlalchemy.dialects.postgresql import INTERVAL

from formwright.attributes.base import Invalid, Options
from formwright.attributes.locales import locale_of
from formwright.attributes.numbers import plain, read_number
from formwright.attributes.ordered import Ordered
from formwright.attributes.texts import clean

__all__ = ["Duration"]

SECONDS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
NAMES: Final = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
WORDS: Final = {"min": "m", "sec": "s", "sek": "s", "hod": "h"}
LONGEST: Final = Decimal(10_000 * 366 * 86_400)  # ten thousand years
PART = re.compile(r"(\d+(?:[.,]\d+)?)\s?(min|sec|sek|hod|[wdhms])\s*", re.ASCII | re.IGNORECASE)
CLOCK = re.compile(r"(\d+):([0-5]\d)(?::([0-5]\d(?:\.\d{1,9})?))?", re.ASCII)
NUMBER = r"(\d+(?:[.,]\d+)?)"
ISO = re.compile(
    rf"P(?!$)(?:{NUMBER}W)?(?:{NUMBER}D)?(?:T(?!$)(?:{NUMBER}H)?(?:{NUMBER}M)?(?:{NUMBER}S)?)?",
    re.ASCII | re.IGNORECASE,
)


class Duration(Ordered):
    """A length of time in days, hours, minutes and seconds, kept to the millisecond; a day has 24 hours."""

    name = "duration"
    label = "Duration"
    kind = "duration"
    widget: ClassVar[str] = "widgets/duration.html"
    keys: ClassVar = {
        "min": {"type": ["string", "number"], "description": "Shortest, such as 15m or PT15M."},
        "max": {"type": ["string", "number"], "description": "Longest, such as 8h or PT8H."},
        "unit": {"enum": ["w", "d", "h", "m", "s"], "description": "What a number alone means (m)."},
    }

    def column(self, options: Options) -> INTERVAL:
        """Return interval."""
        return INTERVAL()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of ISO 8601 durations."""
        return {"type": "string", "format": "duration"}

    def parse(self, raw: object, options: Options, locale: str = "en") -> dt.timedelta | None:
        """Return the duration in *raw*: ``1h 30m``, ``1:30``, ``PT1H30M``, or a number of the unit."""
        if isinstance(raw, dt.timedelta):
            return _kept(Decimal(raw // dt.timedelta(microseconds=1)) / 1_000_000)
        if isinstance(raw, (int, float, Decimal)):
            number = read_number(raw, locale)
            return _kept((number or Decimal(0)) * SECONDS[options.get("unit") or "m"])
        text = clean(raw, 100)
        if text is None:
            return None
        negative = text[0] in "-\u2212"
        seconds = _seconds(text.lstrip("+-\u2212").strip(), options, locale)
        return _kept(-seconds if negative else seconds)

    def dump(self, value: dt.timedelta, options: Options) -> str:
        """Return the duration in ISO 8601."""
        sign, parts = _split(value)
        date = "".join(f"{number}D" for number, unit in parts if unit == "d")
        time = "".join(f"{number}{unit.upper()}" for number, unit in parts if unit != "d")
        return f"{sign}P{date}" + (f"T{time}" if time else "" if date else "T0S")

    def text(self, value: dt.timedelta, options: Options, locale: str = "en") -> str:
        """Return days, hours, minutes and seconds by letter."""
        sign, parts = _split(value)
        return sign + (" ".join(number + unit for number, unit in parts) or "0m")

    def display(self, value: dt.timedelta, options: Options, locale: str = "en") -> str:
        """Return the duration in the short units of the locale."""
        sign, parts = _split(value)
        shown = [
            format_unit(Decimal(number), f"duration-{NAMES[unit]}", "short", locale=locale_of(locale))
            for number, unit in parts or [("0", "m")]
        ]
        return sign + " ".join(shown)


def _seconds(text: str, options: Options, locale: str) -> Decimal:
    if found := CLOCK.fullmatch(text):
        hours, minutes, seconds = (Decimal(part or 0) for part in found.groups())
        return hours * 3_600 + minutes * 60 + seconds
    if found := ISO.fullmatch(text):
        numbers = zip(found.groups(), SECONDS.values(), strict=True)
        return sum((_decimal(part) * size for part, size in numbers if part), Decimal(0))
    parts = PART.findall(text)
    if parts and not PART.sub("", text):
        return sum((_decimal(n) * SECONDS[WORDS.get(u.lower(), u.lower())] for n, u in parts), Decimal(0))
    try:
        number = read_number(text, locale)
    except Invalid:
        number = None
    if number is None:
        raise Invalid("not-a-duration", "This must be a duration.", "for example 1h 30m")
    return number * SECONDS[options.get("unit") or "m"]


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _kept(seconds: Decimal) -> dt.timedelta:
    if abs(seconds) > LONGEST:
        raise Invalid("out-of-range", "The duration is too long.", "at most 10,000 years")
    return dt.timedelta(milliseconds=int(seconds * 1000))


def _split(value: dt.timedelta) -> tuple[str, list[tuple[str, str]]]:
    """Return the sign, and number and letter of each unit that occurs."""
    rest = abs(value)
    hours, seconds = divmod(rest.seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    exact = plain(Decimal(seconds) + Decimal(rest.microseconds // 1000) / 1000)
    numbers = ((str(rest.days), "d"), (str(hours), "h"), (str(minutes), "m"), (exact, "s"))
    return "-" if value < dt.timedelta() else "", [(n, unit) for n, unit in numbers if n != "0"]
