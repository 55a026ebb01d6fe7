"""Shipped rows and demo data come in through the write path."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.desk import FILES, Desk, compiled

from formwright.problems import ProblemError
from formwright.services.data import load_records
from formwright.services.demo import DemoLoader, run_demo
from formwright.services.runtime import FixedModel

pytestmark = pytest.mark.anyio

CLIENTS = """
records: client
key: tax_no
rows:
  - {type: person, name: Parent, tax_no: P1, owner: ann}
  - {type: person, name: Child, tax_no: P2, parent: P1, state: active, tags: [x, y]}
"""
SALES = """
records: sale
key: note
rows:
  - {note: first, client: P2, lines: [{what: Tea, price: 3}, {what: Cake, price: 4}]}
"""


def with_rows(desk: Desk, **files: str) -> Desk:
    model = compiled({**FILES, **{f"shop/data/{name}.yaml": text for name, text in files.items()}})
    return replace(desk, runtime=replace(desk.runtime, models=FixedModel(model)))


async def test_rows_are_loaded_once_and_updated_by_their_key(desk: Desk) -> None:
    shop = with_rows(desk, clients=CLIENTS, sales=SALES)
    first = await load_records(shop.runtime)
    again = await load_records(shop.runtime)
    assert (first.created, again.created, again.unchanged) == (3, 0, 3)
    row = await desk.runtime.database.fetchrow("select * from client where tax_no = 'P2'")
    parent = await desk.runtime.database.fetchrow("select * from client where tax_no = 'P1'")
    assert row is not None
    assert parent is not None
    assert (row["parent"], row["state"], row["ordered"]) == (parent["id"], "active", 7)
    assert parent["owner"] == desk.users["ann"]
    changed = with_rows(desk, clients=CLIENTS.replace("Child", "Kid"), sales=SALES)
    assert (await load_records(changed.runtime)).updated == 1
    assert [entry["op"] for entry in await desk.history(row["id"])] == ["create", "compute", "update"]
    assert await desk.count("line") == 2


async def test_a_row_that_breaks_a_rule_is_told_with_its_place(desk: Desk) -> None:
    shop = with_rows(
        desk, clients=CLIENTS.replace("type: person, name: Child", "type: firm, reg_no: 1, name: Child")
    )
    with pytest.raises(ProblemError) as error:
        await load_records(shop.runtime)
    [problem] = error.value.problems
    assert problem.place.file.endswith("clients.yaml")
    assert (problem.place.line, problem.place.field) == (
        6,
        "email",
    )
    assert await desk.count("client") == 0


async def test_a_demo_generator_runs_once(desk: Desk) -> None:
    told: list[tuple[int, int]] = []

    async def generate(loader: DemoLoader) -> None:
        loader.expect(3)
        client = await loader.save(
            "client",
            {"type": "person", "name": "Demo", "email": "d@example.org", "owner": loader.user("ann")},
        )
        await loader.transition("client", client, "activate")
        await loader.save("sale", {"client": client, "lines": [{"what": "Tea", "price": 2}]})

    assert await run_demo(
        desk.runtime, "shop", generate, progress=lambda done, total: told.append((done, total))
    )
    assert not await run_demo(desk.runtime, "shop", generate)
    assert (await desk.count("client"), await desk.count("sale")) == (1, 1)
    assert told == [(1, 3), (2, 3), (3, 3)]


async def test_a_failing_generator_is_undone_and_may_run_again(desk: Desk) -> None:
    async def generate(loader: DemoLoader) -> None:
        await loader.save("client", {"type": "person", "name": "Demo"})
        raise RuntimeError("dice fell off the table")

    for _ in range(2):
        with pytest.raises(RuntimeError):
            await run_demo(desk.runtime, "shop", generate)
    assert await desk.count("client") == 0
