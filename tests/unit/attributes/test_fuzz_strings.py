"""Hostile and odd strings: each comes back as its type documents, or is refused; nothing breaks, nothing is slow."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.unit.attributes.samples import SAMPLES

from formwright.attributes import Invalid, builtin, builtin_formats
from formwright.attributes.texts import blank

CASES = json.loads(Path("tests/cases/fuzz/naughty_strings.json").read_text("utf-8"))["strings"]
STRINGS = {
    case["id"]: (case.get("value") if "value" in case else json.loads(case["value_json"]), case["keep"])
    for case in CASES
}
CATALOGUE = builtin()


def read(name: str, text: str, locale: str = "en"):
    """Return the value, or the Invalid; fail when it takes longer than a tenth of a second a kilobyte."""
    start = time.perf_counter()
    try:
        return CATALOGUE.get(name).parse(text, SAMPLES[name].options, locale)
    except Invalid as problem:
        return problem
    finally:
        assert time.perf_counter() - start < 0.5 + len(text) / 10_000


def test_the_file_holds_what_it_should():
    assert len(STRINGS) > 500


@pytest.mark.parametrize("case", STRINGS)
def test_text_comes_back_trimmed_or_is_refused(case):
    text, keep = STRINGS[case]
    found = read("text", text)
    if isinstance(found, Invalid):
        storable = keep and "\x00" not in text
        assert found.code in {"line-break", "too-long"} if storable else found.code == "bad-characters"
    else:
        assert keep
        assert found == (None if blank(text) else text.strip())


@pytest.mark.parametrize("case", STRINGS)
def test_long_text_comes_back_exactly_but_for_line_ends(case):
    text, keep = STRINGS[case]
    found = read("longtext", text)
    if isinstance(found, Invalid):
        assert not keep or "\x00" in text or len(text) > 200_000
    else:
        assert keep
        assert found == (None if blank(text) else text.replace("\r\n", "\n").replace("\r", "\n"))


@pytest.mark.parametrize("name", sorted(set(CATALOGUE.names()) - {"text", "longtext"}))
def test_every_other_type_reads_or_refuses_every_string(name):
    kind, options = CATALOGUE.get(name), SAMPLES[name].options
    for case, (text, keep) in STRINGS.items():
        for locale in ("en", "cs"):
            found = read(name, text, locale)
            assert keep or isinstance(found, Invalid), case
            if found is None or isinstance(found, Invalid):
                continue
            assert kind.parse(kind.text(found, options, locale), options, locale) == found, case
            list(kind.check(found, options))
            kind.display(found, options, locale)


@pytest.mark.parametrize("name", builtin_formats().names())
def test_every_format_reads_or_refuses_every_string(name):
    found = builtin_formats().get(name)
    for case, (text, keep) in STRINGS.items():
        if not keep:
            continue
        try:
            value = found.parse(text)
        except Invalid:
            continue
        assert found.parse(value) == value, case
        found.show(value)


def test_no_markup_that_runs_survives_in_rich_text():
    running = ("<script", "<svg", "<img", "<iframe", "<style", "<form", "<input", 'href="javascript')
    for case, (text, _) in STRINGS.items():
        found = read("richtext", text)
        if isinstance(found, str):
            assert not any(bad in found.lower() for bad in running), case


def test_an_accepted_web_address_is_http():
    for case, (text, _) in STRINGS.items():
        found = read("url", text)
        assert found is None or isinstance(found, Invalid) or found.startswith(("http://", "https://")), case
