"""Calendar dates."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from babel.dates import format_date
from sqlalchemy import types

from formwright.attributes.base import Invalid, Options
from formwright.attributes.clock import read_date
from formwright.attributes.locales import locale_of
from formwright.attributes.ordered import Ordered
from formwright.attributes.texts import clean

__all__ = ["Date"]


class Date(Ordered):
    """A day, without time or zone."""

    name = "date"
    label = "Date"
    kind = "date"
    widget: ClassVar[str] = "widgets/date.html"
    keys: ClassVar = {
        "min": {"type": "string", "format": "date", "description": "First day (ISO 8601)."},
        "max": {"type": "string", "format": "date", "description": "Last day (ISO 8601)."},
    }

    def column(self, options: Options) -> types.Date:
        """Return date."""
        return types.Date()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of ISO 8601 dates."""
        return {"type": "string", "format": "date"}

    def parse(self, raw: object, options: Options, locale: str = "en") -> dt.date | None:
        """Return the date in *raw*: ISO 8601, or in the order of the locale."""
        if isinstance(raw, dt.datetime):
            raise Invalid("not-a-date", "This must be a date without time.")
        if isinstance(raw, dt.date):
            return raw
        text = clean(raw, 40)
        return None if text is None else read_date(text, locale)

    def dump(self, value: dt.date, options: Options) -> str:
        """Return the date in ISO 8601."""
        return value.isoformat()

    def text(self, value: dt.date, options: Options, locale: str = "en") -> str:
        """Return ISO 8601, which is what date controls hold in every locale."""
        return value.isoformat()

    def display(self, value: dt.date, options: Options, locale: str = "en") -> str:
        """Return the date in the medium form of the locale."""
        shown: str = format_date(value, "medium", locale=locale_of(locale))
        return shown
