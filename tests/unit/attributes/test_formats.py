"""Named formats of texts."""

from __future__ import annotations

import pytest

from formwright.attributes import Format, Formats, Invalid, builtin_formats

FORMATS = builtin_formats()


@pytest.mark.parametrize("name", FORMATS.names())
def test_the_example_of_a_format_is_valid_and_survives_its_display(name):
    found = FORMATS.get(name)
    value = found.parse(found.example)
    assert found.parse(value) == value
    assert found.parse(found.show(value)) == value


@pytest.mark.parametrize("name", FORMATS.names())
@pytest.mark.parametrize("text", ["?", "x" * 300, "-1", "①②③④⑤⑥⑦⑧", "<b>"])
def test_nonsense_is_refused_with_an_example(name, text):
    with pytest.raises(Invalid) as caught:
        FORMATS.get(name).parse(text)
    assert caught.value.code == "bad-format"
    assert FORMATS.get(name).example in caught.value.hint


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("iban", "cz65 0800 0000 1920 0014 5399", "CZ6508000000192000145399"),
        ("cz.ico", "251 23 891", "25123891"),
        ("cz.dic", "25123891", "CZ25123891"),
        ("cz.dic", "CZ 25123891", "CZ25123891"),
        ("de.vat", "DE 136,695 976", "DE136695976"),
        ("eu.vat", "cz 25123891", "CZ25123891"),
        ("cz.rc", "710319/2745", "7103192745"),
        ("mac", "D0-50-99-84-A2-A0", "d0:50:99:84:a2:a0"),
        ("hostname", "Gate.Example.org.", "gate.example.org"),
        ("ipv6", "2001:DB8:0::7", "2001:db8::7"),
        ("iso.country", "cz", "CZ"),
        ("iso.currency", "eur", "EUR"),
        ("iso.language", "CS_cz", "cs-CZ"),
        ("iccid", "8942 0020 1234 5678 906", "8942002012345678906"),
    ],
)
def test_a_format_gives_the_canonical_text(name, text, value):
    assert FORMATS.get(name).parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cz.ico", "25123892"),
        ("cz.ico", "2512389"),
        ("iban", "CZ6508000000192000145398"),
        ("cz.rc", "7103192746"),
        ("ean", "5901234123458"),
        ("imei", "352099001761482"),
        ("isin", "US0378331006"),
        ("luhn", "7891"),
        ("eu.vat", "US123456789"),
        ("hostname", "-a.org"),
        ("hostname", "a..b"),
        ("hostname", "1.2.3.4"),
        ("ipv4", "192.0.2.256"),
        ("cidr", "192.0.2.1/24"),
        ("iso.country", "ZZ"),
        ("iso.currency", "XYZ"),
        ("timezone", "../etc/passwd"),
    ],
)
def test_a_wrong_check_digit_or_shape_is_refused(name, text):
    with pytest.raises(Invalid):
        FORMATS.get(name).parse(text)


@pytest.mark.parametrize("digits", ["00000019", "27082440", "45274649", "00006947"])
def test_company_numbers_of_well_known_registers_pass(digits):
    assert FORMATS.get("cz.ico").parse(digits) == digits


def test_a_plugin_may_add_a_format_but_not_take_a_name():
    formats = Formats()
    formats.register(Format("x.code", "code", "A", str))
    assert formats.names() == ["x.code"]
    with pytest.raises(ValueError, match="already registered"):
        formats.register(Format("x.code", "code", "A", str))
