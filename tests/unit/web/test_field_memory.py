"""The HTML of fields that was kept is, byte for byte, what their templates make."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.support.site import ROOT, SAMPLES, compiled

from formwright.access import Actor, field_rights
from formwright.forms import FormData, build_form, choose_form
from formwright.problems import Place, Problem
from formwright.web.templating import Pages
from formwright.web.texts import Texts

MODEL = compiled(SAMPLES)
SAMPLE = MODEL.entities["sample"]
CLERK = field_rights(SAMPLE, Actor("x", "x", "x", roles=frozenset({"clerk"})))
PAGES = Pages(ROOT / "templates")
TEXTS = Texts(ROOT / "templates/locales")
HEAD = '{% import "components/fields.html" as fields %}{% for tab in form.tabs %}{% for section in tab.sections %}'
KEPT = PAGES.environment.from_string(HEAD + "{{ all(one, section, _) }}{% endfor %}{% endfor %}")
PLAIN = PAGES.environment.from_string(
    HEAD
    + "{% for field in section.fields %}"
    + '{{ one(field, _, section.label if section.fields|length == 1 else "") }}'
    + "{% endfor %}{% endfor %}{% endfor %}"
)
RECORDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"name": '<Ada> & "Eve"', "price": Decimal("1.0"), "size": "s"}, {}),
    ({"name": "Ada", "price": Decimal("1.00")}, {"pieces": "<b>many", "name": "'x'"}),
    ({"type": "fancy", "name": "x" * 500}, {}),
]


@pytest.mark.parametrize("macro", ["edit", "view"])
@pytest.mark.parametrize("locale", ["en", "cs"])
def test_kept_fields_are_what_the_templates_make(macro: str, locale: str) -> None:
    one = getattr(PAGES.environment.get_template("components/fields.html").module, macro)
    wrong = (Problem("bad", "No <number>.", Place(field="pieces"), "Try 1."),)
    for given, texts in RECORDS * 2:
        values = {"type": "plain", **given}
        data = FormData(values=values, context=values, texts=texts, problems=wrong if texts else ())
        mode = "edit" if macro == "edit" else "view"
        form = choose_form(SAMPLE, mode, values["type"])
        state = build_form(SAMPLE, form, data, CLERK, mode=mode, locale=locale)
        shared = {"form": state, "_": TEXTS.translator(locale), "one": one}
        memory: Any = PAGES.environment.globals["remembered"]
        kept = KEPT.render(**shared, all=memory.all_of)
        assert kept == PLAIN.render(**shared)
        assert "fw-field" in kept
        assert "<b>many" not in kept
