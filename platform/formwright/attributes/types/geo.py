"""Places on the globe."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from sqlalchemy.dialects.postgresql import JSONB

from formwright.attributes.base import AttributeType, Invalid, Options
from formwright.attributes.operators import PRESENCE
from formwright.attributes.texts import clean

__all__ = ["Geo"]

DIGITS = 7  # about a centimetre
PAIR = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,20})?)(?:\s*[,;]\s*|\s+)([+-]?\d{1,3}(?:\.\d{1,20})?)", re.ASCII)


class Geo(AttributeType):
    """Latitude and longitude in degrees (WGS 84), to seven places. Text form: ``50.0875, 14.4213``."""

    name = "geo"
    label = "Place"
    kind = "object"
    widget: ClassVar[str] = "widgets/geo.html"
    operators: ClassVar[tuple[str, ...]] = PRESENCE
    sortable: ClassVar[bool] = False

    def column(self, options: Options) -> JSONB:
        """Return jsonb."""
        return JSONB(none_as_null=True)

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return an object of two numbers within their ranges."""
        return {
            "type": "object",
            "properties": {
                "lat": {"type": "number", "minimum": -90, "maximum": 90},
                "lon": {"type": "number", "minimum": -180, "maximum": 180},
            },
            "required": ["lat", "lon"],
            "additionalProperties": False,
        }

    def parse(self, raw: object, options: Options, locale: str = "en") -> dict[str, float] | None:
        """Return ``{lat, lon}`` from an object of two numbers or a text of two decimals."""
        if isinstance(raw, dict):
            if set(raw) != {"lat", "lon"}:
                raise _no_place()
            return _place(raw["lat"], raw["lon"])
        text = clean(raw, 80)
        if text is None:
            return None
        found = PAIR.fullmatch(text)
        if not found:
            raise _no_place()
        return _place(float(found[1]), float(found[2]))

    def text(self, value: dict[str, float], options: Options, locale: str = "en") -> str:
        """Return latitude and longitude with points and a comma between, in every locale."""
        return ", ".join(_plain(value[key]) for key in ("lat", "lon"))

    def display(self, value: dict[str, float], options: Options, locale: str = "en") -> str:
        """Return latitude and longitude."""
        return self.text(value, options)

    def words(self, value: dict[str, float], options: Options) -> str:
        """Return nothing: places are not searched as words."""
        return ""


def _place(lat: object, lon: object) -> dict[str, float]:
    place = {"lat": _degrees(lat), "lon": _degrees(lon)}
    if not (abs(place["lat"]) <= 90 and abs(place["lon"]) <= 180):
        raise Invalid("out-of-range", "Latitude is from -90 to 90, longitude from -180 to 180.")
    return place


def _degrees(number: object) -> float:
    if not isinstance(number, (int, float)) or isinstance(number, bool) or not abs(number) <= 360:
        raise _no_place()
    return round(float(number), DIGITS) + 0.0  # no negative zero


def _plain(degrees: float) -> str:
    return f"{degrees:.{DIGITS}f}".rstrip("0").rstrip(".")


def _no_place() -> Invalid:
    return Invalid("not-a-place", "This must be latitude and longitude.", "for example 50.0875, 14.4213")
