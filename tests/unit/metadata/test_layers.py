"""Overlays, who said what, explain and impact."""

from __future__ import annotations

from pathlib import Path

import pytest

from formwright.metadata import Model, compile_metadata, compile_sources
from formwright.metadata.explain import explain
from formwright.metadata.impact import impact
from formwright.problems import ProblemError

LAYERS = Path(__file__).parents[2] / "cases/valid/folders/layers"
CRM = Path(__file__).parents[2] / "cases/valid/folders/crm"


@pytest.fixture(scope="module")
def model() -> Model:
    return compile_metadata(LAYERS)


@pytest.fixture(scope="module")
def crm() -> Model:
    return compile_metadata(CRM)


def test_maps_merge_key_by_key_in_the_order_of_layers(model: Model) -> None:
    thing = model.entities["thing"]
    assert thing.attributes["name"].required is True
    assert thing.attributes["name"].options == {"max": 50}
    assert thing.attributes["code"].options == {"max": 20}
    assert str(thing.label) == "Article"
    assert thing.module == "base"
    assert list(thing.lifecycle.states) == ["open", "closed", "sold"]
    assert list(thing.lifecycle.transitions) == ["close", "sell"]


def test_null_removes_a_key(model: Model) -> None:
    assert list(model.entities["thing"].lists) == ["all"]


def test_a_file_of_a_sub_type_adds_to_its_entity_type(model: Model) -> None:
    thing = model.entities["thing"]
    assert thing.types["big"].label.get("cs") == "Velká"
    assert thing.attributes["weight"].types == {"big"}
    assert thing.rules[0].types == {"big"}


def test_the_environment_wins_over_every_module_and_later_modules_over_earlier() -> None:
    base = {"z/thing.yaml": "entity: thing\nlabel: Z\nattributes: {name: text}\n"}
    a = {"a/module.yaml": "module: a\nrequires: [b]\n", "a/thing.yaml": "extend: thing\nlabel: A\n"}
    b = {"b/thing.yaml": "extend: thing\nlabel: B\nplural: Bs\n"}
    own = {"environment/thing.yaml": "extend: thing\nplural: Own\n"}
    thing = compile_sources({**base, **a, **b, **own}).entities["thing"]
    assert (str(thing.label), str(thing.plural)) == ("A", "Own")


def test_lists_are_replaced() -> None:
    texts = {
        "a/thing.yaml": "entity: thing\nattributes: {size: {type: choice, choices: [s, m]}}\n",
        "b/thing.yaml": "extend: thing\nattributes: {size: {choices: [l]}}\n",
    }
    assert list(compile_sources(texts).entities["thing"].attributes["size"].options["choices"]) == ["l"]


def test_provenance_names_every_place_the_winner_last(model: Model) -> None:
    places = model.provenance["thing.attributes.name"]
    assert [Path(place.file).parts[-2] for place in places] == ["base", "sales", "environment"]
    assert [place.line for place in model.provenance["thing.attributes.code.max"]] == [5, 2]
    assert len(model.provenance) == len(list(model.provenance)) > 20
    with pytest.raises(KeyError):
        model.provenance["thing.attributes.nothing"]


def test_explain_says_which_file_said_what(model: Model) -> None:
    text = str(explain(model, "thing.code"))
    assert text.splitlines()[0] == "thing.attributes.code: attribute `Code`, text"
    line = next(line for line in text.splitlines() if line.strip().startswith("max"))
    assert "20" in line
    assert line.index("environment/thing.yaml:2:") < line.index(", over ") < line.index("base/thing.yaml:5:")
    assert "thing.forms.default.sections.general.fields.code" in text


@pytest.mark.parametrize(
    "path",
    ["thing", "thing.weight", "thing.close", "thing.big", "thing.default", "thing.attributes.name.max"],
)
def test_explain_finds_parts_by_their_short_names(model: Model, path: str) -> None:
    explained = explain(model, path)
    assert explained.says
    assert all(saying.places for saying in explained.says)


@pytest.mark.parametrize(("path", "near"), [("thng", "thing"), ("thing.cod", "code")])
def test_explain_of_nothing_names_the_nearest(model: Model, path: str, near: str) -> None:
    with pytest.raises(ProblemError) as caught:
        explain(model, path)
    assert near in caught.value.problems[0].hint


def test_impact_finds_every_reader(crm: Model) -> None:
    found = {f"{mention.entity}.{mention.path}" for mention in impact(crm, "customer", "email")}
    assert found == {"customer.lifecycle.transitions.activate.when", "customer.lists.pipeline"}
    found = {f"{mention.entity}.{mention.path}" for mention in impact(crm, "customer", "national_id")}
    assert found == {"customer.access.sales_rep", "customer.access.crm_manager"}
    found = {f"{mention.entity}.{mention.path}" for mention in impact(crm, "account", "balance")}
    assert found == {
        "account.forms.default.sections.general.fields.balance",
        "account.lifecycle.transitions.close.when",
        "account.lists.all",
        "customer.attributes.open_balance.computed",
    }
    assert "customer.lists.active" in {
        f"{m.entity}.{m.path}" for m in impact(crm, "customer_segment", "name")
    }
    assert all(mention.place.line for mention in impact(crm, "customer", "name"))
