"""Who may call: tokens with scopes, limits and an end; sessions with their form token."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.site import SECRET

from formwright.services.refusals import Invalid, NotFound
from formwright.services.tokens import TokenAsked, actor_of_token, add_token, list_tokens, revoke_token
from formwright.web.security import token_for

pytestmark = pytest.mark.anyio
ADA = {"name": "Ada", "type": "person"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer fw_x"}, {"Authorization": "Basic YTpi"}])
@pytest.mark.parametrize("path", ["", "/client", "/client/1", "/changes", "/nothing"])
async def test_strangers_see_nothing(api, headers, path):
    answer = await api.client(headers).get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] in ("not-signed-in", "bad-token")


async def test_a_session_reads_and_needs_its_form_token_to_write(api):
    session = await api.site.session("clerk")
    client = api.client(cookies={"fw_session": session})
    assert (await client.get("/client")).status_code == 200
    refused = await client.post("/client", json=ADA)
    wrong = await client.post("/client", json=ADA, headers={"X-Form-Token": token_for(SECRET, "other")})
    right = await client.post("/client", json=ADA, headers={"X-Form-Token": token_for(SECRET, session)})
    assert (refused.status_code, wrong.status_code, right.status_code) == (403, 403, 201)
    assert await api.site.count("client") == 1


async def test_a_token_that_reads_does_not_write(api):
    client = await api.user("admin", scopes=("read",))
    answer = await client.post("/client", json=ADA)
    assert (answer.status_code, answer.json()["code"]) == (403, "token-reads")
    assert (await client.get("/client")).status_code == 200
    assert await api.site.count("client") == 0


async def test_a_token_for_some_entity_types_opens_no_other(api):
    region = await api.site.save("region", {"name": "North"})
    identity = await api.site.save("client", {**ADA, "region": str(region)})
    client = await api.user("admin", entities=("client",))
    assert (await client.get("/region")).json()["items"] == []
    assert (await client.get(f"/region/{region}")).status_code == 404
    assert (await client.post("/region", json={"name": "South"})).status_code == 403
    assert (await client.get(f"/client/{identity}?expand=region")).json()["region"] == str(region)
    assert (await client.get("/client?filter=region.name == 'North'")).status_code == 422
    assert {item["entity"] for item in (await client.get("/changes")).json()["items"]} == {"client"}


async def test_a_token_is_kept_as_a_hash_and_ends_when_it_is_revoked(api):
    runtime, actor = api.site.runtime, await api.site.actor("clerk")
    secret = await add_token(runtime, actor, TokenAsked(name="robot"))
    kept = await runtime.database.fetchval("select string_agg(t::text, ' ') from fw_api_token t")
    assert secret not in kept
    client = api.client({"Authorization": f"bearer {secret}"})
    assert (await client.get("/client")).status_code == 200
    (token,) = await list_tokens(runtime, actor)
    assert (token.name, token.scopes, token.last_used_at is not None) == ("robot", ("read",), True)
    with pytest.raises(NotFound):
        await revoke_token(runtime, await api.site.actor("admin"), token.id)
    await revoke_token(runtime, actor, token.id)
    assert (await client.get("/client")).status_code == 401
    assert not (await list_tokens(runtime, actor))[0].valid(runtime.clock())


async def test_a_token_ends_by_itself_and_with_its_user(api):
    runtime, actor = api.site.runtime, await api.site.actor("clerk")
    secret = await add_token(runtime, actor, TokenAsked(name="robot", days=1))
    later = replace(runtime, clock=lambda: runtime.clock() + timedelta(days=1, seconds=1))
    assert await actor_of_token(runtime, secret)
    assert await actor_of_token(later, secret) is None
    await runtime.database.execute("update fw_user set active = false where login = 'clerk'")
    await asyncio.sleep(0.6)
    assert await actor_of_token(runtime, secret) is None


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"name": " "}, "token-name"),
        ({"name": "a\0"}, "token-name"),
        ({"name": "x", "scopes": ("admin",)}, "token-scope"),
        ({"name": "x", "scopes": ()}, "token-scope"),
        ({"name": "x", "entities": ("klient",)}, "unknown-entity"),
        ({"name": "x", "days": 0}, "token-days"),
    ],
)
async def test_bad_tokens_are_refused(api, asked, code):
    with pytest.raises(Invalid) as error:
        await add_token(api.site.runtime, await api.site.actor("clerk"), TokenAsked(**asked))
    assert [problem.code for problem in error.value.problems] == [code]
