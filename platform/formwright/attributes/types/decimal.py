"""Exact decimal numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal as Exact
from typing import Any, ClassVar

from babel.numbers import format_decimal
from sqlalchemy.types import Numeric

from formwright.attributes.base import Invalid, Options
from formwright.attributes.locales import locale_of
from formwright.attributes.numbers import plain, read_number, rounded, write_number
from formwright.attributes.ordered import Ordered

__all__ = ["Decimal"]

PRECISION, SCALE = 20, 4


class Decimal(Ordered):
    """An exact number, rounded half up to ``scale`` places. Its JSON form is a text: no reader rounds it."""

    name = "decimal"
    label = "Decimal number"
    kind = "decimal"
    widget: ClassVar[str] = "widgets/number.html"
    keys: ClassVar = {
        "min": {"type": ["number", "string"], "description": "Least value."},
        "max": {"type": ["number", "string"], "description": "Greatest value."},
        "precision": {"type": "integer", "minimum": 1, "maximum": 38, "description": "Digits in all (20)."},
        "scale": {"type": "integer", "minimum": 0, "maximum": 15, "description": "Decimal places (4)."},
        "unit": {"type": "string", "maxLength": 20, "description": "Shown after the number, such as km."},
    }

    def digits(self, options: Options) -> tuple[int, int]:
        """Return how many digits there are in all, and how many of them after the point."""
        return options.get("precision") or PRECISION, _or(options.get("scale"), SCALE)

    def column(self, options: Options) -> Numeric[Exact]:
        """Return numeric(precision, scale)."""
        return Numeric(*self.digits(options))

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of a decimal text; JSON numbers are read too."""
        schema: dict[str, Any] = {"type": ["string", "number"], "pattern": r"^-?\d+(\.\d+)?$"}
        for key, word in (("min", "minimum"), ("max", "maximum")):
            if isinstance(options.get(key), (int, float)):
                schema[word] = options[key]
        return schema

    def parse(self, raw: object, options: Options, locale: str = "en") -> Exact | None:
        """Return the number in *raw*, rounded half up to the scale."""
        number = read_number(raw, locale)
        if number is None:
            return None
        precision, scale = self.digits(options)
        value = rounded(number, scale)
        if value and value.adjusted() >= precision - scale:
            raise Invalid("number-too-large", f"At most {precision - scale} digits fit before the point.")
        return value

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return whether the bounds or the digits make no sense."""
        precision, scale = self.digits(options)
        if scale > precision:
            return [Invalid("bad-bound", "`scale` is above `precision`.", "give a greater `precision`")]
        return super().check_options(options)

    def dump(self, value: Exact, options: Options) -> str:
        """Return the number as text with a point, no exponent, and no zeros at the end."""
        return plain(value)

    def text(self, value: Exact, options: Options, locale: str = "en") -> str:
        """Return the number with the decimal mark of the locale."""
        return write_number(value, locale)

    def display(self, value: Exact, options: Options, locale: str = "en") -> str:
        """Return the number with the marks of the locale, and its unit."""
        shown: str = format_decimal(value, locale=locale_of(locale), decimal_quantization=False)
        return f"{shown}\u00a0{options['unit']}" if options.get("unit") else shown


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
