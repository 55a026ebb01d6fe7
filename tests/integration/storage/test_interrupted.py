"""An apply that is killed at any step leaves a state from which the next one finishes."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
from tests.support.interrupted import apply_and_die
from tests.support.live import insert, release, rows
from tests.support.models import attribute, entity, model
from tests.support.servers import Server

from formwright.metadata.model import Model
from formwright.storage.database import Database

BEFORE = model(
    entity(
        "thing",
        attribute("name", index=True),
        attribute("size", "integer", min=0),
        attribute("born", "date", unique=True),
        attribute("old"),
        attribute("grade", "integer"),
    ),
    entity("leaving", attribute("name")),
    entity("former", attribute("name", unique=True)),
)
AFTER = model(
    entity(
        "thing",
        attribute("title", index=True, was="name"),
        attribute("size", "money", min=0, max=1000),
        attribute("born", "datetime", unique=True),
        attribute("grade", "integer", required=True, default=3, facet=True),
        attribute("group", "reference", to="group"),
        attribute("code", required=True, default="x", max=9),
        states=["new", "done"],
    ),
    entity("group", attribute("thing", "reference", to="thing")),
    entity("renamed", attribute("name", unique=True), was="former"),
)
ROWS = 25


async def fill(database: Database) -> None:
    await release(database, BEFORE)
    for n in range(ROWS):
        await insert(
            database,
            "thing",
            number=f"{n:03}",
            name=f"n{n}",
            size=n,
            born=dt.date(2024, 1, 1) + dt.timedelta(n),
            old=f"o{n}",
            grade=n if n % 2 else None,
        )
    await insert(database, "leaving", name="left")
    await insert(database, "former", name="kept")


async def check(dsn: str, final: Model) -> None:
    """Finish with *final* and see that every value is there."""
    async with await Database.connect(dsn, size=2) as database:
        await release(database, final)
        found = await rows(database, "thing", "title", "size", "born", "grade", "code", "state")
        assert found == [_expected(n) for n in range(ROWS)]
        assert await rows(database, "renamed", "name") == [{"name": "kept"}]
        parked = await database.fetch(
            "select table_name, column_name, attribute from fw_parked order by 3, 1"
        )
        assert sorted(row["attribute"] for row in parked) == ["", "born", "old", "size"]
        for row in parked:
            held = await rows(database, row["table_name"], row["column_name"] or "name")
            assert all(value is not None for one in held for value in one.values())
        scratch = "select count(*) from pg_attribute where attname like 'fw!_new!_%' escape '!'"
        assert await database.fetchval(scratch) == 0
        await release(database, BEFORE)
        assert await rows(database, "thing", "name", "old") == [
            {"name": f"n{n}", "old": f"o{n}"} for n in range(ROWS)
        ]


def _expected(n: int) -> dict[str, Any]:
    born = dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(n)
    grade = n if n % 2 else 3
    return {"title": f"n{n}", "size": n, "born": born, "grade": grade, "code": "x", "state": "new"}


@pytest.fixture
def filled(server: Server):
    dsn = server.create(server.template("interrupted", fill))
    yield dsn
    server.drop(dsn)


@pytest.mark.both_servers
def test_killed_after_every_single_step_it_still_arrives(filled: str):
    killed = 0
    while apply_and_die(filled, AFTER, 1):
        killed += 1
        assert killed < 100
    assert killed > 25
    asyncio.run(check(filled, AFTER))


@pytest.mark.deep
@pytest.mark.both_servers
@pytest.mark.parametrize("step", range(2, 50))
def test_killed_after_some_steps_it_is_finished_by_the_next(filled: str, step: int):
    apply_and_die(filled, AFTER, step)
    asyncio.run(check(filled, AFTER))


@pytest.mark.parametrize("step", [3, 9, 20])
def test_killed_half_way_it_can_be_taken_back(filled: str, step: int):
    assert apply_and_die(filled, AFTER, step)
    asyncio.run(_take_back(filled))


async def _take_back(dsn: str) -> None:
    async with await Database.connect(dsn, size=2) as database:
        await release(database, BEFORE)
        found = await rows(database, "thing", "name", "size", "born", "old")
        born = dt.date(2024, 1, 1)
        assert found == [
            {"name": f"n{n}", "size": n, "born": born + dt.timedelta(n), "old": f"o{n}"} for n in range(ROWS)
        ]
        assert await rows(database, "former", "name") == [{"name": "kept"}]
        assert await rows(database, "leaving", "name") == [{"name": "left"}]
