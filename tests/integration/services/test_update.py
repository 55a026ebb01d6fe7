"""Changing records: versions, merges, rights, what stays."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from tests.support.desk import Desk, actor, together

from formwright.services.refusals import Conflict, Forbidden, Invalid, NotFound, Stale

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ada(desk: Desk) -> UUID:
    values = {
        "type": "person",
        "name": "Ada",
        "email": "ada@example.org",
        "secret": "1234567890",
        "phone": "+420601111222",
    }
    return (await desk.save("client", values, by=desk.ann)).id


async def test_an_update_writes_what_changed_and_nothing_else(desk: Desk, ada: UUID) -> None:
    saved = await desk.save("client", {"name": "Ada L.", "country": "CZ"}, ada, by=desk.ann, version=1)
    assert (saved.version, set(saved.changed)) == (2, {"name", "initial"})
    entry = (await desk.history(ada))[-1]
    assert entry["diff"] == {"name": ["Ada", "Ada L."], "initial": ["ADA", "ADA L."]}
    assert entry["op"] == "update"


async def test_nothing_new_is_no_new_version(desk: Desk, ada: UUID) -> None:
    saved = await desk.save("client", {"name": "Ada"}, ada, by=desk.ann)
    assert (saved.version, saved.changed) == (1, ())
    assert len(await desk.history(ada)) == 1


async def test_of_two_saves_with_one_version_one_wins(desk: Desk, ada: UUID) -> None:
    results = await together(
        desk.save("client", {"name": "One"}, ada, version=1),
        desk.save("client", {"name": "Two"}, ada, version=1),
    )
    [lost] = [each for each in results if isinstance(each, Exception)]
    assert isinstance(lost, Stale)
    assert lost.status == 412
    assert lost.version == 2
    assert set(lost.differences) == {"name"}
    assert (await desk.row("client", ada))["version"] == 2
    assert len(await desk.history(ada)) == 2


async def test_edits_that_do_not_overlap_merge(desk: Desk, ada: UUID) -> None:
    base = {"name": "Ada", "country": "CZ", "email": "ada@example.org"}
    await desk.save("client", {"country": "DE"}, ada, version=1)
    saved = await desk.save("client", {**base, "name": "Ada L."}, ada, version=1, base=base, channel="form")
    row = await desk.row("client", ada)
    assert (saved.version, row["name"], row["country"]) == (3, "Ada L.", "DE")


async def test_edits_that_overlap_show_both_values(desk: Desk, ada: UUID) -> None:
    base = {"name": "Ada", "country": "CZ"}
    await desk.save("client", {"name": "Theirs"}, ada, version=1)
    with pytest.raises(Conflict) as error:
        await desk.save("client", {"name": "Mine", "country": "CZ"}, ada, version=1, base=base)
    assert error.value.status == 409
    assert error.value.version == 2
    [(name, difference)] = error.value.differences.items()
    assert (name, difference.base, difference.mine, difference.theirs) == ("name", "Ada", "Mine", "Theirs")
    assert (await desk.row("client", ada))["name"] == "Theirs"


async def test_both_wrote_the_same_is_no_conflict(desk: Desk, ada: UUID) -> None:
    await desk.save("client", {"name": "Same"}, ada)
    saved = await desk.save("client", {"name": "Same"}, ada, version=1, base={"name": "Ada"})
    assert saved.version == 2


async def test_what_the_actor_may_not_read_is_not_there(desk: Desk, ada: UUID) -> None:
    eve = actor(desk.users["eve"], "clerk")
    for identity in (ada, uuid4()):
        with pytest.raises(NotFound) as error:
            await desk.save("client", {"name": "Mine now"}, identity, by=eve)
        assert error.value.problems[0].sentence == "There is no such client."
    assert (await desk.row("client", ada))["version"] == 1


async def test_what_the_actor_may_read_but_not_change_is_forbidden(desk: Desk) -> None:
    free = (await desk.save("client", {"type": "person", "name": "Nobody's"})).id
    with pytest.raises(Forbidden):
        await desk.save("client", {"name": "Mine"}, free, by=desk.ann)
    assert len(await desk.history(free)) == 1


async def test_hidden_attributes_are_unknown_and_readonly_ones_are_refused(desk: Desk, ada: UUID) -> None:
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"inner": "x", "ceiling": 7}, ada, by=desk.ann)
    found = {p.place.field: p.code for p in error.value.problems}
    assert found == {"inner": "unknown-attribute", "ceiling": "not-writable"}
    assert "inner" not in " ".join(p.hint for p in error.value.problems)
    await desk.save("client", {"ceiling": 0, "number": "CL-0001"}, ada, by=desk.ann)


async def test_the_mask_means_unchanged_and_another_text_replaces(desk: Desk, ada: UUID) -> None:
    await desk.save("client", {"secret": "•••7890", "name": "Ada II"}, ada, by=desk.ann)
    assert (await desk.row("client", ada))["secret"] == "1234567890"
    await desk.save("client", {"secret": "new"}, ada, by=desk.ann)
    assert (await desk.row("client", ada))["secret"] == "new"


async def test_the_state_changes_by_transitions_only(desk: Desk, ada: UUID) -> None:
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"state": "active"}, ada, by=desk.bob)
    assert error.value.problems[0].code == "state-by-transition"


async def test_what_a_rule_makes_readonly_cannot_be_changed(desk: Desk, ada: UUID) -> None:
    await desk.save("client", {"frozen": "before"}, ada, by=desk.bob)
    await desk.transition("client", ada, "close", by=desk.bob, params={"why": "done"})
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"frozen": "after"}, ada, by=desk.bob)
    assert [(p.code, p.place.field) for p in error.value.problems] == [("readonly-now", "frozen")]


async def test_a_change_of_type_clears_what_the_new_type_does_not_have(desk: Desk, ada: UUID) -> None:
    await desk.save("client", {"born": "2000-01-01"}, ada)
    await desk.save("client", {"type": "firm", "reg_no": "77"}, ada)
    row = await desk.row("client", ada)
    assert (row["type"], row["born"], row["reg_no"]) == ("firm", None, "77")
    assert (await desk.history(ada))[-1]["diff"]["born"] == ["2000-01-01", None]


async def test_a_ring_of_parents_is_refused(desk: Desk) -> None:
    ids = []
    for name in "ABC":
        values = {"type": "person", "name": name, "parent": str(ids[-1]) if ids else None}
        ids.append((await desk.save("client", values)).id)
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"parent": str(ids[2])}, ids[0])
    assert [p.code for p in error.value.problems] == ["E_CYCLE"]


async def test_a_chain_may_not_grow_too_long(desk: Desk) -> None:
    above = None
    for name in "ABCD":
        above = (
            await desk.save("client", {"type": "person", "name": name, "parent": above and str(above)})
        ).id
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"type": "person", "name": "E", "parent": str(above)})
    assert [p.code for p in error.value.problems] == ["too-deep"]
    low = (await desk.save("client", {"type": "person", "name": "low"})).id
    await desk.save("client", {"type": "person", "name": "lower", "parent": str(low)})
    with pytest.raises(Invalid):
        await desk.save("client", {"parent": str(above)}, low)


async def test_two_changes_cannot_close_a_ring_together(desk: Desk) -> None:
    one = (await desk.save("client", {"type": "person", "name": "One"})).id
    two = (await desk.save("client", {"type": "person", "name": "Two"})).id
    for _ in range(5):
        await together(
            desk.save("client", {"parent": str(two)}, one), desk.save("client", {"parent": str(one)}, two)
        )
        rows = [await desk.row("client", one), await desk.row("client", two)]
        assert sum(row["parent"] is not None for row in rows) == 1
        await desk.save("client", {"parent": None}, one)
        await desk.save("client", {"parent": None}, two)
