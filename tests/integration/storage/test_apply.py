"""Applying: data comes through, nothing is done twice, nobody is locked out, and releases can be undone."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable
from contextlib import suppress
from decimal import Decimal

import asyncpg
import pytest
from tests.support.live import actions, insert, release, rows
from tests.support.models import attribute, entity, model

from formwright.problems import ProblemError
from formwright.storage.apply import Pace, Progress, apply_connection
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply, list_releases, plan, purge, rollback

pytestmark = pytest.mark.anyio

NAME = attribute("name")
SIZE = attribute("size", "integer")
HASTY = Pace(lock_timeout=0.05, attempts=3, pause=0.01, wait=0.3)


def thing(*attributes, **keys):
    return entity("thing", *attributes, **keys)


async def code_of(work: Awaitable[object]) -> str:
    with pytest.raises(ProblemError) as refused:
        await work
    return refused.value.problems[0].code


async def test_a_removed_attribute_comes_back_with_its_data(database: Database):
    both = model(thing(NAME, attribute("size", "integer", index=True, required=True, default=1)))
    await release(database, both)
    await insert(database, "thing", number="1", name="a", size=3)
    await release(database, model(thing(NAME)))
    await insert(database, "thing", number="2", name="b")
    assert await actions(database, both) == [
        "restore-column thing.size",
        "set-default thing.size",
        "set-not-null thing.size",
        "add-index thing_size_ix",
    ]
    await release(database, both)
    assert await rows(database, "thing", "name", "size") == [
        {"name": "a", "size": 3},
        {"name": "b", "size": 1},
    ]
    assert await database.fetch("select from fw_parked") == []


async def test_an_attribute_removed_twice_comes_back_as_it_was_last(database: Database):
    with_size, without = model(thing(NAME, SIZE)), model(thing(NAME))
    await release(database, with_size)
    record = await insert(database, "thing", size=1)
    await release(database, without)
    await release(database, model(thing(NAME, attribute("size", "date"))))
    await release(database, without)
    assert await database.fetchval("select count(*) from fw_parked") == 2
    await release(database, with_size)
    assert await rows(database, "thing", "id", "size") == [{"id": record, "size": 1}]


async def test_a_removed_entity_type_comes_back_with_its_data(database: Database):
    group = entity("group", attribute("thing", "reference", to="thing"))
    both = model(thing(NAME, SIZE), group)
    await release(database, both)
    record = await insert(database, "thing", name="a", size=1)
    await insert(database, "group", thing=record)
    await release(database, model(thing(NAME), group))
    await release(database, model(entity("group")))
    await release(database, both)
    assert await rows(database, "thing", "name", "size") == [{"name": "a", "size": 1}]
    assert await rows(database, "group", "thing") == [{"thing": record}]


async def test_a_rename_can_be_undone_by_going_back(database: Database):
    before = model(thing(attribute("size", "integer", index=True)))
    after = model(entity("item", attribute("width", "integer", index=True, was="size"), was="thing"))
    await release(database, before)
    await insert(database, "thing", number="1", size=5)
    await release(database, after)
    assert await rows(database, "item", "width") == [{"width": 5}]
    await release(database, before)
    assert await rows(database, "thing", "size") == [{"size": 5}]
    await release(database, after)
    assert await rows(database, "item", "width") == [{"width": 5}]


async def test_two_attributes_can_change_their_names_in_turn(database: Database):
    await release(database, model(thing(attribute("a"), attribute("b"))))
    await insert(database, "thing", a="1", b="2")
    await release(database, model(thing(attribute("a"), attribute("c", was="b"))))
    await release(database, model(thing(attribute("b", was="a"), attribute("c", was="b"))))
    assert await rows(database, "thing", "b", "c") == [{"b": "1", "c": "2"}]


async def test_history_follows_a_renamed_entity_type(database: Database):
    await release(database, model(thing(NAME)))
    record = await insert(database, "thing", name="a")
    await database.execute(
        "insert into fw_history (entity, record_id, version, op, diff) values ('thing', $1, 1, 'created', '{}')",
        record,
    )
    await release(database, model(entity("item", NAME, was="thing")))
    assert await database.fetchval("select entity from fw_history") == "item"


async def test_a_narrowed_type_keeps_the_original_and_going_back_keeps_the_values(database: Database):
    money, number = model(thing(attribute("size", "money"))), model(thing(SIZE))
    await release(database, money)
    await insert(database, "thing", number="1", size=Decimal("12.00"))
    await release(database, number)
    assert await rows(database, "thing", "size", "fw_parked_1_size") == [
        {"size": 12, "fw_parked_1_size": Decimal("12.0000")}
    ]
    await database.execute("update thing set size = 13")
    await release(database, money)
    assert await rows(database, "thing", "size") == [{"size": Decimal(13)}]


async def test_applying_twice_is_nothing_and_each_apply_is_a_release(database: Database):
    first = model(thing(NAME))
    assert (await release(database, first, note="begin")).number == 1
    assert (await release(database, first)).number is None
    assert (await release(database, model(thing(NAME, SIZE)))).number == 2
    found = await list_releases(database)
    assert [(one.number, one.status, one.note, one.changes) for one in found] == [
        (2, "done", "", 1),
        (1, "done", "begin", 1),
    ]
    steps = await database.fetch("select release, position, status from fw_release_step order by 1, 2")
    assert [tuple(row) for row in steps] == [(1, 0, "done"), (2, 0, "done")]


async def test_metadata_that_changes_no_table_is_a_release_all_the_same(database: Database):
    await release(database, model(thing(NAME)))
    outcome = await release(database, model(thing(attribute("name", sensitive=True))))
    assert (outcome.number, outcome.plan.is_empty) == (2, True)


async def test_rollback_goes_back_to_the_sources_of_a_release(database: Database):
    versions = {"one": model(thing(NAME, SIZE)), "two": model(thing(NAME))}

    def compiled(files):
        return versions[files["thing.yaml"]]

    await release(database, versions["one"], files={"thing.yaml": "one"})
    await insert(database, "thing", size=4)
    await release(database, versions["two"], files={"thing.yaml": "two"})
    outcome = await rollback(database, 1, compiled)
    assert [change.action for change in outcome.plan.changes] == ["restore-column"]
    assert await rows(database, "thing", "size") == [{"size": 4}]
    assert (await list_releases(database))[0].note == "rollback to 1"
    assert await code_of(rollback(database, 9, compiled)) == "unknown-release"


async def test_a_plan_that_is_no_longer_true_is_not_applied(database: Database):
    await release(database, model(thing(NAME)))
    after = model(thing(NAME, SIZE))
    expected = await plan(database, after)
    await insert(database, "thing", name="rows do not matter")
    await apply(database, Request(model=after, expected=expected))
    again = Request(model=model(thing(NAME)), expected=expected)
    assert await code_of(apply(database, again)) == "plan-stale"


async def test_only_one_apply_runs_at_a_time(database: Database):
    async with apply_connection(database, HASTY):
        assert await code_of(apply(database, Request(model=model(), pace=HASTY))) == "apply-running"


async def test_an_apply_gives_up_its_place_in_the_queue_for_a_lock(database: Database):
    await release(database, model(thing(NAME)))
    after = model(thing(NAME, SIZE))
    async with database.transaction() as reader:
        await reader.fetch("select * from thing")
        assert await code_of(apply(database, Request(model=after, pace=HASTY))) == "apply-locked-out"
        assert (await list_releases(database))[0].status == "failed"
        patient = asyncio.create_task(apply(database, Request(model=after, pace=Pace(lock_timeout=0.05))))
        await asyncio.sleep(0.4)
        # Whoever comes while the apply tries is served between its attempts.
        async with asyncio.timeout(2):
            await database.fetch("select * from thing")
        assert not patient.done()
    await patient
    assert await actions(database, after) == []


async def test_purge_drops_what_was_set_aside_and_nothing_else(database: Database):
    await release(database, model(thing(NAME, SIZE), entity("group")))
    await release(database, model(thing(NAME)))
    assert await code_of(purge(database, "thing", "name")) == "not-parked"
    assert await code_of(purge(database, "thing")) == "not-parked"
    kept = [
        tuple(row) for row in await database.fetch("select table_name, column_name from fw_parked order by 1")
    ]
    for table, column in kept:
        await purge(database, table, column)
    assert len(kept) == 2
    assert await database.fetch("select from fw_parked") == []
    assert await actions(database, model(thing(NAME))) == []


async def test_rows_are_filled_in_batches_with_progress(database: Database):
    await release(database, model(thing(SIZE)))
    for number in range(25):
        await insert(database, "thing", number=f"{number:02}", size=None if number % 2 else number)
    seen: list[Progress] = []

    async def report(progress: Progress) -> None:
        seen.append(progress)

    after = model(thing(attribute("size", "integer", required=True, default=-1)))
    await apply(database, Request(model=after, pace=Pace(batch=10)), report=report)
    filled = [(one.done, one.expected) for one in seen if one.expected]
    assert filled == [(10, 12), (12, 12)]
    assert await database.fetchval("select count(*) from thing where size = -1") == 12
    done = await database.fetchval("select max(rows_done) from fw_release_step where release = 2")
    assert done == 12


async def test_writers_go_on_during_an_apply_and_lose_nothing(database: Database):
    before = model(thing(NAME, SIZE, attribute("hits", "integer"), attribute("grade", "integer")))
    after = model(
        entity("team", NAME),
        thing(
            attribute("name", max=50, index=True),
            attribute("size", "integer", required=True, default=0),
            attribute("hits", "money", index=True),
            attribute("mark", "integer", required=True, default=5),
            attribute("team", "reference", to="team"),
        ),
    )
    await release(database, before)
    ids = [await insert(database, "thing", name=f"n{n}", hits=0) for n in range(300)]
    done = asyncio.Event()
    counts = {"hits": 0, "rows": len(ids), "failures": 0}

    async def hit(offset: int) -> None:
        turn = offset
        while not done.is_set():
            turn += 7
            try:
                await database.execute("update thing set hits = hits + 1 where id = $1", ids[turn % len(ids)])
                counts["hits"] += 1
            except (asyncpg.PostgresError, asyncpg.InterfaceError):
                counts["failures"] += 1
            await asyncio.sleep(0)

    async def add() -> None:
        while not done.is_set():
            with suppress(asyncpg.InvalidCachedStatementError):
                await insert(database, "thing", name="new", hits=0)
                counts["rows"] += 1
            await asyncio.sleep(0.002)

    writers = [asyncio.create_task(one) for one in (hit(0), hit(1), add())]
    await asyncio.sleep(0.1)
    begun = counts["hits"]
    await apply(database, Request(model=after, pace=Pace(batch=50, lock_timeout=0.1)))
    during = counts["hits"] - begun
    done.set()
    await asyncio.gather(*writers)
    assert during > 50
    assert counts["failures"] == 0
    assert await database.fetchval("select sum(hits) from thing") == counts["hits"]
    assert await database.fetchval("select count(*) from thing") == counts["rows"]
    assert await actions(database, after) == []


async def test_a_value_that_comes_between_plan_and_apply_stops_the_conversion_not_the_data(
    database: Database,
):
    await release(database, model(thing(NAME)))
    record = await insert(database, "thing", name="12")
    after = model(thing(attribute("name", "integer")))
    blocked = False

    async def meddle(progress: Progress) -> None:
        nonlocal blocked
        if not blocked:
            blocked = True
            await database.execute("update thing set name = 'twelve' where id = $1", record)

    assert await code_of(apply(database, Request(model=after), report=meddle)) == "value-not-convertible"
    assert await rows(database, "thing", "name") == [{"name": "twelve"}]
    # The half-filled column that this left is gone when it is needed no more.
    assert await actions(database, model(thing(NAME))) == [
        a for a in await actions(database, model(thing(NAME))) if a.startswith("drop-scratch")
    ]
    await release(database, model(thing(NAME)))


async def test_a_check_broken_between_plan_and_apply_is_a_problem(database: Database):
    await release(database, model(thing(NAME)))

    async def meddle(_progress: Progress) -> None:
        await insert(database, "thing", name="too long")

    after = model(thing(attribute("name", max=3)))
    assert await code_of(apply(database, Request(model=after), report=meddle)) == "apply-overtaken"
    assert (await plan(database, after)).problems[0].code == "check-fails"
    await database.execute("update thing set name = 'x'")
    assert await actions(database, after) == ["validate-check thing_name_max_ck"]
    await release(database, after)


async def test_a_sparse_attribute_becomes_a_column_and_sparse_again(database: Database):
    sparse = model(thing(attribute("size", "integer", sparse=True), attribute("born", "date", sparse=True)))
    promoted = model(
        thing(
            attribute("size", "integer", index=True, required=True, default=0, min=0),
            attribute("born", "date", sparse=True),
        )
    )
    await release(database, sparse)
    await insert(database, "thing", number="1", sparse={"size": 7, "born": "2024-02-29"})
    await insert(database, "thing", number="2", sparse={})
    assert (await actions(database, promoted))[0] == "promote-column thing.size"
    await release(database, promoted)
    assert await rows(database, "thing", "size") == [{"size": 7}, {"size": 0}]
    await database.execute("update thing set size = 8 where number = '1'")
    await release(database, model(thing(attribute("size", "integer"), attribute("born", "date"))))
    assert [row["born"] for row in await rows(database, "thing", "born")] == [dt.date(2024, 2, 29), None]
    await database.execute("update thing set born = null")
    await release(database, sparse)
    assert await rows(database, "thing", "sparse") == [{"sparse": {"size": 8}}, {"sparse": {"size": 0}}]


async def test_a_sparse_value_that_fits_no_column_stops_the_plan(database: Database):
    await release(database, model(thing(attribute("size", sparse=True))))
    await insert(database, "thing", number="1", sparse={"size": "seven"})
    found = await plan(database, model(thing(SIZE)))
    assert [(problem.code, change.samples) for change in found.changes if (problem := change.problem)] == [
        ("value-not-convertible", ("1",))
    ]


async def test_references_to_several_entity_types_follow_a_rename(database: Database):
    note = entity("note", attribute("about", "any", to=["thing", "team"]))
    await release(database, model(thing(NAME), note, entity("team")))
    for number, about in enumerate(["thing/1", "team/1", "thing_x/1"]):
        await insert(database, "note", number=str(number), about=about)
    await release(database, model(entity("item", NAME, was="thing"), note, entity("team")))
    found = [row["about"] for row in await rows(database, "note", "about")]
    assert found == ["item/1", "team/1", "thing_x/1"]
