"""Rows of children: saved with their parent, and what parents compute from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.desk import Desk, actor

from formwright.services.refusals import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(desk: Desk) -> UUID:
    return (await desk.save("client", {"type": "person", "name": "Ada"}, by=desk.ann)).id


async def lines(desk: Desk, sale: UUID) -> list[dict[str, Any]]:
    query = "select * from line where sale = $1 and deleted_at is null order by id"
    return [dict(row) for row in await desk.runtime.database.fetch(query, sale)]


async def test_a_record_is_saved_with_its_rows_in_one_transaction(desk: Desk, client: UUID) -> None:
    rows = [{"what": "Tea", "count": 2, "price": "1.50"}, {"what": "Cake", "price": 4}]
    sale = await desk.save("sale", {"client": str(client), "note": "hot", "lines": rows}, by=desk.ann)
    found = await lines(desk, sale.id)
    assert [(r["what"], r["amount"], r["flag"]) for r in found] == [
        ("Tea", Decimal(3), "hot"),
        ("Cake", Decimal(4), "hot"),
    ]
    assert (await desk.row("sale", sale.id))["total"] == Decimal(7)
    assert (await desk.row("client", client))["ordered"] == Decimal(7)
    assert len(await desk.history(found[0]["id"])) == 1


async def test_rows_are_changed_added_removed_and_the_others_stay(desk: Desk, client: UUID) -> None:
    rows = [{"what": "Tea", "price": 1}, {"what": "Cake", "price": 2}, {"what": "Salt", "price": 3}]
    sale = (await desk.save("sale", {"client": str(client), "lines": rows}, by=desk.ann)).id
    tea, cake, salt = await lines(desk, sale)
    change = [
        {"id": str(tea["id"]), "price": 10},
        {"id": str(cake["id"]), "_remove": True},
        {"what": "New", "price": 5},
    ]
    await desk.save("sale", {"lines": change}, sale, by=desk.ann)
    assert [(r["what"], r["price"]) for r in await lines(desk, sale)] == [
        ("Tea", 10),
        ("Salt", 3),
        ("New", 5),
    ]
    assert (await desk.row("sale", sale))["total"] == Decimal(18)
    assert (await desk.history(cake["id"]))[-1]["op"] == "remove"
    assert len(await desk.history(salt["id"])) == 1


async def test_problems_of_rows_name_the_row_and_nothing_is_saved(desk: Desk, client: UUID) -> None:
    rows = [{"what": "Tea"}, {"price": "x"}, {"what": "C", "count": 0, "colour": "red"}]
    with pytest.raises(Invalid) as error:
        await desk.save("sale", {"client": str(client), "lines": rows}, by=desk.ann)
    fields = {p.place.field for p in error.value.problems}
    assert {"lines[1].what", "lines[1].price", "lines[2].count", "lines[2].colour"} == fields
    assert await desk.count("sale") == await desk.count("line") == 0


async def test_rules_of_the_parent_see_the_rows_as_they_will_be(desk: Desk, client: UUID) -> None:
    rows = [{"what": str(n)} for n in range(5)]
    sale = (await desk.save("sale", {"client": str(client), "lines": rows})).id
    with pytest.raises(Invalid) as error:
        await desk.save("sale", {"lines": [{"what": "6"}]}, sale)
    assert [p.code for p in error.value.problems] == ["capped"]
    first = (await lines(desk, sale))[0]["id"]
    await desk.save("sale", {"lines": [{"what": "6"}, {"id": str(first), "_remove": True}]}, sale)


async def test_a_row_of_another_record_is_not_there(desk: Desk, client: UUID) -> None:
    one = (await desk.save("sale", {"client": str(client), "lines": [{"what": "A"}]})).id
    two = (await desk.save("sale", {"client": str(client)})).id
    foreign = (await lines(desk, one))[0]["id"]
    for identity in (foreign, uuid4(), "nonsense"):
        with pytest.raises(Invalid) as error:
            await desk.save("sale", {"lines": [{"id": str(identity), "what": "Stolen"}]}, two)
        assert [p.code for p in error.value.problems] == ["unknown-row"]
    assert (await lines(desk, one))[0]["what"] == "A"


async def test_a_row_stays_with_its_record(desk: Desk, client: UUID) -> None:
    one = (await desk.save("sale", {"client": str(client)})).id
    with pytest.raises(Invalid) as error:
        await desk.save("sale", {"client": str(client), "lines": [{"what": "A", "sale": str(one)}]})
    assert "other-parent" in {p.code for p in error.value.problems}


async def test_parents_follow_when_a_row_is_saved_by_itself(desk: Desk, client: UUID) -> None:
    sale = (await desk.save("sale", {"client": str(client), "lines": [{"what": "A", "price": 1}]})).id
    row = (await lines(desk, sale))[0]["id"]
    await desk.save("line", {"price": 50}, row)
    assert (await desk.row("sale", sale))["total"] == Decimal(50)
    assert (await desk.row("client", client))["ordered"] == Decimal(50)
    last = (await desk.history(client))[-1]
    assert (last["op"], last["diff"]) == ("compute", {"ordered": ["1.00", "50.00"]})


async def test_a_row_that_moves_changes_both_parents(desk: Desk, client: UUID) -> None:
    one = (await desk.save("sale", {"client": str(client), "lines": [{"what": "A", "price": 9}]})).id
    two = (await desk.save("sale", {"client": str(client)})).id
    await desk.save("line", {"sale": str(two)}, (await lines(desk, one))[0]["id"])
    assert [(await desk.row("sale", s))["total"] for s in (one, two)] == [0, 9]


async def test_embedded_rows_have_the_rights_of_their_parent(desk: Desk, client: UUID) -> None:
    sale = (await desk.save("sale", {"client": str(client), "lines": [{"what": "A"}]}, by=desk.ann)).id
    row = (await lines(desk, sale))[0]["id"]
    await desk.save("line", {"what": "B"}, row, by=desk.ann)
    guest = actor(desk.users["eve"], "guest")
    for call in (desk.save("line", {"what": "C"}, row, by=guest), desk.remove("line", row, by=guest)):
        with pytest.raises(NotFound):
            await call
    with pytest.raises(Forbidden):
        await desk.save("line", {"what": "C", "sale": str(sale)}, by=guest)
    assert [r["what"] for r in await lines(desk, sale)] == ["B"]


async def test_rows_merge_three_ways_too(desk: Desk, client: UUID) -> None:
    sale = (await desk.save("sale", {"client": str(client), "lines": [{"what": "A", "price": 1}]})).id
    row = str((await lines(desk, sale))[0]["id"])
    base = {"lines": [{"id": row, "what": "A", "price": "1"}]}
    await desk.save("line", {"price": 2}, UUID(row))
    await desk.save("sale", {"lines": [{"id": row, "what": "B", "price": "1"}]}, sale, version=1, base=base)
    assert [(r["what"], r["price"]) for r in await lines(desk, sale)] == [("B", 2)]
    with pytest.raises(Conflict) as error:
        await desk.save(
            "sale", {"lines": [{"id": row, "what": "C", "price": "1"}]}, sale, version=1, base=base
        )
    assert set(error.value.differences) == {"lines[0].what"}
