"""States that are kept are those that would be made anew."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.support.site import SAMPLES, compiled

from formwright.access import Actor, FieldRights, field_rights
from formwright.forms import FormData, build_form, choose_form
from formwright.forms.fields import FULL, Around, field_state
from formwright.problems import Place, Problem

MODEL = compiled(SAMPLES)
SAMPLE = MODEL.entities["sample"]
RIGHTS = {
    "clerk": field_rights(SAMPLE, Actor("x", "x", "x", roles=frozenset({"clerk"}))),
    "all": FieldRights(),
    "masked": FieldRights(masked=frozenset({"name", "price"}), readonly=frozenset({"size"})),
}
WRONG = Problem("bad-value", "This is no number.", Place(field="pieces"))
RECORDS: list[tuple[dict[str, Any], dict[str, Any], tuple[Problem, ...]]] = [
    ({}, {}, ()),
    ({"price": Decimal("1.0"), "name": "Ada"}, {}, ()),
    ({"price": Decimal("1.00"), "name": "Ada"}, {"name": "Eve"}, ()),
    ({"price": Decimal(1), "pieces": 1, "size": "s"}, {"pieces": "many"}, (WRONG,)),
    ({"pieces": 1, "size": "m", "day": dt.date(2026, 2, 28)}, {"pieces": "", "size": "s"}, ()),
    ({"type": "fancy", "name": "x" * 500}, {"name": "y" * 500}, ()),
]


@pytest.mark.parametrize("who", RIGHTS)
@pytest.mark.parametrize("mode", ["create", "edit", "view"])
@pytest.mark.parametrize("locale", ["en", "cs"])
def test_every_field_is_as_if_made_anew(who: str, mode: str, locale: str) -> None:
    rights = RIGHTS[who]
    for given, texts, problems in RECORDS * 2 + RECORDS[::-1]:
        values = {"type": "plain", **given}
        data = FormData(values=values, context=values, texts=texts, problems=problems, zone="Europe/Prague")
        form = choose_form(SAMPLE, mode, values["type"])
        shown = build_form(SAMPLE, form, data, rights, mode=mode, locale=locale)
        by_path = {problem.place.field: (problem,) for problem in problems}
        around = Around(SAMPLE, values, values, rights, data, mode=mode, locale=locale, problems=by_path)
        for section in form.sections:
            for field in section.fields:
                attribute = SAMPLE.attributes[field.attribute]
                state = shown.fields.get(attribute.name)
                if state is None or not attribute.type.stored or not state.visible:
                    continue
                assert state == field_state(around, attribute, field, field.width or FULL // section.columns)


def test_a_field_that_stays_as_it_is_is_the_same_object() -> None:
    def look(name: str) -> Any:
        data = FormData(values={"type": "plain", "name": name}, context={"type": "plain", "name": name})
        form = choose_form(SAMPLE, "edit", "plain")
        return build_form(SAMPLE, form, data, RIGHTS["clerk"], mode="edit").fields

    one, other = look("Ada"), look("Eve")
    assert one["size"] is other["size"]
    assert (one["name"].text, other["name"].text) == ("Ada", "Eve")
