"""Lists and single records: row rules, field rights, filters, order, pages."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.desk import Desk, actor

from formwright.access import SYSTEM
from formwright.services.filters import Filter
from formwright.services.history import history_of
from formwright.services.queries import Page, Query, list_records
from formwright.services.reading import get
from formwright.services.refusals import Invalid, NotFound

pytestmark = pytest.mark.anyio

NAMES = ["Ada", "Božena", "Cyril", "Dana", "Emil", "Žofie"]


@pytest.fixture
async def people(desk: Desk) -> dict[str, UUID]:
    found = {}
    for index, name in enumerate(NAMES):
        desk.later(seconds=1)
        values = {
            "type": "person",
            "name": name,
            "ceiling": index * 10,
            "tags": ["a", "b"] if index % 2 else None,
            "owner": str(desk.users["ann"]) if index < 4 else None,
            "secret": f"secret-{index}567",
            "inner": "inner",
            "phone": "+420601111222" if index == 2 else None,
            "score": index if index % 2 else None,
        }
        found[name] = (await desk.save("client", values)).id
    return found


async def page(desk: Desk, by: Any = SYSTEM, **keys: Any) -> Page:
    return await list_records(
        desk.runtime, Query(entity="client", actor=by, **{"columns": ("name",), **keys})
    )


def names(found: Page) -> list[str]:
    return [row.values["name"] for row in found.rows]


async def test_the_newest_come_first_and_the_title_names_them(desk: Desk, people: dict[str, UUID]) -> None:
    found = await page(desk, columns=("title", "number"))
    assert [row.title for row in found.rows] == NAMES[::-1]
    assert found.next == ""
    assert found.count is None


async def test_row_rules_hold_in_lists_counts_and_pages(desk: Desk, people: dict[str, UUID]) -> None:
    eve = actor(desk.users["eve"], "clerk")
    found = await page(desk, eve, count="exact", sort=[("name", False)])
    assert (names(found), found.count) == (["Emil", "Žofie"], 2)
    nobody = await page(desk, actor(uuid4(), "guest"), count="capped")
    assert (nobody.rows, nobody.count) == ((), 0)


@pytest.mark.parametrize("key", ["name", "score", "ceiling", "created_at", "parent", "vip", "since"])
@pytest.mark.parametrize("falls", [False, True])
async def test_pages_follow_each_other_without_gap_or_double(
    desk: Desk, people: dict[str, UUID], key: str, falls: bool
) -> None:
    whole = await page(desk, sort=[(key, falls)])
    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        part = await page(desk, sort=[(key, falls)], limit=2, cursor=cursor)
        seen += names(part)
        cursor = part.next
        if not cursor:
            break
    assert seen == names(whole)
    assert sorted(seen) == sorted(NAMES)


async def test_pages_on_several_keys_with_missing_values(desk: Desk, people: dict[str, UUID]) -> None:
    order = [("vip", False), ("score", True), ("name", False)]
    whole, seen, cursor = names(await page(desk, sort=order)), [], ""
    while True:
        part = await page(desk, sort=order, limit=1, cursor=cursor)
        seen += names(part)
        cursor = part.next
        if not cursor:
            break
    assert seen == whole


async def test_paging_under_inserts_neither_skips_nor_repeats(desk: Desk, people: dict[str, UUID]) -> None:
    seen: list[str] = []
    cursor = ""
    for index in range(20):
        part = await page(desk, sort=[("name", False)], limit=1, cursor=cursor)
        seen += names(part)
        cursor = part.next
        if not cursor:
            break
        inserted = [desk.save("client", {"type": "person", "name": f"A{index}{n}"}) for n in range(2)]
        await asyncio.gather(*inserted)
    assert [name for name in seen if name in NAMES] == NAMES
    assert len(seen) == len(set(seen))


async def test_a_cursor_belongs_to_its_order(desk: Desk, people: dict[str, UUID]) -> None:
    first = await page(desk, sort=[("name", False)], limit=2)
    for cursor in (first.next[:-3], "x", "\ud800", first.next + "A", "e30"):
        with pytest.raises(Invalid) as error:
            await page(desk, sort=[("name", False)], cursor=cursor)
        assert error.value.problems[0].code == "bad-cursor"
    with pytest.raises(Invalid):
        await page(desk, sort=[("name", True)], cursor=first.next)


@pytest.mark.parametrize(
    ("attribute", "operator", "values", "expected"),
    [
        ("name", "is", ["Ada"], ["Ada"]),
        ("name", "is_not", ["Ada"], NAMES[1:]),
        ("name", "in", ["Ada", "Emil"], ["Ada", "Emil"]),
        ("name", "not_in", ["Ada", "Emil"], ["Božena", "Cyril", "Dana", "Žofie"]),
        ("name", "contains", ["ZE"], ["Božena"]),
        ("name", "starts_with", ["zo"], ["Žofie"]),
        ("name", "contains", ["%"], []),
        ("ceiling", "at_least", ["30"], ["Dana", "Emil", "Žofie"]),
        ("ceiling", "less", [20], ["Ada", "Božena"]),
        ("ceiling", "between", [10, 20], ["Božena", "Cyril"]),
        ("score", "empty", [], ["Ada", "Cyril", "Emil"]),
        ("score", "not_empty", [], ["Božena", "Dana", "Žofie"]),
        ("score", "is_not", [3], ["Ada", "Božena", "Cyril", "Emil", "Žofie"]),
        ("tags", "has_any", ["a", "x"], ["Božena", "Dana", "Žofie"]),
        ("tags", "has_all", ["a", "x"], []),
        ("tags", "has_none", ["a"], ["Ada", "Cyril", "Emil"]),
        ("sales", "empty", [], NAMES),
        ("sales", "not_empty", [], []),
        ("phone", "is", ["601 111 222"], ["Cyril"]),
    ],
)
async def test_filters(
    desk: Desk, people: dict[str, UUID], attribute: str, operator: str, values: list[Any], expected: list[str]
) -> None:
    found = await page(
        desk, filters=[Filter(attribute, operator, values, "en")], sort=[("created_at", False)]
    )
    assert names(found) == expected


async def test_a_filter_goes_through_one_reference_that_the_actor_may_read(
    desk: Desk, people: dict[str, UUID]
) -> None:
    for name, parent in (("Ada", "Božena"), ("Cyril", "Žofie")):
        await desk.save("client", {"parent": str(people[parent])}, people[name])
    through = [Filter("parent.name", "contains", ["o"])]
    assert names(await page(desk, filters=through, sort=[("name", False)])) == ["Ada", "Cyril"]
    await desk.save("client", {"owner": str(desk.users["eve"])}, people["Žofie"])
    assert names(await page(desk, desk.ann, filters=through)) == ["Ada"]


async def test_columns_through_a_reference_and_titles_keep_to_the_rights(
    desk: Desk, people: dict[str, UUID]
) -> None:
    await desk.save("client", {"owner": str(desk.users["eve"])}, people["Žofie"])
    for name, parent in (("Ada", "Božena"), ("Cyril", "Žofie")):
        await desk.save("client", {"parent": str(people[parent])}, people[name])
    found = await page(
        desk, desk.ann, columns=("name", "parent", "parent.name", "parent.inner", "parent.secret")
    )
    rows = {row.values["name"]: row.values for row in found.rows}
    assert rows["Ada"]["parent.name"] == "Božena"
    assert rows["Ada"]["parent.secret"] == "•••1567"
    assert rows["Ada"]["parent.inner"] is None
    assert rows["Cyril"]["parent.name"] is None
    assert found.titles == {("client", str(people["Božena"])): "Božena"}


@pytest.mark.parametrize(
    "name", ["inner", "secret", "nonsense", "sales.total", "parent.inner", "parent.parent.name"]
)
async def test_hidden_and_masked_attributes_cannot_be_probed(
    desk: Desk, people: dict[str, UUID], name: str
) -> None:
    with pytest.raises(Invalid):
        await page(desk, desk.ann, filters=[Filter(name, "is", ["inner"])])
    with pytest.raises(Invalid):
        await page(desk, desk.ann, sort=[(name, False)])


async def test_quick_search_folds_and_reads_only_what_the_actor_sees(
    desk: Desk, people: dict[str, UUID]
) -> None:
    assert names(await page(desk, search="bozena")) == ["Božena"]
    assert names(await page(desk, search="CL-0002")) == ["Božena"]
    assert names(await page(desk, desk.ann, search="inner")) == []
    assert names(await page(desk, search="%")) == []


async def test_unknown_lists_operators_and_odd_values_are_refused(
    desk: Desk, people: dict[str, UUID]
) -> None:
    with pytest.raises(NotFound):
        await page(desk, view="nonsense")
    with pytest.raises(NotFound):
        await list_records(desk.runtime, Query(entity="nonsense"))
    bad = [Filter("name", "like", ["x"]), Filter("ceiling", "less", ["x"]), Filter("ceiling", "less", [])]
    bad += [
        Filter("ceiling", "between", [1]),
        Filter("name", "is", ["a\0b"]),
        Filter("name", "contains", ["a\0b"]),
    ]
    for each in bad:
        with pytest.raises(Invalid):
            await page(desk, filters=[each])


async def test_a_record_is_read_with_its_rights(desk: Desk, people: dict[str, UUID]) -> None:
    found = await get(desk.runtime, "client", people["Ada"], desk.ann)
    assert (found.title, found.values["secret"], "inner" in found.values) == (
        "Ada",
        "•••-0567"[:3] + "0567",
        False,
    )
    assert found.titles["$user", str(desk.users["ann"])] == "Ann"
    eve = actor(desk.users["eve"], "clerk")
    with pytest.raises(NotFound):
        await get(desk.runtime, "client", people["Ada"], eve)
    with pytest.raises(NotFound):
        await get(desk.runtime, "client", uuid4(), SYSTEM)


async def test_history_shows_what_the_actor_may_see(desk: Desk, people: dict[str, UUID]) -> None:
    await desk.save(
        "client", {"inner": "changed", "secret": "another-9876", "name": "Ada L."}, people["Ada"], by=desk.bob
    )
    entry = (await history_of(desk.runtime, "client", people["Ada"], desk.ann))[0]
    changes = {change.attribute: change for change in entry.changes}
    assert entry.actor == "Bob"
    assert "inner" not in changes
    assert (changes["secret"].old_text, changes["secret"].new_text) == ("•••0567", "•••9876")
    assert (changes["name"].old, changes["name"].new_text) == ("Ada", "Ada L.")
    with pytest.raises(NotFound):
        await history_of(desk.runtime, "client", people["Ada"], actor(desk.users["eve"], "clerk"))


async def test_children_of_a_record_are_listed_with_the_rights_of_both(
    desk: Desk, people: dict[str, UUID]
) -> None:
    rows = [{"what": "A"}, {"what": "B"}]
    sale = (await desk.save("sale", {"client": str(people["Ada"]), "lines": rows})).id
    query = Query(
        entity="line",
        actor=desk.ann,
        columns=("what",),
        within=("sale", sale, "lines"),
        sort=[("what", True)],
    )
    assert [row.values["what"] for row in (await list_records(desk.runtime, query)).rows] == ["B", "A"]
    guest = replace(query, actor=actor(uuid4(), "guest"))
    with pytest.raises(NotFound):
        await list_records(desk.runtime, guest)
    direct = replace(query, within=None)
    assert len((await list_records(desk.runtime, direct)).rows) == 2
    assert (await list_records(desk.runtime, replace(guest, within=None))).rows == ()
