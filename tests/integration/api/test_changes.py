"""The feed of changes: every version once, in one order, whatever commits when."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from formwright.access import SYSTEM
from formwright.services.changes import ChangesAsked, changes_since
from formwright.services.commands import Save
from formwright.services.records import save_in
from formwright.services.work import open_work

pytestmark = pytest.mark.anyio


async def take(api: Any, since: str = "", limit: int = 100) -> tuple[list[str], str]:
    """The next changes of the feed as ``entity id version``, and where to go on."""
    feed = await changes_since(api.site.runtime, ChangesAsked(actor=SYSTEM, since=since, limit=limit))
    return [f"{c.entity} {c.id} {c.version}" for c in feed.changes], feed.next


async def test_a_late_commit_is_neither_skipped_nor_out_of_order(api):
    """The classic gap: a transaction begins first and commits last; a sequence would have been passed by then."""
    runtime = api.site.runtime
    async with runtime.database.transaction() as early:
        first = await save_in(
            open_work(runtime, early, SYSTEM), Save(entity="region", values={"name": "early"})
        )
        second = await api.site.save("region", {"name": "late"})
        seen, since = await take(api)
        assert seen == [], "what is committed waits for what began before it"
    rest, since = await take(api, since)
    assert rest == [f"region {first.id} 1", f"region {second} 1"]
    assert (await take(api, since))[0] == []


async def test_interleaved_writers_and_a_reader(api):
    """Twenty transactions of random length; a reader that goes on from its cursor sees each version exactly once."""
    runtime, chance = api.site.runtime, random.Random(7)
    done = asyncio.Event()
    seats = asyncio.Semaphore(3)  # one connection is the reader's

    async def write(number: int) -> None:
        async with seats, runtime.database.transaction() as tx:
            for part in range(3):
                values = {"name": f"{number}-{part}"}
                await save_in(open_work(runtime, tx, SYSTEM), Save(entity="region", values=values))
                await asyncio.sleep(chance.random() / 50)
            if number % 5 == 0:
                raise RuntimeError("undone")

    async def read() -> list[str]:
        seen, since = [], ""
        while True:
            finished = done.is_set()
            found, since = await take(api, since, limit=4)
            seen += found
            if finished and not found:
                return seen
            await asyncio.sleep(0.001)

    reader = asyncio.create_task(read())
    await asyncio.gather(*(write(number) for number in range(20)), return_exceptions=True)
    done.set()
    seen = await reader
    rows = await runtime.database.fetch("select entity, record_id, version from fw_history")
    assert sorted(seen) == sorted(f"{r['entity']} {r['record_id']} {r['version']}" for r in rows)
    assert len(seen) == 48
    assert (await take(api, limit=1000))[0] == seen, "from the beginning the order is the same"


async def test_the_feed_over_http_goes_on_from_now(api):
    client = await api.user("clerk")
    identity = await api.site.save("client", {"name": "A", "type": "person"})
    now = (await client.get("/changes?since=now")).json()
    assert now["items"] == []
    await api.site.save("client", {"name": "B", "inner": "x"}, identity)
    feed = (await client.get("/changes", params={"since": now["next"]})).json()
    (item,) = feed["items"]
    assert (item["id"], item["version"], item["op"], item["changed"]) == (
        str(identity),
        2,
        "update",
        ["name"],
    )
    assert (await client.get("/changes", params={"since": feed["next"]})).json()["items"] == []


async def test_the_feed_shows_only_readable_records_and_goes_past_the_others(api):
    seller = (await api.site.actor("seller")).id
    for number in range(6):
        owner = seller if number == 5 else None
        await api.site.save("client", {"name": str(number), "type": "person", "owner": owner})
    client = await api.user("seller")
    names, since, more = [], "", True
    while more:
        page = (
            await client.get("/changes", params={"since": since, "limit": 2, "entities": "client"})
        ).json()
        names += [item["id"] for item in page["items"]]
        since, more = page["next"], page["more"]
    assert len(names) == 1


async def test_removals_are_changes_too(api):
    client = await api.user("clerk")
    identity = await api.site.save("client", {"name": "A", "type": "person"})
    await client.delete(f"/client/{identity}", headers={"If-Match": "*"})
    assert [item["op"] for item in (await client.get("/changes")).json()["items"]] == ["create", "remove"]


@pytest.mark.parametrize("query", ["since=abc", "since=W10", "since=WzEsMiwzLDRd"])
async def test_a_cursor_of_another_kind_is_refused(api, query):
    answer = await (await api.user("clerk")).get(f"/changes?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-cursor")


async def test_an_unknown_entity_type_is_not_found(api):
    assert (await (await api.user("clerk")).get("/changes?entities=klient")).status_code == 404
