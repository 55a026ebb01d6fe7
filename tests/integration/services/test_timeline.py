"""The timeline of a record: its own versions and those of its children, trimmed to what the actor may read."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.support.desk import Desk

from formwright.services.refusals import NotFound
from formwright.services.timeline import timeline_of

pytestmark = pytest.mark.anyio


async def test_own_versions_and_children_newest_first(desk: Desk) -> None:
    ada = (await desk.save("client", {"type": "person", "name": "Ada", "email": "ada@example.org"})).id
    other = (await desk.save("client", {"type": "person", "name": "Bea", "email": "bea@example.org"})).id
    desk.later(minutes=1)
    sale = (await desk.save("sale", {"client": str(ada)})).id
    await desk.save("sale", {"client": str(other)})
    desk.later(minutes=1)
    await desk.save("client", {"name": "Ada L."}, ada)
    found = await timeline_of(desk.runtime, "client", ada, desk.bob)
    assert [(each.entity, each.id, each.op) for each in found] == [
        ("client", ada, "update"),
        ("sale", sale, "create"),
        ("client", ada, "create"),
    ]
    assert found[0].title == "Ada L."


async def test_pages_neither_skip_nor_repeat(desk: Desk) -> None:
    ada = (await desk.save("client", {"type": "person", "name": "Ada", "email": "ada@example.org"})).id
    for _ in range(7):
        await desk.save("sale", {"client": str(ada)})  # all at the same moment
    everything = [each.position for each in await timeline_of(desk.runtime, "client", ada, desk.bob)]
    seen, before = [], None
    while page := await timeline_of(desk.runtime, "client", ada, desk.bob, before=before, limit=3):
        seen += [each.position for each in page]
        before = page[-1].position
    assert seen == everything
    assert len(everything) == 8


async def test_what_may_not_be_read_is_not_told(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await timeline_of(desk.runtime, "client", uuid4(), desk.bob)
    theirs = (
        await desk.save("client", {"type": "person", "name": "Eve", "email": "e@example.org"}, by=desk.bob)
    ).id
    with pytest.raises(NotFound):
        await timeline_of(desk.runtime, "client", theirs, desk.ann)
