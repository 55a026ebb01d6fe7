"""Whole numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from babel.numbers import format_decimal
from sqlalchemy.types import BigInteger

from formwright.attributes.base import Invalid, Options, Search
from formwright.attributes.locales import locale_of
from formwright.attributes.numbers import read_number, write_number
from formwright.attributes.ordered import Ordered

__all__ = ["Integer"]

LARGEST = 2**63 - 1


class Integer(Ordered):
    """A whole number of 64 bits."""

    name = "integer"
    label = "Whole number"
    kind = "integer"
    widget: ClassVar[str] = "widgets/number.html"
    keys: ClassVar = {
        "min": {"type": "integer", "description": "Least value."},
        "max": {"type": "integer", "description": "Greatest value."},
        "unit": {"type": "string", "maxLength": 20, "description": "Shown after the number, such as Mbit/s."},
    }
    search: ClassVar[Search | None] = Search(digits=True, typo=False)

    def column(self, options: Options) -> BigInteger:
        """Return bigint."""
        return BigInteger()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return an integer schema within 64 bits and the bounds."""
        least, most = options.get("min"), options.get("max")
        return {
            "type": "integer",
            "minimum": -LARGEST - 1 if least is None else least,
            "maximum": LARGEST if most is None else most,
        }

    def parse(self, raw: object, options: Options, locale: str = "en") -> int | None:
        """Return the whole number in *raw*; 3.0 is one, 3.5 is not."""
        number = read_number(raw, locale)
        if number is None:
            return None
        if number.adjusted() > 20:
            raise _too_large()
        if number != number.to_integral_value():
            raise Invalid("not-an-integer", "This must be a whole number.")
        value = int(number)
        if not -LARGEST - 1 <= value <= LARGEST:
            raise _too_large()
        return value

    def text(self, value: int, options: Options, locale: str = "en") -> str:
        """Return the digits."""
        return write_number(Decimal(value), locale)

    def display(self, value: int, options: Options, locale: str = "en") -> str:
        """Return the number with the groups of the locale, and its unit."""
        shown: str = format_decimal(value, locale=locale_of(locale))
        return f"{shown}\u00a0{options['unit']}" if options.get("unit") else shown

    def words(self, value: int, options: Options) -> str:
        """Return the digits."""
        return str(value)


def _too_large() -> Invalid:
    return Invalid("number-too-large", "The number is too large.", f"at most {LARGEST}")
