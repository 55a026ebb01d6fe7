"""Percentages."""

from __future__ import annotations

from decimal import Decimal as Exact
from typing import Any, ClassVar

from babel.numbers import format_percent

from formwright.attributes.base import Options
from formwright.attributes.locales import locale_of
from formwright.attributes.types.decimal import Decimal

__all__ = ["Percent"]


class Percent(Decimal):
    """A percentage. The value is the number before the sign: 15 is 15 %, and 0.15 of something."""

    name = "percent"
    label = "Percentage"
    widget: ClassVar[str] = "widgets/percent.html"
    keys: ClassVar = {key: Decimal.keys[key] for key in ("min", "max", "scale")}

    def digits(self, options: Options) -> tuple[int, int]:
        """Return five digits before the point, and ``scale`` after it (2)."""
        scale = options.get("scale")
        after = 2 if scale is None else int(scale)
        return 5 + after, after

    def parse(self, raw: object, options: Options, locale: str = "en") -> Exact | None:
        """Return the number in *raw*, with or without a percent sign."""
        if isinstance(raw, str) and raw.rstrip().endswith("%"):
            raw = raw.rstrip()[:-1].rstrip() or "%"  # a lone sign is no number, and not empty either
        return super().parse(raw, options, locale)

    def display(self, value: Any, options: Options, locale: str = "en") -> str:
        """Return the percentage as the locale writes it."""
        shown: str = format_percent(value / 100, locale=locale_of(locale), decimal_quantization=False)
        return shown
