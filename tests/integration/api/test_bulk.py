"""Many operations in one request: atomic, partial, as lines; with a result for each."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.anyio
LINES = {"Content-Type": "application/x-ndjson"}


def person(name: str | None, **values):
    return {"op": "create", "values": {"type": "person", **({"name": name} if name else {}), **values}}


async def test_crm_10_a_bulk_of_500_of_which_3_lack_a_name(api):
    """CRM-10: partial keeps 497 and says why not the others; atomic keeps nothing and answers 422."""
    operations = [person(None if index in (7, 250, 499) else f"n{index}") for index in range(500)]
    client = await api.user("clerk")
    atomic = await client.post("/client/bulk", json={"mode": "atomic", "operations": operations})
    assert atomic.status_code == 422
    assert set(atomic.json()["fields"]) == {f"operations[{index}].name" for index in (7, 250, 499)}
    assert await api.site.count("client") == 0
    partial = await client.post("/client/bulk", json={"mode": "partial", "operations": operations})
    found = partial.json()
    assert (partial.status_code, found["done"], found["failed"]) == (200, 497, 3)
    failed = {
        result["index"]: set(result["fields"]) for result in found["results"] if result["status"] == 422
    }
    assert failed == {7: {"name"}, 250: {"name"}, 499: {"name"}}
    assert await api.site.count("client") == 497
    assert await api.site.count("fw_outbox") == 497


async def test_each_kind_of_operation(api):
    client = await api.user("clerk")
    refs = {"external_refs": {"erp": "4711"}}
    first = {
        "operations": [
            person("A", email="a@example.org"),
            {"op": "upsert", "key": refs, "values": {"type": "person", "name": "B"}},
        ]
    }
    one, two = (await client.post("/client/bulk", json=first)).json()["results"]
    second = {
        "mode": "partial",
        "operations": [
            {"op": "update", "id": one["id"], "version": 1, "values": {"name": "A2"}},
            {"op": "update", "id": one["id"], "version": 1, "values": {"name": "A3"}},
            {"op": "upsert", "key": refs, "values": {"score": 5}},
            {"op": "upsert", "key": {"number": one["number"]}, "values": {"score": 6}},
            {"op": "upsert", "key": {"number": "CL-99999"}, "values": {"score": 6}},
            {"op": "upsert", "key": {"name": "B"}, "values": {"score": 6}},
            {"op": "transition", "id": one["id"], "name": "activate"},
            {"op": "delete", "id": two["id"], "version": 1},
            {"op": "delete", "id": two["id"], "version": 2},
            {"op": "delete", "id": two["id"]},
        ],
    }
    results = (await client.post("/client/bulk", json=second)).json()["results"]
    assert [result["status"] for result in results] == [200, 412, 200, 200, 404, 422, 200, 412, 204, 404]
    assert (await client.get(f"/client/{one['id']}")).json()["state"] == "active"
    assert (await api.site.row("client", two["id"]))["external_refs"] == {"erp": "4711"}


async def test_what_an_operation_undoes_does_not_undo_the_others(api):
    """A constraint that only the database sees (unique) fails one operation alone."""
    client = await api.user("clerk")
    await api.site.save("region", {"name": "North"})
    admin = await api.user("admin")
    operations = [{"op": "create", "values": {"name": name}} for name in ("East", "North", "West", "East")]
    found = (await admin.post("/region/bulk", json={"mode": "partial", "operations": operations})).json()
    assert [result["status"] for result in found["results"]] == [201, 422, 201, 422]
    assert (await client.get("/region?count=exact")).json()["count"] == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"operations": {}}, "operations"),
        ({"mode": "both", "operations": []}, "mode"),
        ({"operations": [], "extra": 1}, "extra"),
        ({"operations": [1]}, "operations[0].op"),
        ({"operations": [{"op": "drop"}]}, "operations[0].op"),
        ({"operations": [{"op": "create"}]}, "operations[0].values"),
        ({"operations": [{"op": "create", "values": {}, "id": "x"}]}, "operations[0].id"),
        ({"operations": [{"op": "update", "id": 5, "values": {}}]}, "operations[0].id"),
        ({"operations": [{"op": "delete", "id": "0" * 32, "version": "1"}]}, "operations[0].version"),
        ({"operations": [{"op": "create", "values": {}}] * 1001}, "operations"),
    ],
)
async def test_the_form_of_a_bulk_is_checked(api, body, field):
    answer = await (await api.user("clerk")).post("/client/bulk", json=body)
    assert answer.status_code == 422
    assert field in answer.json()["fields"]


async def test_a_bulk_is_done_once_for_its_key(api):
    client = await api.user("clerk")
    body = {"mode": "partial", "operations": [person("A"), person(None)]}
    answers = [
        await client.post("/client/bulk", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert await api.site.count("client") == 1


async def test_lines_go_in_and_results_come_out(api):
    client = await api.user("clerk")
    lines = [json.dumps(person(f"n{index}")) for index in range(450)]
    lines[3], lines[10], lines[430] = "{", "", json.dumps(person(None))
    answer = await client.post("/client/bulk", content="\n".join(lines), headers=LINES)
    results = [json.loads(line) for line in answer.text.splitlines()]
    assert [result["index"] for result in results] == list(range(449))
    assert [(r["index"], r["code"]) for r in results if r["status"] != 201] == [
        (3, "bad-json"),
        (429, "required"),
    ]
    assert await api.site.count("client") == 447


async def test_lines_that_are_sent_again_are_not_done_again(api):
    client = await api.user("clerk")
    body = "\n".join(json.dumps(person(f"n{index}")) for index in range(5))
    answers = [
        (await client.post("/client/bulk", content=body, headers={**LINES, "Idempotency-Key": "k"})).text
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert await api.site.count("client") == 5


async def test_one_line_has_an_end(api):
    client = await api.user("clerk")
    answer = await client.post("/client/bulk", content=b"x" * 3_000_000, headers=LINES)
    assert json.loads(answer.text.splitlines()[-1])["status"] == 413


async def test_rights_hold_for_each_operation(api):
    other = await api.site.save("client", {"name": "Other", "type": "person"})
    client = await api.user("seller")
    operations = [person("Mine"), {"op": "update", "id": str(other), "values": {"name": "Mine"}}]
    answer = await client.post("/client/bulk", json={"mode": "partial", "operations": operations})
    assert [result["status"] for result in answer.json()["results"]] == [201, 404]
    assert (await api.site.row("client", other))["name"] == "Other"
