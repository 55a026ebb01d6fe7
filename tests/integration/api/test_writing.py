"""Writing over REST: create, merge patch, remove, transitions, actions; versions, retries, strict bodies."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formwright.api.bodies import read_json
from formwright.problems import ProblemError

pytestmark = pytest.mark.anyio
CASES = Path(__file__).parents[2] / "cases/fuzz/json_cases.json"
ADA = {"name": "Ada", "type": "person", "email": "ada@example.org"}


async def created(client, **values):
    answer = await client.post("/client", json={**ADA, **values})
    assert answer.status_code == 201, answer.text
    return answer


async def test_create_answers_the_record_its_place_and_its_version(api):
    client = await api.user("clerk")
    answer = await created(client, notes=[{"text": "one"}])
    found = answer.json()
    assert answer.headers["location"] == f"/api/client/{found['id']}"
    assert (answer.headers["etag"], found["version"], found["state"]) == ('"1"', 1, "fresh")
    assert (await client.get(f"/client/{found['id']}")).json() == found
    assert await api.site.count("note") == 1


async def test_problems_stand_at_their_fields(api):
    client = await api.user("clerk")
    body = {"type": "person", "nam": 1, "inner": "x", "score": "many", "created_at": "2020-01-01T00:00:00Z"}
    answer = await client.post("/client", json=body)
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"name", "nam", "inner", "score", "created_at"}
    assert answer.headers["content-type"] == "application/problem+json"
    assert await api.site.count("client") == 0


async def test_plt_03_of_two_patches_of_one_version_one_wins(api):
    """PLT-03 over HTTP: version 7, two PATCH with If-Match 7: 200 with version 8, and 412; one change in the history."""
    client = await api.user("clerk")
    identity = (await created(client)).json()["id"]
    for number in range(6):
        answer = await client.patch(f"/client/{identity}", json={"score": number}, headers={"If-Match": "*"})
        assert answer.status_code == 200
    answers = await asyncio.gather(
        *(
            client.patch(f"/client/{identity}", json={"name": name}, headers={"If-Match": '"7"'})
            for name in ("Nová", "Stará")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert {answer.headers["etag"] for answer in answers} == {'"8"'}
    history = (await client.get(f"/client/{identity}/history")).json()["items"]
    assert [entry["version"] for entry in history if "name" in entry["changes"]] == [8, 1]


async def test_without_a_version_nothing_is_changed_or_removed(api):
    client = await api.user("clerk")
    identity = (await created(client)).json()["id"]
    assert (await client.patch(f"/client/{identity}", json={"name": "B"})).status_code == 428
    assert (await client.delete(f"/client/{identity}")).status_code == 428
    for bad in ("7", 'W/"1"', '""', '"x"', '"1", "2"'):
        answer = await client.patch(f"/client/{identity}", json={"name": "B"}, headers={"If-Match": bad})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-etag")
    assert (await client.get(f"/client/{identity}")).json()["version"] == 1


async def test_a_record_can_be_sent_back_as_it_came(api):
    client = await api.user("clerk")
    first = (await created(client, secret="a secret text", worth="3.50")).json()
    answer = await client.patch(f"/client/{first['id']}", json=first, headers={"If-Match": '"1"'})
    assert answer.status_code == 200
    assert answer.json() == first


async def test_a_merge_patch_clears_with_null_and_reaches_into_objects(api):
    client = await api.user("clerk")
    content = {"Content-Type": "application/merge-patch+json"}
    first = (await created(client, external_refs={"erp": "1", "old": "2"}, score=3)).json()
    body = {"score": None, "external_refs": {"old": None, "crm": "9"}}
    answer = await client.patch(
        f"/client/{first['id']}", content=json.dumps(body), headers={"If-Match": '"1"', **content}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["external_refs"] == {"erp": "1", "crm": "9"}
    assert answer.json()["score"] is None


async def test_children_are_written_with_their_record(api):
    client = await api.user("clerk")
    first = (await created(client, notes=[{"text": "one"}, {"text": "two"}])).json()
    notes = (await client.get(f"/client/{first['id']}?expand=notes")).json()["notes"]
    rows = [
        {"id": notes[0]["id"], "text": "changed"},
        {"id": notes[1]["id"], "_remove": True},
        {"text": "three"},
    ]
    answer = await client.patch(f"/client/{first['id']}", json={"notes": rows}, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    found = (await client.get(f"/client/{first['id']}?expand=notes&fields=notes.text")).json()["notes"]
    assert [note["text"] for note in found] == ["changed", "three"]
    bad = await client.patch(
        f"/client/{first['id']}", json={"notes": [{"txt": 1}]}, headers={"If-Match": "*"}
    )
    assert "notes[0].txt" in bad.json()["fields"]


async def test_a_warning_stops_until_it_is_acknowledged(api):
    client = await api.user("clerk")
    refused = await client.post("/client", json={**ADA, "worth": "2000000"})
    accepted = await client.post("/client?acknowledge=modest&reason=rich", json={**ADA, "worth": "2000000"})
    assert (refused.status_code, refused.json()["problems"][0]["severity"]) == (422, "warning")
    assert accepted.status_code == 201
    (entry,) = (await client.get(f"/client/{accepted.json()['id']}/history")).json()["items"]
    assert (entry["reason"], entry["acknowledged"]) == ("rich", ["modest"])


async def test_a_retry_with_its_key_gives_the_first_answer(api):
    client = await api.user("clerk")
    key = {"Idempotency-Key": "a1"}
    answers = await asyncio.gather(*(client.post("/client", json=ADA, headers=key) for _ in range(3)))
    other = await client.post("/client", json={**ADA, "name": "B"}, headers=key)
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sorted("idempotent-replayed" in answer.headers for answer in answers) == [False, True, True]
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    assert await api.site.count("client") == 1


async def test_remove_and_restore(api):
    client = await api.user("clerk")
    identity = (await created(client)).json()["id"]
    stale = await client.delete(f"/client/{identity}", headers={"If-Match": '"2"'})
    gone = await client.delete(f"/client/{identity}", headers={"If-Match": '"1"'})
    assert (stale.status_code, gone.status_code, gone.content) == (412, 204, b"")
    assert (await client.get(f"/client/{identity}")).status_code == 404
    back = await client.post(f"/client/{identity}/restore")
    assert (back.status_code, back.json()["version"]) == (200, 3)


async def test_transitions_and_actions(api):
    client = await api.user("clerk")
    identity = (await created(client)).json()["id"]
    moved = await client.post(f"/client/{identity}/transitions/activate", headers={"If-Match": '"1"'})
    again = await client.post(f"/client/{identity}/transitions/activate")
    greeted = await client.post(f"/client/{identity}/actions/greet", json={"word": "Hello"})
    asked = await client.post(f"/client/{identity}/actions/greet", json={"wort": "Hello"})
    assert (moved.status_code, moved.json()["state"], moved.headers["etag"]) == (200, "active", '"2"')
    assert again.status_code == 409
    assert (greeted.json()["result"], greeted.json()["record"]["id"]) == ("Hello, Ada!", identity)
    assert set(asked.json()["fields"]) == {"params.wort", "params.word"}
    assert (await client.post(f"/client/{identity}/transitions/fly")).status_code == 404
    assert (await client.post(f"/client/{identity}/actions/fly")).status_code == 404


async def test_refused_writes_leave_no_trace(api):
    identity = await api.site.save("client", {"name": "A", "type": "person"})
    client = await api.user("seller")
    for method, path in (
        ("PATCH", f"/client/{identity}"),
        ("DELETE", f"/client/{identity}"),
        ("POST", f"/client/{identity}/transitions/close"),
    ):
        answer = await client.request(method, path, json={"name": "B"}, headers={"If-Match": "*"})
        assert answer.status_code in (403, 404)
    row = await api.site.row("client", identity)
    assert (row["name"], row["version"], row["deleted_at"]) == ("A", 1, None)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {},
    ],
)
async def test_other_kinds_of_bodies_are_refused(api, headers):
    answer = await (await api.user("clerk")).post("/client", content=b"{}", headers=headers)
    assert answer.status_code == 415


async def test_a_body_that_is_too_large_or_too_deep_is_refused(api):
    client = await api.user("clerk")
    kind = {"Content-Type": "application/json"}
    large = await client.post("/client", content=b'{"name":"' + b"x" * 3_000_000 + b'"}', headers=kind)
    deep = await client.post("/client", content=b"[" * 100_000 + b"]" * 100_000, headers=kind)
    nested = await client.post(
        "/client", content=b'{"external_refs":' + b'{"a":' * 500 + b"1" + b"}" * 501, headers=kind
    )
    assert (large.status_code, deep.status_code, nested.status_code) == (413, 400, 422)
    assert large.headers["content-type"] == "application/problem+json"


CASE = [
    pytest.param(case["verdict"], base64.b64decode(case["b64"]), id=case["name"])
    for case in json.loads(CASES.read_text())["cases"]
]


async def test_hostile_json_is_refused_or_stands_at_its_field(api):
    """Every case of the collection, as it says: refused, or parsed into problems of fields; never 5xx, never slow."""
    client = await api.user("clerk")
    wrong = []
    for case in CASE:
        verdict, body = case.values
        began = time.monotonic()
        answer = await client.post("/client", content=body, headers={"Content-Type": "application/json"})
        took = time.monotonic() - began
        allowed = {"refuse": (400, 415, 422), "parse": (201, 400, 422), "either": (201, 400, 413, 422)}[
            verdict
        ]
        bad_json = answer.json().get("code") == "bad-json"
        if answer.status_code not in allowed or (verdict == "parse" and bad_json) or took > 1:
            wrong.append((case.id, verdict, answer.status_code, round(took, 2), answer.text[:200]))
    assert wrong == []


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.text()
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_strict_json_reads_what_json_writes(value):
    data = json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    if any(0xD800 <= ord(c) < 0xE000 for c in data.decode(errors="surrogatepass")):
        with pytest.raises(ProblemError):
            read_json(data)
    else:
        assert read_json(data) == value
