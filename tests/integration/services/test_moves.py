"""Transitions, actions, automations and effects."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.support.desk import Desk, desk_on

from formwright.services.calls import Call
from formwright.services.moves import offers_on
from formwright.services.opening import open_draft
from formwright.services.refusals import Conflict, Forbidden, Invalid, NotFound
from formwright.services.work import open_work

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ada(desk: Desk) -> UUID:
    return (await desk.save("client", {"type": "person", "name": "Ada"}, by=desk.ann)).id


async def test_a_transition_changes_the_state_and_emits(desk: Desk, ada: UUID) -> None:
    await desk.save("client", {"email": "ada@example.org"}, ada, by=desk.ann)
    await desk.transition("client", ada, "activate", by=desk.ann)
    assert (await desk.row("client", ada))["state"] == "active"
    entry = (await desk.history(ada))[-1]
    assert (entry["op"], entry["diff"]) == ("transition:activate", {"state": ["fresh", "active"]})
    last = (await desk.outbox())[-2:]
    assert [e["op"] for e in last] == ["transition:activate", "client.activated"]
    assert last[0]["payload"]["from"] == "fresh"


async def test_a_condition_says_why_not(desk: Desk, ada: UUID) -> None:
    with pytest.raises(Conflict) as error:
        await desk.transition("client", ada, "activate", by=desk.ann)
    [problem] = error.value.problems
    assert (problem.code, problem.sentence) == ("transition-refused", "An active client has an e-mail.")


async def test_a_transition_starts_in_its_states_only(desk: Desk, ada: UUID) -> None:
    await desk.transition("client", ada, "close", by=desk.bob, params={"why": "x"})
    with pytest.raises(Conflict) as error:
        await desk.transition("client", ada, "activate", by=desk.ann)
    assert error.value.problems[0].code == "E_TRANSITION"


async def test_what_it_asks_for_is_checked_and_used(desk: Desk, ada: UUID) -> None:
    for params, code in (
        ({}, "required"),
        ({"why": "x" * 11}, "too-long"),
        ({"why": "x", "y": 1}, "unknown-attribute"),
    ):
        with pytest.raises(Invalid) as error:
            await desk.transition("client", ada, "close", by=desk.bob, params=params)
        assert error.value.problems[0].code == code
        assert error.value.problems[0].place.field.startswith("params.")
    await desk.transition("client", ada, "close", by=desk.bob, params={"why": "moved"})
    assert (await desk.row("client", ada))["inner"] == "moved"


async def test_rights_to_transitions(desk: Desk, ada: UUID) -> None:
    with pytest.raises(Forbidden):
        await desk.transition("client", ada, "close", by=desk.ann, params={"why": "x"})
    await desk.save("client", {"email": "ada@example.org"}, ada)
    with pytest.raises(Forbidden):  # refused to the boss by name
        await desk.transition("client", ada, "activate", by=desk.bob)
    with pytest.raises(Conflict) as error:
        await desk.transition("client", ada, "sink", by=desk.bob)
    assert error.value.problems[0].code == "transition-not-offered"
    with pytest.raises(NotFound):
        await desk.transition("client", ada, "nonsense", by=desk.bob)
    assert (await desk.row("client", ada))["state"] == "fresh"


async def test_offers_name_what_can_be_done_and_what_speaks_against_it(desk: Desk, ada: UUID) -> None:
    work = open_work(desk.runtime, desk.runtime.database, desk.ann)
    draft = await open_draft(work, work.entity("client"), ada)
    [offer] = await offers_on(draft)
    assert (offer.transition.name, offer.possible) == ("activate", False)
    boss = open_work(desk.runtime, desk.runtime.database, desk.bob)
    names = [o.transition.name for o in await offers_on(await open_draft(boss, boss.entity("client"), ada))]
    assert names == ["close"]


async def test_automations_set_create_and_notify(desk: Desk) -> None:
    values = {"type": "firm", "name": "Firm", "reg_no": "1", "email": "f@example.org"}
    saved = await desk.save("client", values, by=desk.ann)
    row = await desk.row("client", saved.id)
    assert (row["vip"], row["vip_note"]) == (True, "A firm")
    note = await desk.runtime.database.fetchrow("select * from note")
    assert note is not None
    assert (note["client"], note["text"]) == (saved.id, "New: Firm")
    assert note["created_by"] == desk.users["ann"]
    await desk.save("client", {"email": "g@example.org"}, saved.id, by=desk.ann)
    last = (await desk.outbox())[-1]
    assert (last["op"], last["payload"]["role"]) == ("notify", "boss")
    assert last["payload"]["text"] == "Firm has g@example.org"


async def test_actions_call_plugin_functions_in_the_same_transaction(desk: Desk, ada: UUID) -> None:
    async def greet(call: Call) -> Any:
        await call.save("client", {"inner": call.arguments["word"]}, call.id)
        await call.transition("client", call.id, "sink")
        return {"said": f"{call.arguments['word']} {call.record['name']}"}

    desk = await desk_on(desk.runtime.database, **{"shop.greet": greet})
    saved = await desk.act("client", ada, "greet", by=desk.bob, params={"word": "Hello"})
    row = await desk.row("client", ada)
    assert (saved.result, saved.version) == ({"said": "Hello Ada"}, 3)
    assert (row["inner"], row["state"]) == ("Hello", "closed")
    with pytest.raises(Conflict) as error:
        await desk.act("client", ada, "greet", by=desk.bob, params={"word": "Again"})
    assert error.value.problems[0].code == "action-refused"


async def test_a_failing_plugin_function_undoes_everything(desk: Desk, ada: UUID) -> None:
    async def greet(call: Call) -> None:
        await call.save("client", {"inner": "half"}, call.id)
        raise RuntimeError("broken plugin")

    desk = await desk_on(desk.runtime.database, **{"shop.greet": greet})
    with pytest.raises(RuntimeError):
        await desk.act("client", ada, "greet", by=desk.bob, params={"word": "Hello"})
    assert (await desk.row("client", ada))["version"] == 1
    assert len(await desk.history(ada)) == 1


async def test_rights_to_actions_and_missing_functions(desk: Desk, ada: UUID) -> None:
    with pytest.raises(Forbidden):
        await desk.act("client", ada, "greet", by=desk.ann, params={"word": "x"})
    with pytest.raises(NotFound):
        await desk.act("client", ada, "gret", by=desk.bob)
    with pytest.raises(Invalid) as error:
        await desk.act("client", ada, "greet", by=desk.bob, params={"word": "x"})
    assert error.value.problems[0].code == "function-missing"
