"""Colours."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options
from formwright.attributes.texts import clean

__all__ = ["Color"]

HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII | re.IGNORECASE)


class Color(AttributeType):
    """A colour as ``#rrggbb`` in lower case."""

    name = "color"
    label = "Colour"
    kind = "text"
    widget: ClassVar[str] = "widgets/color.html"
    operators: ClassVar[tuple[str, ...]] = operators.CHOICE

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of hexadecimal colours."""
        return {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return ``#rrggbb``; ``#rgb`` and a missing ``#`` are read, too."""
        text = clean(raw, 40)
        if text is None:
            return None
        found = HEX.fullmatch(text)
        if not found:
            raise Invalid("not-a-color", "This must be a colour.", "for example #2f6fde")
        digits = found[1].lower()
        return "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits)
