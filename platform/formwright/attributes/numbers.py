"""Numbers as people type them in a locale, and back."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

from formwright.attributes.base import Invalid
from formwright.attributes.locales import Marks, marks_of
from formwright.attributes.texts import text_of

__all__ = ["exact", "plain", "read_number", "rounded", "write_number"]

LONGEST = 60  # digits and marks; more is no number that a column could hold
SPACES = re.compile("[\\s\u00a0\u202f\u2009\u200e\u200f\u061c'’٬]")
NUMBER = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


def read_number(raw: object, locale: str) -> Decimal | None:
    """Return the number in *raw*: a text in *locale*, an int, a finite float, or a Decimal.

    A text may have groups, a sign before it, and an exponent. When only one
    kind of mark occurs the locale says what it means; `.` or `,` that is
    neither its decimal nor its group mark is a decimal mark, unless three
    digits follow: then it could be either, and is refused.
    """
    if isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool):
        return exact(raw)
    if isinstance(raw, (bool, dict)):
        raise _no_number(locale)
    text = text_of(raw)
    return None if text is None else _parse(text, locale)


def exact(number: float | Decimal) -> Decimal:
    """Return *number* as a Decimal, a float by its shortest text; NaN and infinities raise Invalid."""
    finite = not isinstance(number, float) or math.isfinite(number)
    if not finite or (isinstance(number, Decimal) and not number.is_finite()):
        raise Invalid("not-finite", "This must be a finite number.")
    value = Decimal(str(number)) if isinstance(number, float) else Decimal(number)
    return value or Decimal(0)  # no negative zero


def _parse(text: str, locale: str) -> Decimal:
    if len(text) > LONGEST:
        raise Invalid("number-too-large", "The number has too many digits.")
    found = NUMBER.fullmatch(SPACES.sub("", text.replace("\u2212", "-")))
    if not found:
        raise _no_number(locale)
    sign, body, exponent = found.groups()
    digits = _unmarked(body, marks_of(locale), locale)
    return exact(Decimal(sign + digits + (exponent or "")))


def _unmarked(body: str, marks: Marks, locale: str) -> str:
    """Return *body* with groups joined and a decimal point."""
    last = max(body, key=lambda sign: body.rfind(sign) if sign in ".," else -1)
    if last not in ".,":
        return body
    other = "," if last == "." else "."
    whole, _, fraction = body.rpartition(last)
    if other in body:  # 1.234,50: the later mark is the decimal one
        return _joined(whole, other, marks, locale) + "." + fraction
    if body.count(last) > 1 or (last == marks.group and _grouped(body, last, marks)):
        return _joined(body, last, marks, locale)
    if last not in (marks.decimal, marks.group) and len(fraction) == 3 and whole not in ("", "0"):
        raise Invalid(
            "ambiguous-number",
            f"`{body}` can mean two numbers.",
            f"write {write_number(Decimal(whole + fraction), locale)} or "
            f"{write_number(Decimal(f'{whole}.{fraction}'), locale)}",
        )
    return f"{whole or '0'}.{fraction}"


def _joined(body: str, mark: str, marks: Marks, locale: str) -> str:
    if mark in body and not _grouped(body, mark, marks):
        raise _no_number(locale)
    return body.replace(mark, "")


def _grouped(body: str, mark: str, marks: Marks) -> bool:
    last, others = marks.sizes
    inner = rf"(?:{re.escape(mark)}\d{{{others}}})*"
    return re.fullmatch(rf"\d{{1,{others}}}{inner}{re.escape(mark)}\d{{{last}}}", body) is not None


def _no_number(locale: str) -> Invalid:
    return Invalid(
        "not-a-number", "This must be a number.", f"for example {write_number(Decimal('1234.5'), locale)}"
    )


def rounded(value: Decimal, digits: int) -> Decimal:
    """Return *value* with *digits* decimal places, a half rounded away from zero."""
    if value.adjusted() > LONGEST:
        raise Invalid("number-too-large", "The number is too large.")
    with localcontext(prec=2 * LONGEST):
        result = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return result or abs(result)  # no negative zero


def plain(value: Decimal) -> str:
    """Return *value* without exponent, with a decimal point and no zeros after the last other digit."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_number(value: Decimal, locale: str) -> str:
    """Return *value* as an input control of *locale* shows it: its decimal mark, no groups."""
    return plain(value).replace(".", marks_of(locale).decimal)
