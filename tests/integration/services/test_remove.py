"""Removing records: what points at them protects, goes along or lets go; and bringing them back."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.support.desk import Desk

from formwright.services.refusals import Conflict, Forbidden, Invalid, NotFound, Stale

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ada(desk: Desk) -> UUID:
    return (await desk.save("client", {"type": "person", "name": "Ada", "email": "ada@example.org"})).id


async def test_a_removed_record_keeps_its_row_and_is_not_there_any_more(desk: Desk, ada: UUID) -> None:
    saved = await desk.remove("client", ada, by=desk.bob, reason="gone")
    row = await desk.row("client", ada)
    assert (row["deleted_at"], row["version"], saved.version) == (desk.moment, 2, 2)
    entry = (await desk.history(ada))[-1]
    assert (entry["op"], entry["reason"]) == ("remove", "gone")
    assert [event["op"] for event in await desk.outbox()][-2:] == ["remove", "client.gone"]
    for call in (desk.save("client", {"name": "x"}, ada), desk.remove("client", ada)):
        with pytest.raises(NotFound):
            await call


async def test_a_reference_protects(desk: Desk, ada: UUID) -> None:
    await desk.save("sale", {"client": str(ada)})
    with pytest.raises(Conflict) as error:
        await desk.remove("client", ada, by=desk.bob)
    assert [p.code for p in error.value.problems] == ["in-use"]
    assert (await desk.row("client", ada))["deleted_at"] is None


async def test_a_polymorphic_reference_protects_too(desk: Desk, ada: UUID) -> None:
    await desk.save("visit", {"about": {"entity": "client", "id": str(ada)}})
    with pytest.raises(Conflict):
        await desk.remove("client", ada)


async def test_cascade_takes_along_and_clear_lets_go(desk: Desk, ada: UUID) -> None:
    note = (await desk.save("note", {"client": str(ada), "text": "n"})).id
    visit = (await desk.save("visit", {"client": str(ada), "topic": "t"})).id
    await desk.remove("client", ada, by=desk.bob)
    assert (await desk.row("note", note))["deleted_at"] is not None
    assert (await desk.row("visit", visit))["client"] is None
    assert (await desk.history(visit))[-1]["diff"] == {"client": [str(ada), None]}
    assert (await desk.history(note))[-1]["op"] == "remove"


async def test_embedded_rows_go_with_their_parent(desk: Desk, ada: UUID) -> None:
    sale = (await desk.save("sale", {"client": str(ada), "lines": [{"what": "A", "price": 3}]})).id
    await desk.remove("sale", sale)
    row = await desk.runtime.database.fetchrow("select * from line where sale = $1", sale)
    assert row is not None
    assert row["deleted_at"] is not None
    assert (await desk.row("client", ada))["ordered"] == 0


async def test_a_removed_record_frees_its_unique_values_and_can_come_back_without_them(
    desk: Desk, ada: UUID
) -> None:
    await desk.remove("client", ada)
    other = (await desk.save("client", {"type": "person", "name": "B", "email": "ada@example.org"})).id
    with pytest.raises(Invalid) as error:
        await desk.restore("client", ada)
    assert [p.code for p in error.value.problems] == ["taken"]
    await desk.save("client", {"email": None}, other)
    await desk.restore("client", ada)
    assert (await desk.row("client", ada))["deleted_at"] is None
    assert (await desk.history(ada))[-1]["op"] == "restore"
    with pytest.raises(Conflict):
        await desk.restore("client", ada)


async def test_rights_and_versions_hold_for_removing(desk: Desk, ada: UUID) -> None:
    with pytest.raises(Forbidden):
        await desk.remove("client", ada, by=desk.ann)
    with pytest.raises(Stale):
        await desk.remove("client", ada, by=desk.bob, version=7)
    assert len(await desk.history(ada)) == 1
