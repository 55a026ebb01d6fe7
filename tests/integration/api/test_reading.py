"""Reading over REST: one record, lists, filters, paging, expansion, streams; as the caller may see them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from tests.support.bureau import many_clients
from tests.support.site import Site

from formwright.services.reading import get
from formwright.services.values import dumped
from formwright.storage.database import Session

pytestmark = pytest.mark.anyio


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What runs on the database."""
    seen: list[str] = []
    for name in ("fetch", "fetchrow", "fetchval"):
        before = getattr(Session, name)

        def wrapped(self, statement, *values, before=before, **named):
            seen.append(str(statement)[:200])
            return before(self, statement, *values, **named)

        monkeypatch.setattr(Session, name, wrapped)
    return seen


FULL: dict[str, Any] = {
    "name": "Ada",
    "type": "firm",
    "reg_no": "12",
    "email": "ada@example.org",
    "rank": "high",
    "score": 7,
    "worth": "12.5",
    "vip": True,
    "since": "2026-02-28",
    "met_at": "2026-02-28T10:30:00.120+01:00",
    "secret": "a secret text",
    "inner": "inner",
    "notes": [{"text": "one"}, {"text": "two"}],
}


async def make(site: Site, **values: Any) -> UUID:
    return await site.save("client", {**FULL, **values})


async def test_a_record_has_the_json_forms_of_its_attribute_types(api):
    identity = await make(api.site)
    answer = await (await api.user("admin")).get(f"/client/{identity}")
    found = answer.json()
    record = await get(api.site.runtime, "client", identity, await api.site.actor("admin"))
    assert answer.headers["etag"] == '"1"'
    assert found["worth"] == "12.50"
    assert found["met_at"] == "2026-02-28T09:30:00.12+00:00"
    assert "deleted_at" not in found
    assert "notes" not in found
    for name, value in found.items():
        assert value == dumped(record.entity.attributes[name], record.values[name], record.values), name


async def test_a_record_has_the_attributes_of_its_sub_type(api):
    person = await api.site.save("client", {"name": "P", "type": "person"})
    found = (await (await api.user("admin")).get(f"/client/{person}")).json()
    assert "reg_no" not in found
    assert found["email"] is None


async def test_masked_attributes_are_masked_and_hidden_ones_are_not_there(api):
    identity = await make(api.site)
    found = (await (await api.user("clerk")).get(f"/client/{identity}")).json()
    assert found["secret"] == "•••text"
    assert "inner" not in found


async def test_an_unchanged_record_is_not_sent_again(api):
    identity = await make(api.site)
    client = await api.user("admin")
    same = await client.get(f"/client/{identity}", headers={"If-None-Match": 'W/"9", "1"'})
    other = await client.get(f"/client/{identity}", headers={"If-None-Match": '"2"'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path", ["/client/1", "/client/00000000-0000-0000-0000-000000000000", "/nothing", "/a/b/c/d"]
)
async def test_what_is_not_there_is_404(api, path):
    answer = await (await api.user("admin")).get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_page_by_cursor_sees_each_record_once_while_others_are_added(api):
    await many_clients(api.site, 60)
    client = await api.user("admin")
    seen, cursor = [], ""
    for number in range(99):
        answer = await client.get("/client", params={"limit": 7, "sort": "-score,rank", "cursor": cursor})
        page = answer.json()
        seen += [item["number"] for item in page["items"]]
        await api.site.save("client", {"name": f"New {number}", "type": "person", "score": 1000 + number})
        cursor = page["next"]
        if not cursor:
            break
    assert sorted(seen) == sorted(f"M-{n:05}" for n in range(1, 61))


async def test_a_filter_is_an_expression_over_what_the_caller_may_see(api):
    await many_clients(api.site, 30)
    client = await api.user("clerk")
    text = "worth >= 10 && type == 'firm' && email|upper|contains('EXAMPLE')"
    answer = await client.get("/client", params={"filter": text, "sort": "worth", "count": "exact"})
    assert [item["worth"] for item in answer.json()["items"]] == [f"{n}.00" for n in range(12, 31, 3)]
    assert answer.json()["count"] == 7


@pytest.mark.parametrize("text", ["inner == 'x'", "secret == 'x'", "nothing == 1", "parent.secret == 'x'"])
async def test_hidden_masked_and_unknown_attributes_are_unknown_to_a_filter(api, text):
    answer = await (await api.user("clerk")).get("/client", params={"filter": text})
    problem = answer.json()["problems"][0]
    assert (answer.status_code, problem["field"]) == (422, "filter")
    assert problem["code"].startswith("unknown-")


async def test_a_filter_through_a_reference_sees_only_readable_records(api):
    """A seller reads his own clients: the name of another's parent cannot be probed."""
    seller = (await api.site.actor("seller")).id
    hidden = await api.site.save("client", {"name": "Hidden", "type": "person"})
    own = await api.site.save(
        "client", {"name": "Own", "type": "person", "owner": seller, "parent": str(hidden)}
    )
    client = await api.user("seller")
    probe = await client.get("/client", params={"filter": "parent.name == 'Hidden'"})
    plain = await client.get("/client", params={"filter": "parent != null"})
    assert probe.json()["items"] == []
    assert [item["id"] for item in plain.json()["items"]] == [str(own)]


async def test_what_sql_cannot_express_is_refused_with_its_column(api):
    answer = await (await api.user("admin")).get(
        "/client", params={"filter": "vip && name|format('x') == 'a'"}
    )
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "filter"
    assert answer.json()["problems"][0]["column"] > 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("sort=secret", 422),
        ("sort=inner", 422),
        ("sort=notes", 422),
        ("fields=inner", 422),
        ("fields=notes", 422),
        ("expand=name", 422),
        ("expand=parent.parent.parent.parent.parent", 422),
        ("cursor=abc", 422),
        ("filter=1 %2B", 422),
        ("filter=name == '%00'", 400),
        ("limit=501", 400),
        ("limit=x", 400),
        ("count=all", 400),
        ("fields=a..b", 400),
        ("limit=1&limit=2", 400),
        ("nothing=1", 400),
        ("sort=a,b,c,d,e,f,g", 422),
    ],
)
async def test_parameters_are_read_strictly(api, query, status):
    answer = await (await api.user("clerk")).get(f"/client?{query}")
    assert answer.status_code == status, answer.text


async def test_row_rules_hold_in_lists_counts_and_streams(api):
    seller = (await api.site.actor("seller")).id
    for number in range(5):
        await api.site.save(
            "client", {"name": str(number), "type": "person", "owner": seller if number < 2 else None}
        )
    client = await api.user("seller")
    listed = (await client.get("/client?count=exact")).json()
    lines = (await client.get("/client", headers={"Accept": "application/x-ndjson"})).text.splitlines()
    assert (len(listed["items"]), listed["count"], len(lines)) == (2, 2, 2)


async def test_fields_and_expand_choose_what_is_shown(api):
    region = await api.site.save("region", {"name": "North"})
    identity = await make(api.site, region=str(region))
    query = "fields=name,region.name,notes.text&expand=region,notes,owner"
    found = (await (await api.user("admin")).get(f"/client/{identity}?{query}")).json()
    assert found["region"] == {"id": str(region), "name": "North"}
    assert [note["text"] for note in found["notes"]] == ["one", "two"]
    assert set(found) == {"id", "type", "name", "region", "notes", "owner"}


async def test_an_expanded_record_that_the_caller_may_not_read_stays_an_id(api):
    seller = (await api.site.actor("seller")).id
    hidden = await api.site.save("client", {"name": "Hidden", "type": "person"})
    own = await api.site.save(
        "client", {"name": "Own", "type": "person", "owner": seller, "parent": str(hidden)}
    )
    found = (await (await api.user("seller")).get(f"/client/{own}?expand=parent")).json()
    assert found["parent"] == str(hidden)


async def test_expansion_takes_one_query_for_each_level_and_entity_type(api, statements):
    region = await api.site.save("region", {"name": "North"})
    for number in range(20):
        parent = await make(api.site, name=f"p{number}", email=None, region=str(region))
        await make(api.site, name=f"c{number}", email=None, parent=str(parent), region=str(region))
    client = await api.user("admin")
    statements.clear()
    query = "limit=50&expand=region,parent.region,parent.notes,notes,owner"
    answer = await client.get(f"/client?{query}")
    assert len(answer.json()["items"]) == 40
    assert any(
        (item["parent"] or {}).get("region", {}).get("name") == "North" for item in answer.json()["items"]
    )
    # the token; the list; regions, parents, owners and notes; below the parents regions and notes
    assert len(statements) == 8, statements


async def test_a_stream_gives_every_record_as_a_line(api):
    await many_clients(api.site, 1234)
    answer = await (await api.user("admin")).get(
        "/client?filter=score >= 0&sort=number&fields=number", headers={"Accept": "application/x-ndjson"}
    )
    lines = [json.loads(line)["number"] for line in answer.text.splitlines()]
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert lines == [f"M-{n:05}" for n in range(1, 1235)]


async def test_a_stream_with_a_bad_filter_is_a_problem_and_frees_its_place(api):
    client = await api.user("admin")
    for _ in range(5):
        answer = await client.get("/client?filter=nope", headers={"Accept": "application/x-ndjson"})
        assert answer.status_code == 422


async def test_an_estimate_comes_from_the_planner(api):
    await many_clients(api.site, 300)
    answer = await (await api.user("admin")).get("/client?count=estimate&limit=1")
    assert 200 <= answer.json()["count"] <= 400


async def test_the_history_shows_what_the_caller_may_see(api):
    identity = await make(api.site)
    await api.site.save("client", {"secret": "another text", "inner": "x", "score": 8}, identity)
    answer = await (await api.user("clerk")).get(f"/client/{identity}/history")
    newest, oldest = answer.json()["items"]
    assert newest["changes"]["score"] == {"old": 7, "new": 8}
    assert newest["changes"]["secret"] == {"old": "•••text", "new": "•••text"}
    assert "inner" not in newest["changes"]
    assert oldest["changes"]["worth"]["new"] == "12.50"
    assert (await (await api.user("clerk")).get(f"/client/{identity}/history?limit=1")).json()["next"] == 2


async def test_the_index_names_what_the_caller_may_read(api):
    names = [entity["name"] for entity in (await (await api.user("seller")).get("")).json()["entities"]]
    assert "client" in names
    assert "visit" not in names
