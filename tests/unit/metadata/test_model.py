"""What a small CRM becomes: the Model in detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from formwright.expressions import Expression, Kind
from formwright.metadata import EntityType, Link, Model, NumberSeries, Row, compile_metadata, compile_sources
from formwright.metadata.compile import check
from formwright.metadata.declarations import Declaration
from formwright.metadata.nodes import Node

CRM = Path(__file__).parents[2] / "cases/valid/folders/crm"
SHIPPED = Path(__file__).parents[3] / "metadata"


@pytest.fixture(scope="module")
def model() -> Model:
    return compile_metadata(CRM)


@pytest.fixture(scope="module")
def customer(model: Model) -> EntityType:
    return model.entities["customer"]


def test_shipped_metadata_has_no_problems() -> None:
    model, problems = check([SHIPPED])
    assert list(problems) == []
    assert model is not None


def test_system_attributes_come_first_and_know_their_choices(customer: EntityType) -> None:
    names = list(customer.attributes)
    assert names[:6] == ["id", "number", "type", "state", "version", "owner"]
    assert customer.attributes["type"].options["choices"].keys() == customer.types.keys()
    assert customer.attributes["state"].options["choices"]["active"].color == "green"
    assert customer.attributes["state"].system
    assert customer.number == NumberSeries("CUS-", 6)


def test_sub_type_attributes_belong_to_all_that_extend(customer: EntityType) -> None:
    assert customer.attributes["tax_id"].types == {"enterprise", "wholesale"}
    assert customer.types["wholesale"].lineage == ("wholesale", "enterprise")
    assert "carrier_code" in customer.attributes_of("wholesale")
    assert "carrier_code" not in customer.attributes_of("enterprise")


def test_values_are_canonical(customer: EntityType) -> None:
    assert customer.attributes["credit_limit"].default.literal == Decimal(0)
    since = customer.attributes["since"].default
    assert since.literal is None
    assert since.expression.value({"today": date(2026, 1, 31)}) == date(2026, 1, 31)
    assert customer.attributes["credit_decision"].default.literal == "none"


def test_rules_are_expressions(customer: EntityType) -> None:
    required = customer.attributes["birth_date"].required
    assert isinstance(required, Expression)
    assert required.true({"credit_decision": "approved"})
    assert not required.true({"credit_decision": "none"})
    assert customer.attributes["name"].required is True


def test_computed_values_are_in_the_order_of_their_dependencies() -> None:
    text = """
entity: thing
attributes:
  total: {type: integer, computed: net + tax}
  tax: {type: integer, computed: net * rate}
  net: {type: integer, computed: 2 * 50}
  rate: {type: integer, computed: 1 + 1, stored: false}
"""
    thing = compile_sources({"a/thing.yaml": text}).entities["thing"]
    order = thing.order
    assert sorted(order) == ["net", "rate", "tax", "total"]
    assert order.index("net") < order.index("tax") < order.index("total")
    assert order.index("rate") < order.index("tax")
    assert "rate" not in thing.stored


def test_affects_names_the_fields_whose_rules_read_an_attribute(customer: EntityType) -> None:
    assert customer.affects["vat_payer"] == {"tax_id"}
    assert customer.affects["credit_decision"] == {"birth_date"}
    assert customer.affects["state"] == {"credit_limit"}
    assert customer.affects["id"] == {"parent"}  # `where` reads it of the referring record
    assert "email" not in customer.affects


def test_texts_come_in_all_locales(model: Model, customer: EntityType) -> None:
    assert model.locales == ("en", "cs")
    assert customer.label.get("cs") == "Zákazník"
    assert customer.label.get("de") == "Customer"
    assert customer.attributes["name"].label.get("cs") == "Název"
    assert customer.attributes["segment"].help.get("cs") == "Kam patří"
    assert customer.attributes["credit_decision"].options["choices"]["none"].label.get("cs") == "Žádné"
    assert customer.types["residential"].label.get("cs") == "Fyzická osoba"
    assert customer.attributes["type"].options["choices"]["residential"].label.get("cs") == "Fyzická osoba"
    assert customer.lifecycle.states["prospect"].label.get("cs") == "Zájemce"
    assert customer.forms["default"].sections[0].label.get("cs") == "Totožnost"
    assert customer.rules[0].message.get("cs") == "Zákazník musí být plnoletý."
    assert customer.actions["merge"].label.get("cs") == "Sloučit…"
    assert model.roles["crm_manager"].label.get("cs") == "Vedoucí CRM"
    assert model.modules["crm"].label.get("cs") == "Zákazníci"
    assert str(customer.plural) == "Customers"


def test_lifecycle_actions_and_automations(customer: EntityType) -> None:
    lifecycle = customer.lifecycle
    assert lifecycle.initial == "prospect"
    terminate = lifecycle.transitions["terminate"]
    assert terminate.sources == ("active", "suspended")
    assert list(terminate.ask["reason"].options["choices"]) == ["moved", "price", "quality"]
    assert lifecycle.transitions["activate"].by == ("sales_rep", "crm_manager")
    [effect] = lifecycle.transitions["activate"].do
    assert (effect.kind, list(effect.values)) == ("set", ["since"])
    [automation] = customer.automations
    assert [effect.kind for effect in automation.do] == ["call", "notify"]
    assert automation.do[1].target == "crm_manager"
    assert customer.actions["merge"].ask["into"].target == "customer"


def test_from_any_is_every_other_state() -> None:
    text = "entity: a\nlifecycle: {states: [x, y, z], transitions: {go: {from: any, to: y}, on: {from: y, to: z}}}\n"
    assert compile_sources({"a/a.yaml": text}).entities["a"].lifecycle.transitions["go"].sources == ("x", "z")


def test_grants(customer: EntityType) -> None:
    clerk, manager = customer.access["sales_rep"], customer.access["crm_manager"]
    assert isinstance(clerk.read, Expression)
    assert (clerk.create, clerk.delete, clerk.mask) == (True, False, {"national_id"})
    assert (manager.read, manager.export, manager.unmask) == (True, True, {"national_id"})
    assert clerk.transitions is None


def test_forms_lists_and_what_there_is_without_them(model: Model, customer: EntityType) -> None:
    form = customer.forms["default"]
    assert [section.name for section in form.sections] == ["identity", "risk", "accounts"]
    assert form.sections[2].fields[0].columns == ("number", "state", "balance")
    assert customer.lists["active"].sort == (("created_at", True),)
    segment = model.entities["customer_segment"]
    assert [field.attribute for field in segment.forms["default"].sections[0].fields] == ["name", "code"]
    assert segment.lists["all"].columns == ("name", "code")
    assert segment.title.text == "name"
    assert model.entities["account"].title.text == "number"


def test_unique_keys_of_a_sub_type_hold_for_it_and_its_descendants() -> None:
    text = """
entity: thing
attributes: {code: text}
unique: [{of: code}]
types:
  big: {unique: [{of: code, when: code != 'x'}]}
  huge: {extends: big}
"""
    keys = compile_sources({"a/thing.yaml": text}).entities["thing"].unique
    assert [key.name for key in keys] == ["code", "code_2"]
    assert keys[1].when.text == "type in ['big', 'huge'] && (code != 'x')"


def test_rows_point_at_each_other_by_key(model: Model) -> None:
    segments, customers = model.records
    assert (segments.entity, segments.key, segments.demo) == ("customer_segment", ("code",), False)
    assert segments.rows[1].values["code"] == "01"
    assert customers.demo
    values = customers.rows[0].values
    assert values["segment"] == Link("customer_segment", ("code",), ("vip",))
    assert values["owner"] == Link("$user", ("login",), ("sales_rep",))
    [account] = values["accounts"]
    assert isinstance(account, Row)
    assert account.values == {"balance": Decimal(10)}


def test_choices_are_shared_with_their_labels() -> None:
    texts = {
        "a/lead.yaml": "entity: lead\nattributes: {source: {type: choice, choices: {web: Website, call: Call}}}\n",
        "a/customer.yaml": "entity: customer\nattributes: {origin: {type: choice, choices: lead.source, default: web}}\n",
        "a/locales/cs.yaml": "locale: cs\ntexts: {lead: {attributes: {source: {choices: {web: Stránka}}}}}\n",
    }
    origin = compile_sources(texts).entities["customer"].attributes["origin"]
    assert origin.options["choices"]["web"].label.get("cs") == "Stránka"
    assert origin.type.choices(origin.options) == ("web", "call")


def test_expressions_see_system_attributes_references_and_children(customer: EntityType) -> None:
    types = customer.title.scope.schema.fields("customer")
    assert types["segment"].kind is Kind.RECORD
    assert types["segment"].entity == "customer_segment"
    assert types["accounts"].of.entity == "account"
    assert types["owner"].entity == "$user"
    assert types["type"].choices == ("residential", "enterprise", "wholesale")
    assert not types["id"].optional
    assert types["email"].optional
    assert not types["name"].optional


def test_the_checksum_names_the_exact_texts() -> None:
    one = {"a/thing.yaml": "entity: thing\nattributes: {name: text}\n"}
    assert compile_sources(one).checksum == compile_sources(dict(one)).checksum
    assert (
        compile_sources(one).checksum
        != compile_sources({"a/thing.yaml": one["a/thing.yaml"] + "\n"}).checksum
    )


def test_the_model_cannot_be_changed(model: Model, customer: EntityType) -> None:
    for mapping in (model.entities, model.modules, model.roles, customer.attributes, customer.types):
        with pytest.raises(TypeError):
            mapping["x"] = None  # type: ignore[index]  # the point of the test


def test_the_model_holds_plain_values_only(model: Model) -> None:
    """Nothing of the files' trees is left in it: names are plain texts."""
    waiting: list[object] = [model.entities, model.modules, model.roles, model.records]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        assert not isinstance(part, str) or type(part) is str, part
        if isinstance(part, Mapping):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, tuple | list | frozenset):
            waiting += part
        elif is_dataclass(part) and not isinstance(part, Expression):
            assert not isinstance(part, Node | Declaration), part
            waiting += [getattr(part, field.name) for field in fields(part)]
    assert seen > 1000
