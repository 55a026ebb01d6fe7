"""Form states: what is shown, typed, required, wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from tests.support.site import SAMPLES, compiled

from formwright.access import Actor, FieldRights, field_rights
from formwright.forms import FormData, Option, RowData, RowSet, build_form, choose_form, expressions_of_form
from formwright.metadata import compile_sources
from formwright.problems import Place, Problem, Severity

MODEL = compiled(SAMPLES)
SAMPLE = MODEL.entities["sample"]
CLERK = field_rights(SAMPLE, Actor("x", "x", "x", roles=frozenset({"clerk"})))
ID = UUID(int=7)


def state(values=None, mode="edit", rights=CLERK, entity=SAMPLE, **more):
    values = {"type": "plain", **(values or {})}
    context = {k: v for k, v in values.items() if v is not None}
    data = FormData(
        values=values, context={**context, **more.pop("context", {})}, entities=MODEL.entities, **more
    )
    return build_form(entity, choose_form(entity, mode, values.get("type")), data, rights, mode=mode)


def test_a_field_has_its_text_and_what_a_person_reads():
    fields = state({"price": Decimal("12.5"), "day": dt.date(2026, 2, 28), "size": "s"}).fields
    assert fields["price"].text == "12.5"
    assert fields["day"].text == "2026-02-28"
    assert [option.value for option in fields["size"].options] == ["s", "m", "l"]
    assert [option.label for option in fields["size"].selected] == ["Small"]
    assert fields["size"].selected[0].color == "green"


def test_what_was_typed_wins_over_the_value():
    fields = state({"pieces": 4}, texts={"pieces": "many", "size": "m"}).fields
    assert fields["pieces"].text == "many"
    assert [option.value for option in fields["size"].selected] == ["m"]


def test_view_mode_has_nothing_to_type():
    shown = state({"name": "A"}, mode="view")
    assert list(shown.controls()) == []
    assert shown.fields["name"].display == "A"


def test_attributes_of_other_sub_types_and_hidden_ones_are_not_there():
    assert "ribbon" not in state().fields
    assert "ribbon" in state({"type": "fancy"}).fields
    assert "internal" not in state().fields
    assert "internal" in state(rights=FieldRights()).fields


def test_a_rule_hides_and_requires():
    assert not state({"urgent": False}).fields["reason"].visible
    shown = state({"urgent": True}).fields["reason"]
    assert shown.visible
    assert shown.required
    assert state().fields["urgent"].refreshes
    assert not state().fields["story"].refreshes


def test_a_rule_makes_read_only():
    rights, values = FieldRights(), {"nickname": "Bob"}
    assert not state(values, rights=rights).fields["nickname"].readonly
    fixed = state(values, rights=rights, context={"old": {"nickname": "Bob"}}).fields["nickname"]
    assert fixed.readonly
    assert fixed.text == ""


@pytest.mark.parametrize("name", ["doubled", "stamped", "total"])
def test_what_nobody_types_has_no_control(name: str):
    assert name not in {field.name for field in state({"stamped": "x"}, rights=FieldRights()).controls()}


def test_a_new_record_leaves_out_what_is_empty_and_read_only():
    assert not state(mode="create", rights=FieldRights()).fields["stamped"].visible
    assert state(mode="create", rights=FieldRights()).fields["doubled"].visible
    assert state(mode="edit", rights=FieldRights()).fields["stamped"].visible


def test_masked_values_show_their_end_only():
    field = state({"secret": "abcdefgh1234"}).fields["secret"]
    assert field.masked
    assert field.text == field.display == "•••1234"
    assert field.value is None
    assert state({"secret": "•••1234"}, mode="view").fields["secret"].display == "•••1234"
    day = state({"day": "•••"}, mode="view", rights=FieldRights(masked=frozenset({"day"}))).fields["day"]
    assert day.display == "•••"


def test_a_reference_shows_its_title_and_what_is_offered():
    offers = {"shelf": (Option(str(ID), "Top"), Option("other", "Side"))}
    field = state({"shelf": ID}, titles={("shelf", str(ID)): "Top shelf"}, offers=offers).fields["shelf"]
    assert [(o.label, o.selected) for o in field.options] == [("Top shelf", True), ("Side", False)]
    assert field.display == "Top shelf"
    assert field.link == f"/shelf/{ID}"
    assert field.source == "/sample/options/shelf"
    unknown = state({"shelf": ID}).fields["shelf"]
    assert (unknown.display, unknown.link) == ("…", "")


def test_a_chosen_offer_is_kept_by_its_text():
    offers = {"shelf": (Option("a", "A"), Option("b", "B"))}
    field = state(texts={"shelf": "b"}, offers=offers).fields["shelf"]
    assert [o.label for o in field.selected] == ["B"]


def rows(*values, entity="line", **more):
    made = tuple(
        RowData(id=str(i) if v.get("id") else "", values=v, context=v) for i, v in enumerate(values, 1)
    )
    return RowSet(entity=MODEL.entities[entity], rows=made, add=True, remove=True, total=len(made), **more)


def test_rows_of_one_kind_are_a_table():
    field = state(rows={"lines": rows({"article": "A", "pieces": 2, "id": 1}, {})}).fields["lines"]
    assert [column.name for column in field.columns] == ["article", "pieces", "price", "amount"]
    assert [cell.path for cell in field.rows[1].fields][:2] == ["lines[1].article", "lines[1].pieces"]
    assert field.add
    assert field.rows[0].removable
    assert "sample" not in {cell.name for row in field.rows for cell in row.fields}


def test_rows_of_sub_types_have_their_own_cells():
    field = state(rows={"notes": rows({"type": "memo"}, {"type": "web"}, entity="note")}).fields["notes"]
    assert [cell.name for cell in field.rows[0].fields] == ["type", "memo_text", "rank"]
    assert [cell.name for cell in field.rows[1].fields] == ["type", "link", "rank"]
    assert field.columns == ()


def test_rows_to_read_show_the_columns():
    field = state(
        mode="view", rows={"notes": rows({"type": "memo", "body": "x", "id": 1}, entity="note")}
    ).fields["notes"]
    assert [column.name for column in field.columns] == ["type", "body", "rank"]
    assert [cell.display for cell in field.rows[0].fields] == ["Memo", "x", ""]


def test_a_locked_row_has_no_controls():
    data = RowSet(
        entity=MODEL.entities["line"],
        rows=(RowData(id="1", values={}, context={}, locked=True),),
        remove=True,
    )
    row = state(rows={"lines": data}).fields["lines"].rows[0]
    assert not row.removable
    assert all(cell.readonly for cell in row.fields)


def test_problems_stand_where_they_belong():
    problems = (
        Problem("a", "At the field.", Place(field="name")),
        Problem("b", "At the cell.", Place(field="lines[0].article")),
        Problem("c", "At the row.", Place(field="lines[0]")),
        Problem("d", "Hidden.", Place(field="reason")),
        Problem("e", "Whole."),
        Problem("heavy", "Sure?", Place(field="weight"), severity=Severity.WARNING),
    )
    shown = state(problems=problems, rows={"lines": rows({})})
    assert [p.code for p in shown.fields["name"].problems] == ["a"]
    assert [p.code for p in shown.problems] == ["d", "e"]
    assert [p.code for p in shown.warnings] == ["heavy"]
    assert [p.code for _, p in shown.summary] == ["d", "e", "a", "c", "b"]
    assert shown.tabs[0].problems == 3
    assert shown.tabs[1].problems == 0


def test_tabs_gather_sections():
    shown = state()
    assert [tab.name for tab in shown.tabs] == ["", "More"]
    assert shown.tabs[1].key == "t-more"


def test_a_broken_rule_hides_nothing_and_locks():
    field = state({"weight": Decimal(1)}).fields["weight"]
    assert field.editable
    broken = replace(SAMPLE.attributes["reason"].visible, text="x")
    object.__setattr__(broken, "true", _fail)
    attributes = {
        **SAMPLE.attributes,
        "reason": replace(SAMPLE.attributes["reason"], visible=broken, readonly=broken),
    }
    shown = state(entity=replace(SAMPLE, attributes=attributes)).fields["reason"]
    assert shown.visible
    assert shown.readonly


def _fail(context):
    from formwright.problems import ProblemError

    raise ProblemError([Problem("x", "Broken.")])


FORMS = """
entity: thing
attributes: {name: text, size: text}
types: {big: {}, small: {}}
forms:
  default: [{section: A, fields: [name]}]
  edit:    [{section: B, fields: [name]}]
  big:     {types: [big], sections: [{section: C, visible: "user.login == 'x'", fields: [name, size: {required: "name == 'x'"}]}]}
  see:     {modes: [view], types: [small], sections: [{section: D, fields: [name]}]}
"""


@pytest.mark.parametrize(
    ("mode", "kind", "name"),
    [
        ("create", "small", "default"),
        ("edit", "small", "edit"),
        ("edit", "big", "big"),
        ("view", "small", "see"),
        ("view", None, "default"),
    ],
)
def test_the_most_special_form_serves(mode: str, kind: str | None, name: str):
    entity = compile_sources({"m/module.yaml": "module: m", "m/thing.yaml": FORMS}).entities["thing"]
    assert choose_form(entity, mode, kind).name == name


def test_rules_of_the_form_alone_count_too():
    entity = compile_sources({"m/module.yaml": "module: m", "m/thing.yaml": FORMS}).entities["thing"]
    form = entity.forms["big"]
    assert {rule.text for rule in expressions_of_form(form)} == {"user.login == 'x'", "name == 'x'"}
    for login, shown in (("x", True), ("y", False)):
        values = {"type": "big", "name": "x"}
        data = FormData(values=values, context={**values, "user": {"login": login}})
        made = build_form(entity, form, data, FieldRights(), mode="edit")
        assert made.tabs[0].sections[0].visible is shown
        assert made.fields["size"].required is shown
        assert [field.name for field in made.controls()] == (["name", "size"] if shown else [])
