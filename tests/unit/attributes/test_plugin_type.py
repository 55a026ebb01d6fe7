"""The proof that a new attribute type is one class: everything below works for it as for built-in types."""

from __future__ import annotations

import pytest
from sqlalchemy.types import String
from stdnum import ean

from formwright.attributes import AttributeType, Catalogue, Invalid, Search, builtin
from formwright.problems import Place, ProblemError


class Barcode(AttributeType):
    name = "barcode"
    label = "Barcode"
    kind = "text"
    widget = "widgets/barcode.html"
    search = Search(digits=True, typo=False)

    def column(self, options):
        return String(14)

    def parse(self, raw, options, locale="en"):
        return "".join(str(raw).split()) or None

    def check(self, value, options):
        if not ean.is_valid(value):
            yield Invalid("not-a-barcode", "Enter 8, 12, 13 or 14 digits with a valid check digit.")


@pytest.fixture
def catalogue() -> Catalogue:
    found = builtin()
    found.register(Barcode())
    return found


def test_a_plugin_type_stands_beside_the_built_in_ones(catalogue):
    assert "barcode" in catalogue
    assert "barcode" in catalogue.names()
    assert {"text", "barcode"} <= {kind.name for kind in catalogue}
    assert "barcode" not in builtin()


def test_a_plugin_type_reads_checks_and_shows_its_values(catalogue):
    kind = catalogue.get("barcode")
    value = kind.parse("5901234 123457", {})
    assert value == "5901234123457"
    assert list(kind.check(value, {})) == []
    assert [problem.code for problem in kind.check("5901234123458", {})] == ["not-a-barcode"]
    assert kind.parse(kind.text(value, {}), {}) == value
    assert kind.display(value, {}) == kind.words(value, {}) == kind.dump(value, {}) == value


def test_a_name_is_taken_once(catalogue):
    with pytest.raises(ProblemError) as caught:
        catalogue.register(Barcode(), Place("plugins/x/plugin.py", 3))
    (problem,) = caught.value.problems
    assert problem.code == "duplicate-attribute-type"
    assert problem.place.file == "plugins/x/plugin.py"


def test_an_unknown_name_gets_the_nearest_one(catalogue):
    with pytest.raises(ProblemError) as caught:
        catalogue.get("barcod", Place("a.yaml", 2, 5))
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line) == ("unknown-attribute-type", 2)
    assert "barcode" in problem.hint
    assert catalogue.find("barcod") is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": "Bar code"}, "name"),
        ({"name": ""}, "name"),
        ({"label": ""}, "label"),
        ({"kind": "colour"}, "kind"),
        ({"needs": ("x",)}, "declare"),
    ],
)
def test_a_type_that_lacks_what_every_type_has_is_refused(changes, word):
    broken = type("Broken", (Barcode,), changes)
    with pytest.raises(ProblemError) as caught:
        Catalogue().register(broken())
    (problem,) = caught.value.problems
    assert problem.code == "bad-attribute-type"
    assert word in problem.sentence


def test_something_else_than_a_type_is_refused():
    with pytest.raises(ProblemError):
        Catalogue().register(object())
