"""For each built-in type: options to try it with, a strategy for canonical values, and examples of input."""

from __future__ import annotations

import base64
import datetime as dt
import string
import struct
import zlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

LOCALES = ("en", "cs", "de", "fr", "sv", "pl", "en_IN", "de_CH", "pt_BR", "ar", "fa", "ja")


@dataclass
class Label:
    text: str

    def get(self, locale: str) -> str:
        return f"{self.text} ({locale})"


@dataclass
class Option:
    name: str
    label: Label
    color: str = ""


CHOICES = {name: Option(name, Label(name.title())) for name in ("low", "normal", "urgent")}
UUID = "0190a6e0-7c3b-7d52-9a4e-1f2b3c4d5e6f"


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\x00" + b"\x7f" * width for _ in range(min(height, 8))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def data_url(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()


@dataclass
class Sample:
    options: dict[str, Any] = field(default_factory=dict)
    values: st.SearchStrategy[Any] = field(default_factory=st.nothing)  # inputs in JSON or canonical form
    good: tuple[tuple[Any, Any], ...] = ()  # input -> canonical
    bad: tuple[tuple[Any, str], ...] = ()  # input -> code


def decimals(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    limit = Decimal(10) ** digits - 1
    return st.decimals(-limit, limit, places=places, allow_nan=False, allow_infinity=False)


FIRST, LAST = dt.datetime.fromisoformat("1800-01-01"), dt.datetime.fromisoformat("2999-01-01")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
LINES = TEXTS.filter(lambda text: len(text.splitlines()) <= 1 and not set(text) & set("\n\r"))
WORDS = st.text(st.sampled_from(string.ascii_letters + "áčďéÿßж漢 -_"), min_size=1, max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
).filter(lambda value: isinstance(value, (dict, list)))
HTML = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<a href='https://x.org'>",
            '<a href="javascript:x">',
            "</a>",
            "<script>",
            "<",
            ">",
            "&",
            "&lt;",
            "<li>",
            "<ul>",
            "</ul>",
            "<br>",
            "<img src=x onerror=y>",
            "<table><tr><td>",
            "text",
            " é ",
            "\r\n",
            '"',
            "'",
            "<!--",
            "-->",
            "<svg>",
            "<math>",
            "<style>",
            "</style>",
        ]
    ),
    max_size=14,
).map("".join)

SAMPLES: dict[str, Sample] = {
    "text": Sample(
        {},
        LINES,
        good=(
            ("  a b\t", "a b"),
            ("", None),
            ("\u200b \ufeff", None),
            (["x"], "x"),
            ("null", "null"),
            (None, None),
            ("\x01", "\x01"),
        ),
        bad=(
            ("a\nb", "line-break"),
            ("a\u2028b", "line-break"),
            ("\x00", "bad-characters"),
            ("\ud83d", "bad-characters"),
            (5, "not-a-text"),
            (["a", "b"], "not-a-text"),
            ("x" * 10_001, "too-long"),
            (True, "not-a-text"),
            ({}, "not-a-text"),
        ),
    ),
    "longtext": Sample(
        {},
        TEXTS,
        good=(("a\r\nb\rc\n", "a\nb\nc\n"), ("\r\n", None), ("  a ", "  a ")),
        bad=(("a\x00", "bad-characters"), (1, "not-a-text"), ("x" * 400_001, "too-long")),
    ),
    "richtext": Sample(
        {},
        HTML,
        good=(
            ("<p>Hi</p>", "<p>Hi</p>"),
            ("<p onclick=x>Hi<script>alert(1)</script></p>", "<p>Hi</p>"),
            ("<p><br></p>", None),
            ("<a href='javascript:x'>a</a>", '<a rel="noopener noreferrer nofollow">a</a>'),
            ("<p style='position:fixed' class=x id=y>t</p>", "<p>t</p>"),
            ("<form action=x><input name=p>t</form>", "t"),
        ),
        bad=(("x\x00", "bad-characters"), (["a", "b"], "not-a-text"), ("x" * 200_001, "too-long")),
    ),
    "integer": Sample(
        {"unit": "Mbit/s"},
        st.integers(-(2**63), 2**63 - 1),
        good=(
            ("1,234", 1234),
            ("−5", -5),
            (3.0, 3),
            ("0", 0),
            ("", None),
            ("1e3", 1000),
            (2**63 - 1, 2**63 - 1),
            ("007", 7),
        ),
        bad=(
            ("1.5", "not-an-integer"),
            (True, "not-a-number"),
            ("abc", "not-a-number"),
            (2**63, "number-too-large"),
            ("9" * 61, "number-too-large"),
            (float("nan"), "not-finite"),
            ("1e99", "number-too-large"),
            ("0x10", "not-a-number"),
            ("١", "not-a-number"),
            ([1, 2], "not-a-text"),
            ({}, "not-a-number"),
        ),
    ),
    "decimal": Sample(
        {"scale": 3, "precision": 12},
        decimals(9, 3),
        good=(
            (0.1, Decimal("0.1")),
            ("1.2345", Decimal("1.235")),
            ("-0", Decimal(0)),
            (".5", Decimal("0.5")),
            (-1.0005, Decimal("-1.001")),
            ("5.", Decimal(5)),
        ),
        bad=(
            ("1e9", "number-too-large"),
            (float("inf"), "not-finite"),
            ("Infinity", "not-a-number"),
            ("NaN", "not-a-number"),
            (Decimal("sNaN"), "not-finite"),
            ("1.2.3", "not-a-number"),
            ("--1", "not-a-number"),
        ),
    ),
    "money": Sample(
        {"currency": "CZK"},
        decimals(14, 2),
        good=(
            ("1,234.565", Decimal("1234.57")),
            ("CZK 12", Decimal(12)),
            ("12.50 CZK", Decimal("12.5")),
            (12, Decimal(12)),
            ("", None),
        ),
        bad=(
            ("12 EUR", "not-a-number"),
            ("CZK", "not-a-number"),
            (10**16, "number-too-large"),
            ("€", "not-a-number"),
        ),
    ),
    "percent": Sample(
        {},
        decimals(5, 2),
        good=(("15 %", Decimal(15)), ("12.345%", Decimal("12.35")), (0.5, Decimal("0.5"))),
        bad=(("%", "not-a-number"), (100_000, "number-too-large")),
    ),
    "boolean": Sample(
        {},
        st.booleans(),
        good=(
            ("on", True),
            (["false", "true"], True),
            (["false"], False),
            ("", None),
            ("No", False),
            ([], None),
        ),
        bad=((1, "not-a-text"), ("maybe", "not-a-boolean"), ({}, "not-a-text")),
    ),
    "date": Sample(
        {},
        st.dates(),
        good=(
            ("2026-02-28", dt.date(2026, 2, 28)),
            ("2/28/2026", dt.date(2026, 2, 28)),
            ("2/8/26", dt.date(2026, 2, 8)),
            ("", None),
        ),
        bad=(
            ("2026-02-29", "not-a-date"),
            ("20260228", "not-a-date"),
            ("2026-W09", "not-a-date"),
            ("28/2/2026", "not-a-date"),
            ("x", "not-a-date"),
            (20260228, "not-a-text"),
            (dt.datetime.fromisoformat("2026-01-01T00:00"), "not-a-date"),
            ("0000-01-01", "not-a-date"),
            ("2026-02-28T00:00", "not-a-date"),
        ),
    ),
    "time": Sample(
        {},
        st.times().map(lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)),
        good=(
            ("15:30", dt.time(15, 30)),
            ("15.30", dt.time(15, 30)),
            ("3:30 pm", dt.time(15, 30)),
            ("12 am", dt.time(0)),
            ("12pm", dt.time(12)),
            ("15:30:05.2509", dt.time(15, 30, 5, 250_000)),
        ),
        bad=(
            ("24:00", "not-a-time"),
            ("15", "not-a-time"),
            ("13 pm", "not-a-time"),
            ("15:60", "not-a-time"),
            (dt.time(1, tzinfo=dt.UTC), "not-a-time"),
            (15, "not-a-text"),
        ),
    ),
    "datetime": Sample(
        {"zone": "Europe/Prague"},
        st.datetimes(FIRST, LAST, timezones=st.just(dt.UTC)),
        good=(
            ("2026-07-01T12:00", dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC)),
            ("2026-07-01T12:00:30.5Z", dt.datetime(2026, 7, 1, 12, 0, 30, 500_000, dt.UTC)),
            ("2026-07-01 12:00+0530", dt.datetime(2026, 7, 1, 6, 30, tzinfo=dt.UTC)),
            ("7/1/2026, 1:05 PM", dt.datetime(2026, 7, 1, 11, 5, tzinfo=dt.UTC)),
            ("2026-10-25T02:30", dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
            ("2026-10-25T02:30+01:00", dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)),
        ),
        bad=(
            ("2026-03-29T02:30", "no-such-time"),
            ("2026-02-30T12:00", "not-a-date"),
            ("2026-07-01", "not-a-datetime"),
            ("0001-01-01T00:00Z", "out-of-range"),
            ("9999-12-31T23:59", "out-of-range"),
            (dt.datetime.fromisoformat("2026-01-01T00:00"), "not-a-datetime"),
            (1_700_000_000, "not-a-text"),
            ("2026-07-01T12:00+24:00", "not-a-datetime"),
            ("2026-07-01T25:00", "not-a-time"),
        ),
    ),
    "duration": Sample(
        {},
        st.timedeltas(dt.timedelta(-9999), dt.timedelta(99_999)),
        good=(
            ("1h 30m", dt.timedelta(minutes=90)),
            ("1:30", dt.timedelta(minutes=90)),
            ("PT1H30M", dt.timedelta(minutes=90)),
            ("P1DT0.5S", dt.timedelta(days=1, milliseconds=500)),
            ("-2d", dt.timedelta(-2)),
            ("90", dt.timedelta(minutes=90)),
            (90, dt.timedelta(minutes=90)),
            ("0m", dt.timedelta(0)),
            ("1.5h", dt.timedelta(minutes=90)),
            ("P2W", dt.timedelta(14)),
        ),
        bad=(
            ("P1Y", "not-a-duration"),
            ("P", "not-a-duration"),
            ("PT", "not-a-duration"),
            ("abc", "not-a-duration"),
            ("9" * 30 + "d", "out-of-range"),
            (True, "not-a-number"),
            ("-", "not-a-duration"),
            (float("nan"), "not-finite"),
            ({}, "not-a-text"),
        ),
    ),
    "choice": Sample(
        {"choices": CHOICES},
        st.sampled_from(list(CHOICES)),
        good=((" low ", "low"), ("", None)),
        bad=((1, "not-a-text"), (["low", "normal"], "not-a-text")),
    ),
    "choices": Sample(
        {"choices": CHOICES},
        st.lists(st.sampled_from(list(CHOICES)), max_size=4),
        good=(
            (["urgent", "", "low", "low"], ["low", "urgent"]),
            ("low", ["low"]),
            ([], None),
            ("", None),
            ([""], None),
        ),
        bad=(([1], "not-a-text"), (["x"] * 1001, "too-many"), ({}, "not-a-text")),
    ),
    "reference": Sample(
        {"to": "customer"},
        st.uuids(),
        good=((UUID.upper(), UUID), ({"id": UUID, "title": "x"}, UUID), ("", None)),
        bad=(
            ("x", "not-an-id"),
            ({}, "not-an-id"),
            ({"id": {}}, "not-an-id"),
            (7, "not-a-text"),
            (UUID.replace("-", ""), "not-an-id"),
            ("{" + UUID + "}", "not-an-id"),
        ),
    ),
    "references": Sample(
        {"to": "customer"},
        st.lists(st.uuids(), max_size=4),
        good=(([UUID, "", UUID], [UUID]), ("", None), (UUID, [UUID]), ([{"id": UUID}], [UUID])),
        bad=((["x"], "not-an-id"), ([UUID] * 1001, "too-many")),
    ),
    "children": Sample(
        {"of": "line", "by": "order"},
        st.just([]),
        good=(([{"a": 1}], [{"a": 1}]), ("", None), ([], None)),
        bad=(("x", "not-a-list"), ([1], "not-a-list"), ([{}] * 10_001, "too-many")),
    ),
    "any": Sample(
        {"to": ["customer", "lead"]},
        st.builds("{}/{}".format, st.sampled_from(["customer", "lead"]), st.uuids()),
        good=(
            ({"entity": "lead", "id": UUID}, f"lead/{UUID}"),
            (["lead", UUID], f"lead/{UUID}"),
            (["lead", ""], None),
            ("", None),
        ),
        bad=(
            ("lead", "not-an-id"),
            ({}, "not-an-id"),
            ({"entity": "lead"}, "not-an-id"),
            ("Lead/" + UUID, "not-an-id"),
            ("a'b/" + UUID, "not-an-id"),
            (7, "not-a-text"),
        ),
    ),
    "user": Sample({}, st.uuids(), good=((UUID, UUID),), bad=(("admin", "not-an-id"),)),
    "file": Sample({}, st.uuids(), good=((UUID, UUID),), bad=(("a.pdf", "not-an-id"),)),
    "image": Sample({}, st.uuids(), good=((UUID, UUID),), bad=(("a.png", "not-an-id"),)),
    "email": Sample(
        {},
        st.builds(
            "{}@{}.org".format,
            st.text(string.ascii_letters + string.digits, min_size=1, max_size=20),
            st.text(string.ascii_letters, min_size=1, max_size=20),
        ),
        good=(
            (" Jane.Doe@Example.ORG ", "Jane.Doe@example.org"),
            ("", None),
            ("jana@háčky.cz", "jana@háčky.cz"),
        ),
        bad=(
            ("x", "not-an-email"),
            ("a@b", "not-an-email"),
            ("a@b.org, c@d.org", "not-an-email"),
            ("a\nb@c.org", "line-break"),
            ("a@b.org\x00", "bad-characters"),
            ("a" * 250 + "@b.org", "too-long"),
        ),
    ),
    "phone": Sample(
        {"region": "CZ"},
        st.integers(601_000_000, 608_999_999).map("+420{}".format),
        good=(
            ("601 234 567", "+420601234567"),
            ("00420 601-234-567", "+420601234567"),
            ("+1 202 555 0100", "+12025550100"),
            ("", None),
        ),
        bad=(
            ("123", "not-a-phone"),
            ("call me", "not-a-phone"),
            ("601234567 ext. 5", "phone-extension"),
            ("+999 1234", "not-a-phone"),
            (601234567, "not-a-text"),
        ),
    ),
    "url": Sample(
        {},
        st.builds(
            "https://{}.org/{}".format,
            st.text(string.ascii_lowercase, min_size=1, max_size=9),
            st.text(string.ascii_letters + "?&=%/#-_.~é", max_size=20),
        ),
        good=(
            ("example.org/x", "https://example.org/x"),
            ("HTTP://Example.ORG:8080/A", "http://example.org:8080/A"),
            ("https://háčky.cz", "https://háčky.cz"),
            ("", None),
            ("http://[::1]/", "http://[::1]/"),
        ),
        bad=tuple(
            (bad, "not-a-url")
            for bad in (
                "javascript:alert(1)",
                "data:text/html,x",
                "ftp://a.org",
                "//a.org",
                "https://",
                "https://a@b.org",
                "https://a b.org",
                "http://a.org:99999",
                "https:\\\\a.org",
                "http://[::1",
                "localhost",
                "java\tscript:x",
                "http://a..b",
                "https://a.org/\u202ex",
                "mailto:a@b.org",
                "http:a.org",
            )
        ),
    ),
    "address": Sample(
        {"country": "CZ"},
        st.fixed_dictionaries(
            {
                "street": WORDS,
                "city": WORDS,
                "postcode": st.integers(10000, 79999).map(str),
                "country": st.sampled_from(["CZ", "DE", "SK"]),
            }
        ),
        good=(
            (
                {"street": " Dlouhá ", "city": "Praha", "postcode": "110 00"},
                {"street": "Dlouhá", "city": "Praha", "postcode": "110 00", "country": "CZ"},
            ),
            (["", "", "", "", "", "", "", "CZ"], None),
            ({}, None),
            ("", None),
            ({"country": "de"}, {"country": "DE"}),
        ),
        bad=(
            ("Dlouhá 1", "not-an-address"),
            ({"planet": "x"}, "not-an-address"),
            ({"city": 5}, "not-a-text"),
            ({"city": "a\nb"}, "line-break"),
            (["x"], "not-an-address"),
        ),
    ),
    "geo": Sample(
        {},
        st.fixed_dictionaries({"lat": st.floats(-90, 90), "lon": st.floats(-180, 180)}),
        good=(
            ("50.0875, 14.4213", {"lat": 50.0875, "lon": 14.4213}),
            ("-1;2", {"lat": -1.0, "lon": 2.0}),
            ({"lat": 1, "lon": -0.0}, {"lat": 1.0, "lon": 0.0}),
            ("", None),
        ),
        bad=(
            ("91, 0", "out-of-range"),
            ("0, 181", "out-of-range"),
            ("x", "not-a-place"),
            ({"lat": 1}, "not-a-place"),
            ({"lat": "1", "lon": 2}, "not-a-place"),
            ({"lat": float("nan"), "lon": 2}, "not-a-place"),
            ({"lat": True, "lon": 2}, "not-a-place"),
            ({"lat": 10**400, "lon": 2}, "not-a-place"),
        ),
    ),
    "color": Sample(
        {},
        st.integers(0, 0xFFFFFF).map("#{:06x}".format),
        good=(("#ABC", "#aabbcc"), ("2F6FDE", "#2f6fde")),
        bad=(("red", "not-a-color"), ("#12345", "not-a-color"), ("url(x)", "not-a-color")),
    ),
    "rating": Sample(
        {},
        st.integers(1, 5),
        good=(("4", 4), (0, None), ("", None)),
        bad=(("4.5", "not-an-integer"), (True, "not-a-number")),
    ),
    "signature": Sample(
        {},
        st.builds(lambda w, h: data_url(png(w, h)), st.integers(1, 40), st.integers(1, 8)),
        good=((data_url(png()), data_url(png())), ("", None)),
        bad=(
            ("data:image/svg+xml;base64,PHN2Zz4=", "not-a-signature"),
            (data_url(b"GIF89a"), "not-a-signature"),
            (data_url(png(4001, 1)), "not-a-signature"),
            (data_url(png())[:-9], "not-a-signature"),
            ("x" * 200_000, "too-long"),
            (base64.b64encode(png()).decode(), "not-a-signature"),
        ),
    ),
    "json": Sample(
        {},
        JSON,
        good=(('{"a": [1, null]}', {"a": [1, None]}), ([], []), ("{}", {}), ("", None)),
        bad=(
            ("x", "not-json"),
            ("5", "not-json"),
            (5, "not-a-text"),
            ('{"a":1,"a":2}', "not-json"),
            ('["\\u0000"]', "bad-characters"),
            ({"\ud800": 1}, "bad-characters"),
            ('{"a":NaN}', "not-finite"),
            ("[1e999]", "not-finite"),
            ("[" * 100 + "]" * 100, "too-deep"),
            ("[" * 100_000, "not-json"),
            ([2**63], "number-too-large"),
            (["x" * 200_000], "too-long"),
        ),
    ),
    "tags": Sample(
        {},
        st.lists(st.text(string.ascii_letters + "éß -", max_size=12), max_size=6),
        good=(
            ("a, b ,,A", ["a", "b"]),
            (["x", "y z"], ["x", "y z"]),
            ("", None),
            ([], None),
            (["a,b"], ["a", "b"]),
        ),
        bad=(
            (["a,b", "c"], "bad-tag"),
            ("x" * 61, "too-long"),
            ([f"t{n}" for n in range(51)], "too-many"),
            (5, "not-a-list"),
            ("a\nb", "line-break"),
            (["a", 1], "not-a-text"),
        ),
    ),
}
