"""Creating records: defaults, computed values, numbers, what is written beside the row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.support.desk import Desk, actor, together

from formwright.access import SYSTEM
from formwright.services.commands import Saved
from formwright.services.refusals import Conflict, Forbidden, Invalid

pytestmark = pytest.mark.anyio


def codes(error: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    """The code at each field."""
    return {problem.place.field: problem.code for problem in error.value.problems}


async def test_a_new_record_has_defaults_computed_values_and_a_number(desk: Desk) -> None:
    saved = await desk.save("client", {"type": "person", "name": "Ada"}, by=desk.ann)
    row = await desk.row("client", saved.id)
    assert (saved.number, saved.version, row["number"]) == ("CL-0001", 1, "CL-0001")
    assert (row["country"], row["since"], row["vip"], row["ceiling"]) == (
        "CZ",
        date(2026, 3, 14),
        False,
        Decimal(0),
    )
    assert (row["initial"], row["ordered"], row["state"]) == ("ADA", Decimal(0), "fresh")
    assert row["owner"] == row["created_by"] == desk.users["ann"]
    assert row["created_at"] == desk.moment


async def test_history_and_outbox_tell_of_a_creation(desk: Desk) -> None:
    saved = await desk.save(
        "client",
        {"type": "person", "name": "Ada"},
        by=desk.ann,
        channel="form",
        reason="met",
        request_id="r1",
    )
    [entry] = await desk.history(saved.id)
    assert (entry["op"], entry["version"], entry["channel"], entry["reason"]) == ("create", 1, "form", "met")
    assert entry["actor"] == desk.users["ann"]
    assert entry["request_id"] == "r1"
    assert entry["diff"]["name"] == [None, "Ada"]
    assert "version" not in entry["diff"]
    [event] = await desk.outbox()
    assert (event["entity"], event["record_id"], event["op"], event["version"]) == (
        "client",
        saved.id,
        "create",
        1,
    )


async def test_every_problem_is_told_at_its_field_at_once(desk: Desk) -> None:
    with pytest.raises(Invalid) as error:
        await desk.save(
            "client",
            {
                "type": "firm",
                "nmae": "x",
                "email": "no",
                "since": "31.31.2026",
                "ordered": 5,
                "id": str(desk.users["ann"]),
                "score": 3,
            },
            by=desk.ann,
        )
    found = codes(error)
    assert found["nmae"] == "unknown-attribute"
    assert found["ordered"] == "computed-attribute"
    assert found["id"] == found["score"] == "readonly-attribute"
    assert {"email", "since"} <= set(found)
    assert found["reg_no"] == "required"
    assert found["name"] == "required"
    assert next(p.hint for p in error.value.problems if p.place.field == "nmae") == "did you mean `name`?"
    assert await desk.count("client") == 0


async def test_attributes_of_another_sub_type_are_problems(desk: Desk) -> None:
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"type": "person", "name": "Ada", "reg_no": "1"})
    assert codes(error) == {"reg_no": "other-type"}


async def test_an_unknown_sub_type_is_a_problem_with_a_hint(desk: Desk) -> None:
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"type": "persn", "name": "Ada"})
    assert codes(error)["type"] == "unknown-type"


async def test_values_are_checked_by_their_attribute_type(desk: Desk) -> None:
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"type": "person", "name": "x" * 81, "ceiling": -1, "score": 101})
    assert set(codes(error)) == {"name", "ceiling", "score"}


async def test_typed_texts_are_read_in_the_locale_of_the_form(desk: Desk) -> None:
    saved = await desk.save(
        "client",
        {"type": "person", "name": "Ada", "ceiling": "1 000,50", "since": "14. 3. 2026", "vip": ""},
        form_locale="cs",
        acknowledged=frozenset({"large"}),
    )
    row = await desk.row("client", saved.id)
    assert (row["ceiling"], row["since"]) == (Decimal("1000.5"), date(2026, 3, 14))


async def test_a_hidden_value_is_not_required_and_is_cleared_when_so_declared(desk: Desk) -> None:
    saved = await desk.save("client", {"type": "person", "name": "Ada", "vip_note": "kept?"})
    assert (await desk.row("client", saved.id))["vip_note"] is None
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"vip": True}, saved.id)
    assert codes(error) == {"vip_note": "required"}


async def test_rules_of_the_entity_type_hold(desk: Desk) -> None:
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"type": "firm", "name": "Firm", "reg_no": "1"})
    assert codes(error) == {"email": "known"}


async def test_a_warning_wants_to_be_acknowledged_and_is_kept_in_the_history(desk: Desk) -> None:
    values = {"type": "person", "name": "Ada", "ceiling": 5000}
    with pytest.raises(Invalid) as error:
        await desk.save("client", values, by=desk.bob)
    assert [(p.code, p.severity) for p in error.value.problems] == [("large", "warning")]
    saved = await desk.save("client", values, by=desk.bob, acknowledged=frozenset({"large"}))
    assert [p.code for p in saved.warnings] == ["large"]
    assert (await desk.history(saved.id))[0]["diff"]["$acknowledged"] == [None, ["large"]]


async def test_numbers_follow_each_other_and_a_year_begins_anew(desk: Desk) -> None:
    client = (await desk.save("client", {"type": "person", "name": "Ada"})).id
    first = await desk.save("sale", {"client": str(client)})
    second = await desk.save("sale", {"client": str(client)})
    desk.later(days=365)
    third = await desk.save("sale", {"client": str(client)})
    assert [first.number, second.number, third.number] == ["2026-001", "2026-002", "2027-001"]


async def test_an_imported_number_moves_the_counter_past_it(desk: Desk) -> None:
    await desk.save("client", {"type": "person", "name": "Old", "number": "CL-0041"}, channel="data")
    saved = await desk.save("client", {"type": "person", "name": "New"})
    assert saved.number == "CL-0042"


async def test_numbers_are_never_doubled_by_parallel_creates(desk: Desk) -> None:
    saved = await together(*(desk.save("client", {"type": "person", "name": f"P{i}"}) for i in range(12)))
    assert sorted(each.number for each in saved) == [f"CL-{n:04}" for n in range(1, 13)]


async def test_a_taken_value_is_a_problem_at_its_field(desk: Desk) -> None:
    await desk.save("client", {"type": "person", "name": "A", "email": "a@example.org", "tax_no": "1"})
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"type": "person", "name": "B", "email": "a@example.org", "tax_no": "1"})
    assert codes(error) == {"email": "taken", "country": "taken"}
    assert {p.sentence for p in error.value.problems} >= {"This tax number is taken."}
    await desk.save("client", {"type": "person", "name": "C", "country": "DE", "tax_no": "1"})


async def test_a_lost_race_for_a_unique_value_is_told_like_any_other(desk: Desk) -> None:
    values = {"type": "person", "name": "A", "email": "race@example.org"}
    results = await together(*(desk.save("client", values) for _ in range(4)))
    lost = [each for each in results if isinstance(each, Exception)]
    assert len(lost) == 3
    for error in lost:
        assert isinstance(error, (Invalid, Conflict)), error
        assert [(p.code, p.place.field) for p in error.problems] == [("taken", "email")]
    assert await desk.count("client") == 1


async def test_references_must_exist_be_readable_and_be_offered(desk: Desk) -> None:
    other = actor(desk.users["eve"], "clerk")
    hidden = await desk.save("client", {"type": "person", "name": "Of Eve"}, by=other)
    mine = await desk.save("client", {"type": "person", "name": "Mine"}, by=desk.ann)
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"parent": str(hidden.id)}, mine.id, by=desk.ann)
    assert codes(error) == {"parent": "unknown-reference"}
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"parent": str(mine.id)}, mine.id, by=SYSTEM)
    assert codes(error)["parent"] in ("not-offered", "E_CYCLE", "unknown-reference")
    with pytest.raises(Invalid) as error:
        await desk.save("client", {"owner": str(mine.id)}, mine.id)
    assert codes(error) == {"owner": "unknown-reference"}


async def test_who_may_not_create_leaves_no_trace(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        await desk.save("note", {"text": "x"}, by=desk.ann)
    with pytest.raises(Forbidden):
        await desk.save("client", {"type": "person", "name": "x"}, by=actor(desk.users["ann"]))
    assert await desk.count("note") == await desk.count("client") == 0
    assert await desk.outbox() == []
    assert await desk.runtime.database.fetchval("select count(*) from fw_history") == 0


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "x" * 10_000_000])
@pytest.mark.parametrize("where", ["name", "tags", "reason"])
async def test_texts_that_no_database_holds_are_refused_at_their_field(
    desk: Desk, text: str, where: str
) -> None:
    values: dict[str, object] = {"type": "person", "name": "Ada"}
    more: dict[str, str] = {}
    if where == "reason":
        more["reason"] = text
    else:
        values[where] = [text] if where == "tags" else text
    with pytest.raises(Invalid) as error:
        await desk.save("client", values, **more)
    assert all(p.place.field.startswith(where) for p in error.value.problems)
    assert await desk.count("client") == 0


@pytest.mark.parametrize("value", [[], {}, [[]], {"a": 1}, True, 1.5, 10**400, float("nan"), "=1+1", None])
async def test_odd_values_are_problems_and_never_errors(desk: Desk, value: object) -> None:
    attributes = (
        "name",
        "email",
        "phone",
        "ceiling",
        "score",
        "since",
        "tags",
        "vip",
        "parent",
        "sales",
        "owner",
        "type",
    )
    for name in attributes:
        saved = await together(desk.save("client", {"type": "person", "name": "Ada", name: value}))
        assert isinstance(saved[0], (Saved, Invalid)), saved
