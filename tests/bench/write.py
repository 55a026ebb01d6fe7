"""What history, outbox and rules cost a write: each way as a multiple of a bare update, in one run.

    python tests/bench/write.py

Ways: a bare `update` of one column on asyncpg · select, update, two inserts as four statements in a
transaction · the one statement of the write path (row, history, outbox) · the whole service call (lock,
rights, rules, uniqueness, computed values, write) for a small and for a rich entity type · the same call for a
new record with children, one by one and as a set. `processor` is the time of this process alone: what neighbours
on the machine do shows least in it, so compare its ratios before and after a change.

At the end: how many rows a second the demo of the shipped metadata loads (`demo rows/s`), in a twentieth of its size.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "platform"))

from tests.support.desk import Desk, build, desk_on
from tests.support.servers import Server, close_run, open_run

from formwright.access import SYSTEM
from formwright.app.data import load_demo, load_shipped
from formwright.app.demo import ensure_demo_users
from formwright.app.settings import settings_from
from formwright.app.workshop import Workshop
from formwright.services.batches import save_many
from formwright.services.commands import Save
from formwright.services.drafts import Draft
from formwright.services.opening import open_draft
from formwright.services.records import save
from formwright.services.runtime import FixedModel, Runtime
from formwright.services.work import open_work
from formwright.services.writing import write
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply

ROUNDS = 9
CALLS = 200
SIZE = 0.05

Way = Callable[[Database, Desk, UUID, int], Awaitable[None]]


async def bare(database: Database, desk: Desk, identity: UUID, step: int) -> None:
    await database.execute(
        'update client set "inner" = $1, version = version + 1 where id = $2', str(step), identity
    )


async def four(database: Database, desk: Desk, identity: UUID, step: int) -> None:
    async with database.transaction() as tx:
        row = await tx.fetchrow("select * from client where id = $1 for update", identity)
        assert row is not None
        await tx.execute(
            'update client set "inner" = $1, version = version + 1 where id = $2', str(step), identity
        )
        await tx.execute(
            "insert into fw_history (entity, record_id, version, op, diff) values ('client', $1, $2, 'update', $3)",
            identity,
            row["version"] + 1,
            {"inner": [row["inner"], str(step)]},
        )
        await tx.execute(
            "insert into fw_outbox (entity, record_id, version, op) values ('client', $1, $2, 'update')",
            identity,
            row["version"] + 1,
        )


async def statement(database: Database, desk: Desk, identity: UUID, step: int) -> None:
    draft = drafts[identity]
    draft.old = {**draft.new}
    draft.put("inner", str(step))
    await write(draft, "update")


async def service(database: Database, desk: Desk, identity: UUID, step: int) -> None:
    await save(desk.runtime, Save(entity="client", id=identity, values={"inner": str(step)}, actor=desk.bob))


async def small(database: Database, desk: Desk, identity: UUID, step: int) -> None:
    await save(
        desk.runtime, Save(entity="note", id=notes[identity], values={"text": str(step)}, actor=desk.bob)
    )


def with_children(step: int) -> Save:
    lines = [{"what": "Tea", "count": 2, "price": 3}, {"what": "Milk"}]
    values = {
        "type": "person",
        "name": f"N{step}",
        "email": f"e{step}@example.org",
        "sales": [{"lines": lines}],
    }
    return Save(entity="client", values=values, actor=SYSTEM)


async def new(database: Database, desk: Desk, identity: UUID, step: int) -> None:
    await save(desk.runtime, with_children(step))


async def set_of_new(database: Database, desk: Desk, identity: UUID, step: int) -> None:
    """Save a hundred at every hundredth step, so that the time is that of one."""
    if step % 100 == 0:
        await save_many(desk.runtime, [with_children(each) for each in range(step, step + 100)])


drafts: dict[UUID, Draft] = {}
notes: dict[UUID, UUID] = {}
WAYS: dict[str, Way] = {
    "bare update": bare,
    "select, update, insert, insert": four,
    "one statement: row, history, outbox": statement,
    "service call, 3 attributes": small,
    "service call, 35 attributes with rules": service,
    "new record with 3 rows of children": new,
    "the same, a hundred as a set": set_of_new,
}


async def main(url: str, demo: str) -> None:
    async with await Database.connect(url, size=2) as database:
        desk = await desk_on(database)
        identity = (await desk.save("client", {"type": "person", "name": "Ada", "email": "a@example.org"})).id
        notes[identity] = (await desk.save("note", {"client": str(identity), "text": "n"})).id
        await measure(database, desk, identity)
    async with await Database.connect(demo, size=2) as database:
        await load(database)


async def measure(database: Database, desk: Desk, identity: UUID) -> None:
    """Print wall time and processor time of each way, as multiples of those of a bare update."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    step = 0
    for _ in range(ROUNDS):
        for name, way in WAYS.items():
            work = open_work(desk.runtime, database, desk.bob)
            drafts[identity] = await open_draft(work, work.entity("client"), identity)
            start, spent = perf_counter(), process_time()
            for _ in range(CALLS):
                await way(database, desk, identity, step)
                step += 1
            times[name].append(((perf_counter() - start) / CALLS, (process_time() - spent) / CALLS))
    middle = {name: [median(each) for each in zip(*pairs, strict=True)] for name, pairs in times.items()}
    base = middle["bare update"]
    print(f"{'way':42} {'ms':>8} {'times bare':>11} {'processor ms':>13} {'times bare':>11}")
    for name, (wall, spent) in middle.items():
        print(
            f"{name:42} {wall * 1000:8.3f} {wall / base[0]:11.1f} {spent * 1000:13.3f} {spent / base[1]:11.1f}"
        )


async def load(database: Database) -> None:
    """Print how many rows of demo data are written in a second: each row with its history and its event."""
    workshop = Workshop.open(settings_from({}))
    model = workshop.compile()
    await apply(database, Request(model=model, files=workshop.texts()))
    runtime = Runtime(database=database, models=FixedModel(model), functions=workshop.plugins.registry.calls)
    await ensure_demo_users(runtime, "a password for a benchmark")
    await load_shipped(runtime)
    before = await database.fetchval("select count(*) from fw_history")
    start, spent = perf_counter(), process_time()
    await load_demo(runtime, workshop, SIZE)
    wall, spent = perf_counter() - start, process_time() - spent
    rows = await database.fetchval("select count(*) from fw_history") - before
    print(f"demo rows/s: {rows / wall:.0f} ({rows / spent:.0f} a second of processor time, {rows} rows)")


async def empty(database: Database) -> None:
    """Make a database without anything in it."""


if __name__ == "__main__":
    run = open_run()
    try:
        server = Server("embedded")
        desk_url = server.create(server.template("desk", build))
        asyncio.run(main(desk_url, server.create(server.template("empty", empty))))
    finally:
        close_run(run)
