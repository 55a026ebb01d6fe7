"""What history, outbox and rules cost a write: each way as a multiple of a bare update, in one run.

    python tests/bench/write.py

Ways: a bare `update` of one column on asyncpg · select, update, two inserts as four statements in a
transaction · the one statement of the write path (row, history, outbox) · the whole service call (lock,
rights, rules, uniqueness, computed values, write) for a small and for a rich entity type.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "platform"))

from tests.support.desk import Desk, build, desk_on
from tests.support.servers import Server, close_run, open_run

from formwright.services.commands import Save
from formwright.services.drafts import Draft
from formwright.services.opening import open_draft
from formwright.services.records import save
from formwright.services.work import open_work
from formwright.services.writing import write
from formwright.storage.database import Database

ROUNDS = 9
CALLS = 200

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


drafts: dict[UUID, Draft] = {}
notes: dict[UUID, UUID] = {}
WAYS: dict[str, Way] = {
    "bare update": bare,
    "select, update, insert, insert": four,
    "one statement: row, history, outbox": statement,
    "service call, 3 attributes": small,
    "service call, 35 attributes with rules": service,
}


async def main(url: str) -> None:
    async with await Database.connect(url, size=2) as database:
        desk = await desk_on(database)
        identity = (await desk.save("client", {"type": "person", "name": "Ada", "email": "a@example.org"})).id
        notes[identity] = (await desk.save("note", {"client": str(identity), "text": "n"})).id
        times: dict[str, list[float]] = {name: [] for name in WAYS}
        step = 0
        for _ in range(ROUNDS):
            for name, way in WAYS.items():
                work = open_work(desk.runtime, database, desk.bob)
                drafts[identity] = await open_draft(work, work.entity("client"), identity)
                start = perf_counter()
                for _ in range(CALLS):
                    step += 1
                    await way(database, desk, identity, step)
                times[name].append((perf_counter() - start) / CALLS)
        base = median(times["bare update"])
        print(f"{'way':42} {'ms':>8} {'times bare':>11}")
        for name, each in times.items():
            print(f"{name:42} {median(each) * 1000:8.3f} {median(each) / base:11.1f}")


if __name__ == "__main__":
    run = open_run()
    try:
        server = Server("embedded")
        asyncio.run(main(server.create(server.template("desk", build))))
    finally:
        close_run(run)
