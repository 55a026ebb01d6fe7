"""Amounts of money."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal as Exact
from typing import Any, ClassVar

from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
    is_currency,
)
from sqlalchemy.types import Numeric

from formwright.attributes.base import Invalid, Options
from formwright.attributes.locales import locale_of
from formwright.attributes.numbers import plain, read_number, rounded, write_number
from formwright.attributes.ordered import Ordered

__all__ = ["Money"]

DIGITS = 4  # the most decimal places of any currency in CLDR
WHOLE = 16


class Money(Ordered):
    """An exact amount, rounded half up to the digits of its currency (CLDR): 2 for EUR, 0 for JPY.

    With ``currency_of`` the currency is the value of another attribute;
    whoever knows the record adds it to the options as ``currency``. Without
    it such an amount keeps four decimal places and shows no currency.
    """

    name = "money"
    label = "Money"
    kind = "decimal"
    widget: ClassVar[str] = "widgets/money.html"
    keys: ClassVar = {
        "min": {"type": ["number", "string"], "description": "Least amount."},
        "max": {"type": ["number", "string"], "description": "Greatest amount."},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code (EUR)."},
        "currency_of": {"type": "string", "description": "The attribute that holds the currency."},
    }

    def currency(self, options: Options) -> str:
        """Return the currency of the amount, empty when only the record knows it."""
        return str(options.get("currency") or ("" if options.get("currency_of") else "EUR"))

    def digits(self, options: Options) -> int:
        """Return how many decimal places an amount has."""
        currency = self.currency(options)
        return get_currency_precision(currency) if currency else DIGITS

    def column(self, options: Options) -> Numeric[Exact]:
        """Return numeric(20, 4), whatever the currency: a change of currency changes no column."""
        return Numeric(WHOLE + DIGITS, DIGITS)

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of a decimal text; JSON numbers are read too."""
        return {"type": ["string", "number"], "pattern": r"^-?\d+(\.\d+)?$"}

    def parse(self, raw: object, options: Options, locale: str = "en") -> Exact | None:
        """Return the amount in *raw*; its own currency may stand before or after it."""
        if isinstance(raw, str):
            raw = self._bare(raw, options, locale)
        number = read_number(raw, locale)
        if number is None:
            return None
        value = rounded(number, self.digits(options))
        if value and value.adjusted() >= WHOLE:
            raise Invalid("number-too-large", f"At most {WHOLE} digits fit before the point.")
        return value

    def _bare(self, raw: str, options: Options, locale: str) -> str:
        currency = self.currency(options)
        if not currency or len(raw) > 100:
            return raw
        signs = {
            currency,
            get_currency_symbol(currency, locale_of(locale)),
            get_currency_symbol(currency, "en"),
        }
        either = "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
        found = re.fullmatch(rf"\s*(?:{either})?(.*?\d.*?)(?:{either})?\s*", raw, re.DOTALL)
        return found[1] if found else raw

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return whether the currency is unknown or given twice, or the bounds make no sense."""
        currency = options.get("currency")
        if currency and options.get("currency_of"):
            return [Invalid("two-currencies", "`currency` and `currency_of` exclude each other.", "keep one")]
        if currency and not is_currency(currency):
            return [Invalid("unknown-currency", f"There is no currency `{currency}`.", "for example EUR")]
        return super().check_options(options)

    def dump(self, value: Exact, options: Options) -> str:
        """Return the amount as text with a point and all digits of its currency."""
        if not self.currency(options):
            return plain(value)
        return format(rounded(value, self.digits(options)), "f")

    def text(self, value: Exact, options: Options, locale: str = "en") -> str:
        """Return the amount with the decimal mark of the locale, without currency."""
        return write_number(value, locale)

    def display(self, value: Exact, options: Options, locale: str = "en") -> str:
        """Return the amount with its currency as the locale writes it."""
        currency = self.currency(options)
        shown: str = (
            format_currency(value, currency, locale=locale_of(locale))
            if currency
            else format_decimal(value, locale=locale_of(locale), decimal_quantization=False)
        )
        return shown
