"""Files that records hold: nobody puts a file of somebody else into a record by its id."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support import desk as desks
from tests.support.desk import Desk, compiled, desk_on
from tests.support.servers import Server

from formwright.access import Actor
from formwright.services.commands import Save
from formwright.services.files import FileStore, Upload, store_file
from formwright.services.preview import Wanted, preview
from formwright.services.refusals import Invalid
from formwright.services.runtime import FixedModel, Runtime
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply

pytestmark = pytest.mark.anyio

SCAN = "\n  scan:   {type: file}\n"
METADATA = {
    **desks.FILES,
    "shop/client.yaml": desks.CLIENT.replace("\n  tags:", SCAN + "  tags:").replace(
        "close:    {from: [fresh, active], to: closed, by: [boss], ask: {why:",
        "sign:     {from: any, to: active, ask: {paper: {type: file}}, do: [{set: {scan: = params.paper}}]}\n"
        "    close:    {from: [fresh, active], to: closed, by: [boss], ask: {why:",
    ),
    "shop/sale.yaml": desks.SALE.replace("\n  note:", SCAN + "  note:"),
    "shop/line.yaml": desks.LINE.replace("\n  what:", SCAN + "  what:"),
}


async def build(database: Database) -> None:
    await desks.build(database)
    await apply(database, Request(model=compiled(METADATA)))


@pytest.fixture
async def desk(server: Server, tmp_path: Path) -> AsyncIterator[Desk]:
    url = server.create(server.template("desk_files", build))
    async with await Database.connect(url, size=4) as database:
        desk = await desk_on(database, compiled(METADATA))
        desk.runtime = Runtime(
            database=database, models=FixedModel(compiled(METADATA)), files=FileStore(tmp_path)
        )
        yield desk
    server.drop(url)


async def upload(desk: Desk, by: Actor) -> str:
    scan = desk.runtime.model.entities["client"].attributes["scan"]
    return str(await store_file(desk.runtime, by, scan, Upload("scan", f"{uuid4()}.pdf", b"%PDF-1.7")))


def client_with(file: str, place: str) -> dict[str, Any]:
    """Return the input of a client that holds *file*: itself, in its sale, or in a line of that."""
    line = {"what": "Tea", **({"scan": file} if place == "line" else {})}
    sale = {"lines": [line], **({"scan": file} if place == "sale" else {})}
    client = {"type": "person", "name": "Ada", "sales": [sale]}
    return {**client, **({"scan": file} if place == "client" else {})}


PLACES = [("client", "scan"), ("sale", "sales[0].scan"), ("line", "sales[0].lines[0].scan")]


@pytest.mark.parametrize(("place", "field"), PLACES)
@pytest.mark.parametrize("channel", ["api", "form", "import"])
async def test_a_file_of_somebody_else_is_not_there_at_any_depth(
    desk: Desk, place: str, field: str, channel: str
) -> None:
    values = client_with(await upload(desk, desk.bob), place)
    with pytest.raises(Invalid) as refused:
        await desk.save("client", values, by=desk.ann, channel=channel)
    assert [(p.code, p.place.field) for p in refused.value.problems] == [("unknown-reference", field)]
    unknown = client_with(str(uuid4()), place)
    with pytest.raises(Invalid) as missing:
        await desk.save("client", unknown, by=desk.ann, channel=channel)
    assert missing.value.problems == refused.value.problems  # nobody learns which files there are
    assert await desk.count("client") == 0


@pytest.mark.parametrize(("place", "field"), PLACES)
async def test_a_preview_says_the_same(desk: Desk, place: str, field: str) -> None:
    values = client_with(await upload(desk, desk.bob), place)
    command = Save(entity="client", values=values, actor=desk.ann)
    seen = await preview(desk.runtime, command, Wanted())
    assert ("unknown-reference", field) in {(p.code, p.place.field) for p in seen.problems}


@pytest.mark.parametrize(("place", "field"), PLACES)
async def test_own_files_and_those_that_may_be_read_are_taken(desk: Desk, place: str, field: str) -> None:
    own = await upload(desk, desk.ann)
    assert (await desk.save("client", client_with(own, place), by=desk.ann)).version == 1
    readable = await upload(desk, desk.bob)
    await desk.save("client", {**client_with(readable, "client"), "owner": None}, by=desk.bob)
    await desk.runtime.database.execute("update client set owner = null where scan = $1", UUID(readable))
    assert (await desk.save("client", client_with(readable, place), by=desk.ann)).version == 1, field


async def test_a_row_keeps_the_file_it_has_and_takes_no_other(desk: Desk) -> None:
    scan, other = await upload(desk, desk.bob), await upload(desk, desk.bob)
    saved = await desk.save("client", {**client_with(scan, "line"), "owner": str(desk.users["ann"])})
    line = await desk.runtime.database.fetchrow("select id, sale from line")
    assert line is not None
    row = {"id": str(line["id"]), "scan": scan, "what": "Coffee"}
    await desk.save("sale", {"lines": [row]}, line["sale"], by=desk.ann)
    with pytest.raises(Invalid) as refused:
        await desk.save("sale", {"lines": [{**row, "scan": other}]}, line["sale"], by=desk.ann)
    assert [p.place.field for p in refused.value.problems] == ["lines[0].scan"]
    assert (await desk.row("line", line["id"]))["scan"] == UUID(scan)
    assert saved.version == 1


async def test_a_transition_takes_no_file_of_somebody_else(desk: Desk) -> None:
    values = {"type": "person", "name": "Ada", "owner": str(desk.users["ann"])}
    client = (await desk.save("client", values)).id
    granted = desk.bob
    for paper in (await upload(desk, desk.ann), str(uuid4())):
        with pytest.raises(Invalid) as refused:
            await desk.transition("client", client, "sign", by=granted, params={"paper": paper})
        assert [p.place.field for p in refused.value.problems] == ["params.paper"]
    own = await upload(desk, granted)
    await desk.transition("client", client, "sign", by=granted, params={"paper": own})
    assert (await desk.row("client", client))["scan"] == UUID(own)
