"""Rights as decisions: default deny, union of grants, denials that win, and why."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.dialects import postgresql

from formwright.access import SYSTEM, Actor, field_rights, masked_text, may, row_condition, why
from formwright.metadata import EntityType, compile_sources
from formwright.storage.source import source_of

FILES = {
    "a/module.yaml": "module: a\n",
    "a/roles.yaml": "roles: {rep: {}, lead: {}, admin: {all: true}}\n",
    "a/thing.yaml": """
entity: thing
attributes:
  name: {type: text}
  code: {type: text, sensitive: true}
  cost: {type: money}
  size: {type: integer}
lifecycle:
  states: [open, shut]
  transitions:
    shut:  {from: open, to: shut, by: [lead]}
    reopen: {from: shut, to: open}
access:
  rep:  {read: "owner == user.id", create: true, update: "size > 5", hide: [cost], readonly: [size]}
  lead: {read: "size > 10", delete: true, unmask: [code], transitions: {reopen: false}}
  "*":  {export: true}
actions:
  press: {by: [rep], call: a.press}
""",
    "a/bare.yaml": "entity: bare\nattributes: {name: text}\n",
}
MODEL = compile_sources(FILES)
THING = MODEL.entities["thing"]
ACTIONS = (
    "read",
    "create",
    "update",
    "delete",
    "export",
    "transition:shut",
    "transition:reopen",
    "action:press",
)


def who(*roles: str, **more: Any) -> Actor:
    return Actor("0198f3a0-0000-7000-8000-000000000001", "x", "X", frozenset(roles), **more)


def answers(entity: EntityType, actor: Actor, **fields: Any) -> set[str]:
    context = {**fields, "record": fields, "user": actor.as_context()}
    return {action for action in ACTIONS if may(entity, action, actor).on(context)}


def test_nothing_is_allowed_that_is_not_granted() -> None:
    for actor in (who(), who("rep"), who("nonsense"), who("*")):
        assert answers(MODEL.entities["bare"], actor) == set()


def test_grants_to_everybody_hold_for_every_signed_in_user() -> None:
    assert answers(THING, who()) == {"export"}


def test_grants_of_all_roles_add_up() -> None:
    mine = {"owner": {"id": who().id}, "size": 3}
    assert answers(THING, who("rep"), **mine) == {"read", "create", "export", "action:press"}
    both = answers(THING, who("rep", "lead"), owner={"id": "other"}, size=11)
    assert both == {"read", "create", "update", "delete", "export", "transition:shut", "action:press"}


def test_a_refusal_by_name_beats_every_grant() -> None:
    assert "transition:reopen" in answers(THING, who("rep"), size=9)
    assert "transition:reopen" not in answers(THING, who("rep", "lead"), size=9)
    assert "transition:reopen" not in answers(THING, who("lead", "admin", all=True), size=9)


def test_the_administrator_may_do_what_there_is_and_no_more() -> None:
    assert answers(THING, who("admin", all=True)) == set(ACTIONS)
    assert may(THING, "fly", who("admin", all=True)).denied
    assert may(THING, "transition:fly", who("admin", all=True)).denied


def test_a_rule_that_cannot_be_evaluated_is_not_true() -> None:
    assert not may(THING, "update", who("rep")).on({"size": "seven", "user": who("rep").as_context()})


def test_a_missing_owner_is_not_the_user() -> None:
    assert "read" not in answers(THING, who("rep"))


def test_field_rights_of_several_roles() -> None:
    rep, lead = field_rights(THING, who("rep")), field_rights(THING, who("lead"))
    both = field_rights(THING, who("rep", "lead"))
    assert (rep.hidden, rep.masked, rep.readonly) == ({"cost"}, {"code"}, {"size"})
    assert (lead.hidden, lead.masked) == (frozenset(), frozenset())
    assert (both.hidden, both.masked, both.readonly) == ({"cost"}, frozenset(), {"size"})
    assert not rep.readable("cost")
    assert not rep.open("code")
    assert rep.writable("code")
    assert not rep.writable("size")
    assert field_rights(THING, SYSTEM).masked == frozenset()
    assert field_rights(THING, who("admin", all=True)).masked == frozenset()


@pytest.mark.parametrize(
    ("text", "shown"), [("", "•••"), ("1234567", "•••"), ("12345678", "•••5678"), ("čšžřýáíé", "•••ýáíé")]
)
def test_a_mask_shows_half_at_most(text: str, shown: str) -> None:
    assert masked_text(text) == shown


def test_the_explanation_names_rule_result_and_place() -> None:
    fields = {"size": 3}
    verdict = why(THING, "update", who("rep"), {**fields, "user": who("rep").as_context()})
    [ground] = verdict.grounds
    assert not verdict.allowed
    assert (ground.rule, ground.holds) == ("size > 5", False)
    assert ground.place.file.endswith("thing.yaml")
    assert ground.place.line > 0
    assert "`size > 5`" in str(verdict)
    nothing = why(THING, "delete", who("rep"))
    assert not nothing.allowed
    assert "`rep`" in nothing.grounds[0].sentence
    assert why(THING, "delete", who("lead")).allowed


def sql(actor: Actor, action: str = "read") -> str:
    source = source_of(MODEL)
    condition = row_condition(THING, action, actor, source, {"user": actor.as_context()})
    return str(condition.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


def test_row_rules_become_one_condition() -> None:
    assert sql(who("admin", all=True)) == "true"
    assert sql(who("nobody")) == "false"
    assert " OR " in sql(who("rep", "lead"))
    assert "thing.owner" in sql(who("rep"))
    assert "NULL" not in sql(who("rep"))
