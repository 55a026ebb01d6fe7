"""Every attribute type over REST: the JSON that PostgreSQL builds is that of the type, as described, and comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.integration.api.conftest import Api, api_of
from tests.support.servers import Server
from tests.support.site import build_samples, open_site

from formwright.services.reading import get
from formwright.services.values import dumped
from formwright.storage.database import Database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def gallery(server: Server, tmp_path: Path) -> AsyncIterator[Api]:
    url = server.create(server.template("samples", build_samples))
    async with await Database.connect(url, size=4) as database:
        yield api_of(open_site(database, tmp_path / "files"))
    server.drop(url)


async def values_of(gallery: Api) -> dict[str, Any]:
    one = str(await gallery.site.save("shelf", {"name": "One"}))
    two = str(await gallery.site.save("shelf", {"name": "Two"}))
    return {
        "name": 'Žluťoučký „kůň“ \\ " </script> 😀',
        "type": "fancy",
        "ribbon": "r",
        "nickname": "nick",
        "story": "one\ntwo",
        "essay": "<p>a <b>b</b></p>",
        "mail": "ada@example.org",
        "phone": "+420601123456",
        "home": "https://example.org/a?b=c",
        "pieces": 1000,
        "weight": "12.340",
        "price": "1234567890123456.7",
        "share": "12.5",
        "day": "2024-02-29",
        "moment": "2026-02-28T10:30:00.12+01:00",
        "hour": "09:05:00",
        "span": "P1DT2H30M",
        "urgent": True,
        "reason": "because",
        "size": "m",
        "looks": ["shiny", "matt"],
        "labels": ["a", "b c"],
        "tint": "#00ff7f",
        "stars": 4,
        "place": {"lat": 50.08, "lon": 14.42},
        "address": {
            "street": "Dlouhá",
            "house_no": "7",
            "postcode": "110 00",
            "city": "Praha",
            "country": "CZ",
        },
        "shelf": one,
        "shelves": [two, one],
        "origin": {"entity": "shelf", "id": two},
        "keeper": (await gallery.site.actor("clerk")).id,
        "secret": "a secret text",
        "internal": "i",
        "extra": {"a": [1, 2.5, None, {"b": "ü"}]},
        "lines": [{"article": "pen", "pieces": 2, "price": "10.50"}],
        "notes": [{"type": "memo", "memo_text": "m"}],
    }


async def test_every_type_is_as_it_says_as_described_and_comes_back(gallery):
    client = await gallery.user("admin")
    given = await values_of(gallery)
    made = await client.post("/sample", json=given)
    assert made.status_code == 201, made.text
    found = made.json()
    record = await get(gallery.site.runtime, "sample", found["id"], await gallery.site.actor("admin"))
    for name, value in found.items():
        expected = dumped(record.entity.attributes[name], record.values[name], record.values)
        assert value == expected, name
    schema = (await client.get("/sample/schema")).json()
    Draft202012Validator(schema).validate(found)
    again = await client.patch(f"/sample/{found['id']}", json=found, headers={"If-Match": "*"})
    assert (again.status_code, again.json()) == (200, found), again.text


async def test_every_sortable_attribute_pages(gallery):
    client = await gallery.user("admin")
    given = await values_of(gallery)
    await client.post("/sample", json=given)
    for number in range(3):
        await client.post("/sample", json={"name": f"n{number}", "type": "plain"})
    document = (await client.get("/openapi.json")).json()
    (sort,) = [p for p in document["paths"]["/api/sample"]["get"]["parameters"] if p.get("name") == "sort"]
    names = sort["schema"]["items"]["pattern"].removeprefix("^-?(").removesuffix(")$").split("|")
    assert {"price", "moment", "span", "urgent", "size"} <= set(names)
    for name in names:
        for sign in ("", "-"):
            seen, cursor = [], None
            while cursor != "":
                query = {"sort": sign + name, "limit": 1, **({"cursor": cursor} if cursor else {})}
                page = await client.get("/sample", params=query)
                assert page.status_code == 200, (name, page.text)
                seen += [item["id"] for item in page.json()["items"]]
                cursor = page.json()["next"] or ""
            assert len(seen) == len(set(seen)) == 4, (sign, name)
