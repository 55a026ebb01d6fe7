"""Many records as a set: the result is that of one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.support.desk import FILES, Desk, actor, compiled, desk_on
from tests.support.servers import Server

from formwright.access import SYSTEM
from formwright.services.batches import Result, save_many, transition_many_in
from formwright.services.commands import Save, Saved, Transition
from formwright.services.reach import reach_of
from formwright.services.refusals import Refusal
from formwright.services.saving import write_trees
from formwright.services.work import open_work
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply

pytestmark = pytest.mark.anyio


def clients(*rows: dict[str, Any]) -> list[Save]:
    return [Save(entity="client", values={"type": "person", **row}, actor=SYSTEM) for row in rows]


def told(result: Result) -> list[tuple[str, str]]:
    """Return the problems as (code, field), none for a record that was saved."""
    return [(p.code, p.place.field) for p in result.problems] if isinstance(result, Refusal) else []


async def transitions(desk: Desk, commands: list[Transition]) -> list[Result]:
    async with desk.runtime.database.transaction() as tx:
        return await transition_many_in(open_work(desk.runtime, tx, SYSTEM), commands)


async def test_a_set_is_written_in_few_statements(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    async def counted(roots: Any, *more: Any) -> Any:
        sizes.append(len(roots))
        return await write_trees(roots, *more)

    monkeypatch.setattr("formwright.services.batches.write_trees", counted)
    results = await save_many(desk.runtime, clients(*({"name": f"N{i}"} for i in range(20))))
    assert sizes == [20]
    assert [r.number for r in results if isinstance(r, Saved)] == [f"CL-{n:04d}" for n in range(1, 21)]
    ids = [r.id for r in results if isinstance(r, Saved)]
    ops = await desk.runtime.database.fetch(
        "select op from fw_history where record_id = any($1::uuid[])", ids
    )
    assert [row["op"] for row in ops] == ["create"] * 20


async def test_problems_stand_at_the_row_and_field_and_the_others_are_saved(desk: Desk) -> None:
    results = await save_many(
        desk.runtime,
        clients(
            {"name": "Fine"},
            {"email": "not an address"},
            {"name": "Odd", "nonsense": 1},
            {"name": "Bad\0"},
            {"name": "Also fine", "sales": [{"lines": [{"what": "Tea"}, {"price": 1}]}]},
            {"name": "Last", "sales": [{"lines": [{"what": "Tea", "count": 2, "price": 3}]}]},
        ),
    )
    assert [told(result) for result in results] == [
        [],
        [("not-an-email", "email"), ("required", "name")],
        [("unknown-attribute", "nonsense")],
        [("bad-characters", "name")],
        [("required", "sales[0].lines[1].what")],
        [],
    ]
    assert await desk.count("client") == 2
    assert await desk.runtime.database.fetchval("select ordered from client where name = 'Last'") == 6
    numbers = await desk.runtime.database.fetch("select number from client order by number")
    assert [row["number"] for row in numbers] == ["CL-0001", "CL-0002"]


async def test_of_two_rows_with_one_unique_value_the_later_is_taken(desk: Desk) -> None:
    results = await save_many(
        desk.runtime,
        clients(
            {"name": "One", "email": "a@example.org"},
            {"name": "Two", "email": "a@example.org"},
            {"name": "Three", "tax_no": "7"},
            {"name": "Four", "tax_no": "7"},
            {"email": "b@example.org"},
            {"name": "Six", "email": "b@example.org"},
        ),
    )
    assert [told(result) for result in results] == [
        [],
        [("taken", "email")],
        [],
        [("taken", "country")],
        [("required", "name")],
        [],
    ]


async def test_rows_that_change_a_record_see_those_before_them(desk: Desk) -> None:
    first = await desk.save("client", {"type": "person", "name": "A", "email": "a@example.org"})
    change = Save(entity="client", id=first.id, values={"email": "z@example.org"}, actor=SYSTEM)
    results = await save_many(
        desk.runtime, [change, *clients({"name": "B", "email": "a@example.org"}), change]
    )
    assert [told(result) for result in results] == [[], [], []]


async def test_parents_follow_rows_of_the_same_parent(desk: Desk) -> None:
    client = str((await desk.save("client", {"type": "person", "name": "Ada"})).id)
    sales = [
        Save(
            entity="sale",
            values={"client": client, "lines": [{"what": "Tea", "price": price}]},
            actor=SYSTEM,
        )
        for price in (1, 2, 3)
    ]
    assert [told(result) for result in await save_many(desk.runtime, sales)] == [[], [], []]
    assert await desk.runtime.database.fetchval("select ordered from client where id = $1", UUID(client)) == 6


async def test_effects_that_create_records_run_for_each_row(desk: Desk) -> None:
    firms = clients(
        *({"type": "firm", "reg_no": str(i), "name": f"F{i}", "phone": "601123456"} for i in range(4))
    )
    assert [told(result) for result in await save_many(desk.runtime, firms)] == [[]] * 4
    notes = await desk.runtime.database.fetch("select text from note order by text")
    assert [row["text"] for row in notes] == [f"New: F{i}" for i in range(4)]


async def until_blocked(database: Database) -> None:
    """Wait until a statement waits for a lock of another transaction."""
    query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    for _ in range(1000):
        if await database.fetchval(query):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing waits")


async def test_a_lost_race_refuses_its_row_only(desk: Desk) -> None:
    rows = clients(*({"name": f"N{i}", "email": f"e{i}@example.org"} for i in range(5)))
    async with desk.runtime.database.transaction() as other:
        await other.execute(
            "insert into client (id, name, email, type, state, number, ceiling) "
            "values (gen_random_uuid(), 'x', 'e3@example.org', 'person', 'fresh', 'CL-9999', 0)"
        )
        saving = asyncio.create_task(save_many(desk.runtime, rows))
        await until_blocked(desk.runtime.database)
    results = await saving
    assert [told(result) for result in results] == [[], [], [], [("taken", "email")], []]
    numbers = await desk.runtime.database.fetch(
        "select number from client where number < 'CL-9' order by number"
    )
    assert [row["number"] for row in numbers] == [f"CL-{n:04d}" for n in range(1, 5)]


async def test_two_sets_at_the_same_time_share_no_number(desk: Desk) -> None:
    def rows(name: str) -> list[Save]:
        return clients(*({"name": f"{name}{i}"} for i in range(15)))

    await asyncio.gather(*(save_many(desk.runtime, rows(name)) for name in "abc"))
    numbers = await desk.runtime.database.fetch("select number from client order by number")
    assert [row["number"] for row in numbers] == [f"CL-{n:04d}" for n in range(1, 46)]


async def test_transitions_as_a_set(desk: Desk) -> None:
    saved = await save_many(
        desk.runtime,
        clients(
            {"name": "A", "email": "a@example.org"}, {"name": "B"}, {"name": "C", "email": "c@example.org"}
        ),
    )
    ids = [each.id for each in saved if isinstance(each, Saved)]
    commands = [Transition(entity="client", id=each, name="activate") for each in (*ids, ids[0], UUID(int=1))]
    results = await transitions(desk, commands)
    assert [told(result) for result in results] == [
        [],
        [("transition-refused", "state")],
        [],
        [("E_TRANSITION", "state")],
        [("not-found", "")],
    ]
    states = await desk.runtime.database.fetch("select name, state, version from client order by name")
    assert [tuple(row) for row in states] == [("A", "active", 2), ("B", "fresh", 1), ("C", "active", 2)]
    events = await desk.runtime.database.fetch("select op from fw_outbox where op like '%activate%'")
    assert sorted(row["op"] for row in events) == [
        *["client.activated"] * 2,
        *["transition:activate"] * 2,
    ]


async def test_a_set_has_the_rights_of_its_actor(desk: Desk) -> None:
    guest = actor(desk.users["eve"], "guest")
    rows = [Save(entity="client", values={"type": "person", "name": n}, actor=guest) for n in "ab"]
    assert [told(result) for result in await save_many(desk.runtime, rows)] == [[("forbidden", "")]] * 2
    with pytest.raises(ValueError, match="one actor"):
        await save_many(desk.runtime, [rows[0], replace(rows[1], actor=SYSTEM)])
    with pytest.raises(ValueError, match="idempotency"):
        await save_many(desk.runtime, [replace(rows[0], idempotency_key="k")])


COUNTED = {
    "a/module.yaml": "module: a\nlabel: A\n",
    "a/club.yaml": "entity: club\nattributes:\n  name: {type: text}\n"
    "  members: {type: children, of: member, by: club}\n  size: {type: integer, computed: members|length}\n",
    "a/member.yaml": "entity: member\ntitle: name\nattributes:\n  name: {type: text}\n"
    "  club: {type: reference, to: club}\n  leader: {type: boolean, default: false}\n"
    "rules:\n"
    "  few: {valid: club.size < 3, when: club != null, message: Three at most., fields: [club]}\n"
    "  one: {valid: \"!leader || count('member', {leader: true}) == 0\", message: One leads., fields: [leader]}\n",
}
"""Rules that each count what the rows before have written."""


@pytest.fixture
async def club(server: Server) -> AsyncIterator[Desk]:
    async def prepare(database: Database) -> None:
        await apply(database, Request(model=compiled(COUNTED)))

    url = server.create(server.template("club", prepare))
    async with await Database.connect(url, size=2) as database:
        yield await desk_on(database, compiled(COUNTED))
    server.drop(url)


async def test_rules_that_count_other_records_see_the_rows_before(club: Desk) -> None:
    made = await save_many(club.runtime, [Save(entity="club", values={"name": "C"}, actor=SYSTEM)])
    home = str(next(each.id for each in made if isinstance(each, Saved)))
    members = [Save(entity="member", values={"name": n, "club": home}, actor=SYSTEM) for n in "abcde"]
    results = await save_many(club.runtime, members)
    assert [told(result) for result in results] == [[], [], [], [("few", "club")], [("few", "club")]]
    leaders = [Save(entity="member", values={"name": n, "leader": True}, actor=SYSTEM) for n in "xyz"]
    results = await save_many(club.runtime, leaders)
    assert [told(result) for result in results] == [[], [("one", "leader")], [("one", "leader")]]


def test_what_reads_the_same_table_from_afar_is_saved_alone() -> None:
    assert reach_of(compiled(COUNTED), frozenset({"member"})).alone
    assert not reach_of(compiled(COUNTED), frozenset({"club"})).alone
    shop = compiled(FILES)
    assert not reach_of(shop, frozenset({"client", "sale", "line"}), trusted=True).alone
    assert reach_of(shop, frozenset({"sale"}), trusted=True).touched == {"sale", "client"}
