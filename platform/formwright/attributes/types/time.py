"""Times of day."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from babel.dates import format_time
from sqlalchemy import types

from formwright.attributes.base import Invalid, Options
from formwright.attributes.clock import iso, local, read_time, to_millisecond
from formwright.attributes.locales import locale_of
from formwright.attributes.ordered import Ordered
from formwright.attributes.texts import clean

__all__ = ["Time"]


class Time(Ordered):
    """A time of day without zone, kept to the millisecond."""

    name = "time"
    label = "Time"
    kind = "time"
    widget: ClassVar[str] = "widgets/time.html"
    keys: ClassVar = {
        "min": {"type": "string", "description": "Earliest time (ISO 8601)."},
        "max": {"type": "string", "description": "Latest time (ISO 8601)."},
    }

    def column(self, options: Options) -> types.Time:
        """Return time without zone."""
        return types.Time()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of ISO 8601 times without offset."""
        return {"type": "string", "pattern": r"^\d\d:\d\d(:\d\d(\.\d+)?)?$"}

    def parse(self, raw: object, options: Options, locale: str = "en") -> dt.time | None:
        """Return the time in *raw*: ``15:30``, ``15.30``, ``15:30:05.250``, ``3:30 pm``."""
        if isinstance(raw, dt.time):
            if raw.tzinfo is not None:
                raise Invalid("not-a-time", "This must be a time without zone.")
            return to_millisecond(raw)
        text = clean(raw, 40)
        return None if text is None else read_time(text)

    def dump(self, value: dt.time, options: Options) -> str:
        """Return the time in ISO 8601 with seconds."""
        return iso(value)

    def text(self, value: dt.time, options: Options, locale: str = "en") -> str:
        """Return what time controls hold in every locale."""
        return local(value)

    def display(self, value: dt.time, options: Options, locale: str = "en") -> str:
        """Return the time in the short form of the locale; seconds only when there are any."""
        shown: str = format_time(value, "medium" if value.second else "short", locale=locale_of(locale))
        return shown
