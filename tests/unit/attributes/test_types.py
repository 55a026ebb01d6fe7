"""Every built-in type: its three forms agree, good input is read, bad input is refused with the right code."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from decimal import Decimal
from uuid import UUID as Uuid

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from tests.unit.attributes.samples import CHOICES, LOCALES, SAMPLES, UUID

from formwright.attributes import Invalid, Search, builtin
from formwright.expressions.types import Kind

CATALOGUE = builtin()
NAMES = CATALOGUE.names()
DIALECT = postgresql.dialect()


def sql(condition) -> str:
    return str(condition.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


def canonical(expected):
    """Return an expected value with its UUIDs as such: samples write them as texts."""
    if isinstance(expected, list):
        return [canonical(each) for each in expected]
    return Uuid(expected) if expected == UUID else expected


def test_each_type_has_a_sample():
    assert sorted(SAMPLES) == NAMES


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_value_survives_its_text_in_every_locale_and_its_json(name, data):
    kind, sample = CATALOGUE.get(name), SAMPLES[name]
    value = kind.parse(data.draw(sample.values), sample.options)
    if value is None:
        return
    locale = data.draw(st.sampled_from(LOCALES))
    if name != "children":
        assert kind.parse(kind.text(value, sample.options, locale), sample.options, locale) == value
    wire = json.loads(json.dumps(kind.dump(value, sample.options)))
    assert kind.parse(wire, sample.options) == value
    assert list(kind.check(value, sample.options)) == []
    jsonschema.Draft202012Validator(kind.json_schema(sample.options)).validate(wire)
    shown = kind.display(value, sample.options, locale)
    assert isinstance(shown, str)
    assert shown
    assert isinstance(kind.words(value, sample.options), str)


@pytest.mark.parametrize(
    ("name", "raw", "expected"), [(name, *case) for name in NAMES for case in SAMPLES[name].good]
)
def test_good_input_is_read(name, raw, expected):
    found = CATALOGUE.get(name).parse(raw, SAMPLES[name].options)
    assert found == canonical(expected)
    assert type(found) is type(canonical(expected))


@pytest.mark.parametrize(
    ("name", "raw", "code"), [(name, *case) for name in NAMES for case in SAMPLES[name].bad]
)
def test_bad_input_is_refused_with_a_code_and_a_sentence(name, raw, code):
    with pytest.raises(Invalid) as caught:
        CATALOGUE.get(name).parse(raw, SAMPLES[name].options)
    assert caught.value.code == code
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "raw",
    [
        True,
        0,
        -1.5,
        float("nan"),
        10**400,
        b"x",
        {},
        {"id": []},
        [],
        [[]],
        [{}],
        ["a", 1],
        object(),
        "\ud800",
        "\x00",
    ],
    ids=[f"case{n}" for n in range(15)],
)
def test_odd_input_is_read_or_refused_but_never_breaks(name, raw):
    kind, options = CATALOGUE.get(name), SAMPLES[name].options
    with suppress(Invalid):
        value = kind.parse(raw, options)
        assert value is None or kind.parse(kind.dump(value, options), options) == value


@pytest.mark.parametrize("name", NAMES)
def test_a_type_declares_what_every_part_of_the_platform_asks(name):
    kind, options = CATALOGUE.get(name), SAMPLES[name].options
    assert kind.kind in set(Kind)
    assert kind.widget.startswith("widgets/")
    assert kind.search is None or isinstance(kind.search, Search)
    assert len(set(kind.operators)) == len(kind.operators)
    for schema in kind.keys.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator.check_schema(kind.json_schema(options))
    assert list(kind.check_options(options)) == []
    if kind.stored:
        ddl = str(
            CreateTable(Table("t", MetaData(), Column("v", kind.column(options)))).compile(dialect=DIALECT)
        )
        assert "v " in ddl
    else:
        with pytest.raises(TypeError):
            kind.column(options)


@pytest.mark.parametrize(
    ("name", "value", "options", "codes"),
    [
        ("text", "abc", {"min": 4}, ["too-short"]),
        ("text", "abcde", {"max": 4}, ["too-long"]),
        ("text", "AB1", {"pattern": "[A-Z]{2}[0-9]{2}"}, ["bad-pattern-value"]),
        ("text", "12345678", {"format": "cz.ico"}, ["bad-format"]),
        ("longtext", "abc", {"min": 4}, ["too-short"]),
        ("longtext", "abcde", {"max": 4}, ["too-long"]),
        ("richtext", "<p>abc</p>", {"max": 4}, ["too-long"]),
        ("integer", 4, {"min": 5}, ["too-small"]),
        ("integer", 6, {"min": 5, "max": 5}, ["too-large"]),
        ("decimal", Decimal("0.29"), {"min": 0.3}, ["too-small"]),
        ("decimal", Decimal("0.3"), {"min": 0.3, "max": "0.3"}, []),
        ("money", Decimal(-1), {"min": 0}, ["too-small"]),
        ("percent", Decimal(101), {"max": 100}, ["too-large"]),
        ("date", dt.date(2026, 1, 1), {"min": "2026-01-02"}, ["too-small"]),
        ("time", dt.time(9), {"max": "08:30"}, ["too-large"]),
        ("datetime", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), {"min": "2026-01-01T00:00:01Z"}, ["too-small"]),
        ("duration", dt.timedelta(minutes=10), {"min": "15m", "max": "PT8H"}, ["too-small"]),
        ("choice", "lo", {"choices": CHOICES}, ["not-a-choice"]),
        ("choices", ["low", "x"], {"choices": CHOICES}, ["not-a-choice"]),
        ("any", f"account/{UUID}", {"to": ["lead"]}, ["wrong-entity"]),
        ("children", [{}], {"min": 2}, ["too-few"]),
        ("children", [{}, {}], {"max": 1}, ["too-many"]),
        ("rating", 6, {}, ["too-large"]),
        ("rating", 6, {"max": 10}, []),
        ("address", {"city": "Praha"}, {}, ["address-incomplete"]),
        ("address", {"country": "ZZ"}, {}, ["unknown-country"]),
        ("address", {"country": "CZ", "street": "A", "city": "B", "postcode": "1"}, {}, ["address-part"]),
        (
            "address",
            {"country": "US", "street": "A", "city": "B", "postcode": "10001", "region": "NY"},
            {},
            [],
        ),
    ],
)
def test_values_are_checked_against_the_options(name, value, options, codes):
    assert [problem.code for problem in CATALOGUE.get(name).check(value, options)] == codes


def test_a_choice_that_is_nearly_right_gets_a_hint():
    (problem,) = CATALOGUE.get("choice").check("norml", {"choices": CHOICES})
    assert "normal" in problem.hint


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("text", {"format": "ibna"}, "unknown-format"),
        ("text", {"pattern": "(a"}, "bad-pattern"),
        ("text", {"min": 5, "max": 4}, "bad-bound"),
        ("longtext", {"min": 5, "max": 4}, "bad-bound"),
        ("integer", {"min": 5, "max": 4}, "bad-bound"),
        ("integer", {"min": 1.5}, "bad-bound"),
        ("decimal", {"scale": 5, "precision": 4}, "bad-bound"),
        ("date", {"min": "yesterday"}, "bad-bound"),
        ("datetime", {"zone": "Europe/Prag"}, "unknown-zone"),
        ("money", {"currency": "XYZ"}, "unknown-currency"),
        ("money", {"currency": "EUR", "currency_of": "currency"}, "two-currencies"),
        ("phone", {"region": "XX"}, "unknown-region"),
        ("address", {"country": "XX"}, "unknown-country"),
    ],
)
def test_options_that_make_no_sense_are_problems(name, options, code):
    assert [problem.code for problem in CATALOGUE.get(name).check_options(options)] == [code]


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("text", {"min": 2, "max": 9}, {"min": "char_length(v) >= 2", "max": "char_length(v) <= 9"}),
        ("longtext", {"max": 9}, {"max": "char_length(v) <= 9"}),
        ("integer", {"min": 0}, {"min": "v >= 0"}),
        ("decimal", {"max": 0.5}, {"max": "v <= 0.5000"}),
        ("money", {"min": 0}, {"min": "v >= 0.00"}),
        ("date", {"min": "2026-01-02"}, {"min": "v >= '2026-01-02'"}),
        ("time", {"max": "08:30"}, {"max": "v <= '08:30:00'"}),
        ("datetime", {"min": "2026-01-01T00:00Z"}, {"min": "v >= '2026-01-01 00:00:00+00:00'"}),
        ("duration", {"max": "8h"}, {"max": "v <= make_interval(secs=>28800.0)"}),
        ("choice", {"choices": CHOICES}, {"choices": "v IN ('low', 'normal', 'urgent')"}),
        (
            "choices",
            {"choices": CHOICES},
            {"choices": "v <@ CAST(ARRAY['low', 'normal', 'urgent'] AS TEXT[])"},
        ),
        ("rating", {}, {"range": "v BETWEEN 1 AND 5"}),
        ("email", {}, {}),
    ],
)
def test_the_database_keeps_bounds_and_choices(name, options, expected):
    kind = CATALOGUE.get(name)
    found = kind.constraints(Column("v", kind.column(options)), options)
    assert {suffix: sql(condition) for suffix, condition in found} == expected


@pytest.mark.parametrize(
    ("name", "value", "options", "locale", "shown"),
    [
        ("integer", 1234567, {}, "cs", "1\u00a0234\u00a0567"),
        ("integer", 500, {"unit": "Mbit/s"}, "en", "500\u00a0Mbit/s"),
        ("decimal", Decimal("1234.5000"), {}, "de", "1.234,5"),
        ("money", Decimal("1234.5"), {}, "en", "€1,234.50"),
        ("money", Decimal("1234.5"), {"currency": "CZK"}, "cs", "1\u00a0234,50\u00a0Kč"),
        ("money", Decimal(1234), {"currency": "JPY"}, "en", "¥1,234"),
        ("money", Decimal("1.5"), {"currency_of": "currency"}, "en", "1.5"),
        ("percent", Decimal("12.5"), {}, "cs", "12,5\u00a0%"),
        ("boolean", True, {}, "cs", "Ano"),
        ("boolean", False, {}, "xx", "No"),
        ("date", dt.date(2026, 11, 24), {}, "cs", "24. 11. 2026"),
        ("time", dt.time(15, 30), {}, "de", "15:30"),
        (
            "datetime",
            dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC),
            {"zone": "Europe/Prague"},
            "de",
            "01.07.2026, 12:00",
        ),
        ("duration", dt.timedelta(hours=1, minutes=30), {}, "en", "1 hr 30 min"),
        ("duration", dt.timedelta(0), {}, "en", "0 min"),
        ("choice", "low", {"choices": CHOICES}, "cs", "Low (cs)"),
        ("choice", "gone", {"choices": CHOICES}, "cs", "gone"),
        ("choices", ["low", "urgent"], {"choices": CHOICES}, "en", "Low (en), Urgent (en)"),
        ("phone", "+420601234567", {}, "en", "+420 601 234 567"),
        (
            "address",
            {"street": "Dlouhá", "house_no": "5", "postcode": "110 00", "city": "Praha", "country": "CZ"},
            {},
            "cs",
            "Dlouhá 5, 110 00 Praha, Česko",
        ),
        ("text", "CZ6508000000192000145399", {"format": "iban"}, "en", "CZ65 0800 0000 1920 0014 5399"),
        ("richtext", "<p>a &amp; b</p><p>c</p>", {}, "en", "a & b c"),
        ("rating", 4, {}, "en", "4 / 5"),
        ("tags", ["a", "b"], {}, "en", "a, b"),
    ],
)
def test_people_read_values_as_their_locale_writes_them(name, value, options, locale, shown):
    assert CATALOGUE.get(name).display(value, options, locale) == shown


@pytest.mark.parametrize(
    ("currency", "typed", "stored"),
    [
        ("KWD", "1.23456", "1.235"),
        ("JPY", "1.5", "2"),
        ("EUR", "2.345", "2.35"),
        ("EUR", "-2.345", "-2.35"),
        ("CLF", "1.00005", "1.0001"),
    ],
)
def test_money_is_rounded_half_up_to_the_digits_of_its_currency(currency, typed, stored):
    money, options = CATALOGUE.get("money"), {"currency": currency}
    assert money.dump(money.parse(typed, options), options) == stored


@pytest.mark.parametrize(
    ("value", "text", "wire"),
    [
        (dt.timedelta(0), "0m", "PT0S"),
        (dt.timedelta(days=1), "1d", "P1D"),
        (dt.timedelta(hours=-1, minutes=-30), "-1h 30m", "-PT1H30M"),
        (dt.timedelta(days=2, seconds=5, milliseconds=250), "2d 5.25s", "P2DT5.25S"),
    ],
)
def test_durations_are_written_by_letter_and_in_iso_8601(value, text, wire):
    kind = CATALOGUE.get("duration")
    assert (kind.text(value, {}), kind.dump(value, {})) == (text, wire)


def test_moments_are_written_as_postgresql_writes_them():
    kind = CATALOGUE.get("datetime")
    moment = kind.parse("2026-07-01T12:00:30.5+02:00", {})
    assert kind.dump(moment, {}) == "2026-07-01T10:00:30.5+00:00"
    assert kind.text(moment, {"zone": "Europe/Prague"}) == "2026-07-01T12:00:30.500"


def test_the_second_of_two_equal_local_times_keeps_its_offset():
    kind, options = CATALOGUE.get("datetime"), {"zone": "Europe/Prague"}
    second = dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    assert kind.text(second, options) == "2026-10-25T02:30+01:00"
    assert kind.text(second - dt.timedelta(hours=1), options) == "2026-10-25T02:30"
    assert kind.parse(kind.text(second, options), options) == second


@pytest.mark.parametrize("locale", ["cs", "de", "sk", "pl"])
@pytest.mark.parametrize("text", ["24.11.2026", "24. 11. 2026", "24/11/2026", "24.11.26", "2026-11-24"])
def test_dates_are_read_in_the_order_of_the_locale_and_in_iso_8601(text, locale):
    assert CATALOGUE.get("date").parse(text, {}, locale) == dt.date(2026, 11, 24)


def test_a_rich_text_that_is_cleaned_twice_is_as_clean_as_once():
    kind = CATALOGUE.get("richtext")
    once = kind.parse("<p>1 < 2 & 3 <b>x<i>y</b></i><a href=//x.org>z</a></p>", {})
    assert kind.parse(once, {}) == once
