"""Numbers as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from formwright.attributes import Invalid
from formwright.attributes.numbers import plain, read_number, rounded, write_number


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("cs", "1.234,50", "1234.5"),
        ("de", "1.234,50", "1234.5"),
        ("cs", "1 234,50", "1234.5"),
        ("cs", "1\u00a0234,50", "1234.5"),
        ("fr", "1\u202f234,5", "1234.5"),
        ("de_CH", "1'234.50", "1234.5"),
        ("de_CH", "1’234.50", "1234.5"),
        ("en", "1,234.50", "1234.5"),
        ("en", "1.234,50", "1234.5"),
        ("cs", "1,234.50", "1234.5"),
        ("de", "1.234", "1234"),
        ("en", "1.234", "1.234"),
        ("en", "1,234", "1234"),
        ("en", "1,5", "1.5"),
        ("de", "1.5", "1.5"),
        ("de", "1,234", "1.234"),
        ("cs", "0.123", "0.123"),
        ("cs", "1.5", "1.5"),
        ("de", "1.234.567", "1234567"),
        ("en_IN", "12,34,567.8", "1234567.8"),
        ("sv", "−5,5", "-5.5"),
        ("en", "+5", "5"),
        ("en", "1e-2", "0.01"),
        ("ar", "\u200e-5", "-5"),
        ("en", "-.5", "-0.5"),
    ],
)
def test_numbers_are_read_with_the_marks_of_the_locale(locale, text, expected):
    assert read_number(text, locale) == Decimal(expected)


@pytest.mark.parametrize(
    ("locale", "text", "code"),
    [
        ("cs", "1.234", "ambiguous-number"),
        ("en", "1,23,4.5", "not-a-number"),
        ("en", "1.2.3", "not-a-number"),
        ("de", "1,2,3", "not-a-number"),
        ("en", ".", "not-a-number"),
        ("en", "1-", "not-a-number"),
        ("en", "1_000", "not-a-number"),
        ("en", "１２", "not-a-number"),
        ("en", "$5", "not-a-number"),
        ("en", "5e", "not-a-number"),
        ("en", "1" * 61, "number-too-large"),
    ],
)
def test_what_is_no_number_or_could_be_two_is_refused(locale, text, code):
    with pytest.raises(Invalid) as caught:
        read_number(text, locale)
    assert caught.value.code == code


def test_an_ambiguous_number_gets_both_readings_as_a_hint():
    with pytest.raises(Invalid) as caught:
        read_number("1.234", "cs")
    assert caught.value.hint == "write 1234 or 1,234"


def test_a_float_is_read_by_its_shortest_text():
    assert read_number(0.1, "en") == Decimal("0.1")


def test_numbers_are_written_without_exponent_and_groups():
    assert plain(Decimal("1E+3")) == "1000"
    assert plain(Decimal("1.500")) == "1.5"
    assert write_number(Decimal("-1234.5"), "cs") == "-1234,5"


def test_a_half_is_rounded_away_from_zero_and_zero_has_no_sign():
    assert str(rounded(Decimal("-2.345"), 2)) == "-2.35"
    assert str(rounded(Decimal("-0.001"), 2)) == "0.00"
