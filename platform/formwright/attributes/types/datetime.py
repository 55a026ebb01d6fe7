"""Moments."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy.dialects.postgresql import TIMESTAMP

from formwright.attributes.base import Invalid, Options
from formwright.attributes.clock import iso, local, read_date, read_time, to_millisecond
from formwright.attributes.locales import locale_of, zones
from formwright.attributes.ordered import Ordered
from formwright.attributes.texts import clean
from formwright.problems import suggest

__all__ = ["DateTime"]

WRITTEN = re.compile(
    r"(?P<date>\S.*?)(?:[Tt]|,?\s+)(?P<time>\d{1,2}[:.]\d\d(?:[:.]\d\d(?:[.,]\d{1,9})?)?(?:\s?[AaPp]\.?[Mm]\.?)?)"
    r"\s?(?P<offset>[Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


class DateTime(Ordered):
    """A moment: aware, in UTC, kept to the millisecond.

    Texts without offset are read, and texts are shown, in the ``zone`` of
    the options (UTC when none is given): a form passes the zone of its user
    as ``{**options, "zone": …}``.
    """

    name = "datetime"
    label = "Date and time"
    kind = "datetime"
    widget: ClassVar[str] = "widgets/datetime.html"
    keys: ClassVar = {
        "min": {"type": "string", "description": "Earliest moment (ISO 8601)."},
        "max": {"type": "string", "description": "Latest moment (ISO 8601)."},
        "zone": {"type": "string", "description": "Time zone of input and display, such as Europe/Prague."},
    }

    def column(self, options: Options) -> TIMESTAMP:
        """Return timestamp with time zone."""
        return TIMESTAMP(timezone=True)

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of ISO 8601 moments."""
        return {"type": "string", "format": "date-time"}

    def parse(self, raw: object, options: Options, locale: str = "en") -> dt.datetime | None:
        """Return the moment in *raw*: ISO 8601 with or without offset, or date and time of the locale.

        A local time that occurs twice (clocks go back) means the first time
        unless it has an offset; one that never occurs is refused.
        """
        if isinstance(raw, dt.datetime):
            if raw.tzinfo is None:
                raise _no_moment()
            return _in_utc(raw)
        text = clean(raw, 80)
        if text is None:
            return None
        found = WRITTEN.fullmatch(text)
        if not found:
            raise _no_moment()
        bare = dt.datetime.combine(read_date(found["date"].rstrip(","), locale), read_time(found["time"]))
        return _in_utc(_aware(bare, found["offset"], options))

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return whether the zone is unknown or the bounds make no sense."""
        zone = options.get("zone")
        if zone and zone not in zones():
            hint = suggest(zone, zones())
            return [Invalid("unknown-zone", f"There is no time zone `{zone}`.", hint)]
        return super().check_options(options)

    def dump(self, value: dt.datetime, options: Options) -> str:
        """Return the moment in ISO 8601, in UTC."""
        return iso(value.astimezone(dt.UTC))

    def text(self, value: dt.datetime, options: Options, locale: str = "en") -> str:
        """Return what datetime-local controls hold; an offset follows the second of two equal local times."""
        there = to_millisecond(value.astimezone(_zone(options)))
        again = there.fold == 1 and there.utcoffset() != there.replace(fold=0).utcoffset()
        return local(there) + (there.isoformat()[-6:] if again else "")

    def display(self, value: dt.datetime, options: Options, locale: str = "en") -> str:
        """Return date and time in the zone and the medium form of the locale, without seconds."""
        there = value.astimezone(_zone(options)).replace(tzinfo=None)
        date = locale_of(locale).date_formats["medium"].pattern
        time = locale_of(locale).time_formats["short"].pattern
        joined = str(locale_of(locale).datetime_formats["medium"])
        pattern = joined.replace("{1}", date).replace("{0}", time)
        shown: str = format_datetime(there, pattern, locale=locale_of(locale))
        return shown


def _zone(options: Options) -> ZoneInfo:
    return ZoneInfo(options.get("zone") or "UTC")


def _aware(bare: dt.datetime, offset: str | None, options: Options) -> dt.datetime:
    if offset:
        text = "+00:00" if offset in "Zz" else offset
        hours, minutes = int(text[1:3]), int(text[-2:])
        if hours > 23 or minutes > 59:
            raise _no_moment()
        distance = dt.timedelta(hours=hours, minutes=minutes)
        return bare.replace(tzinfo=dt.timezone(-distance if text[0] == "-" else distance))
    there = bare.replace(tzinfo=_zone(options))
    if _in_utc(there).astimezone(_zone(options)).replace(tzinfo=None, fold=0) != bare:
        raise Invalid("no-such-time", "The clocks skip this local time.", "one hour later exists")
    return there


def _in_utc(value: dt.datetime) -> dt.datetime:
    if not 1 < value.year < 9999:  # no zone may push a moment out of what Python can hold
        raise Invalid("out-of-range", "The year must be between 2 and 9998.")
    return to_millisecond(value.astimezone(dt.UTC))


def _no_moment() -> Invalid:
    return Invalid("not-a-datetime", "This must be a date and a time.", "for example 2026-02-28 15:30")
