"""The page of API tokens: a token is made, shown once, listed, revoked; only by its user, only from the page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bureau import build_bureau, open_bureau
from tests.support.servers import Server
from tests.support.site import Page, Site, Visitor

from formwright.services.tokens import actor_of_token
from formwright.storage.database import Database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def site(server: Server, tmp_path: Path) -> AsyncIterator[Site]:
    url = server.create(server.template("bureau", build_bureau))
    async with await Database.connect(url, size=4) as database:
        yield open_bureau(database, tmp_path / "files")
    server.drop(url)


def form_token(page: Page) -> str:
    return re.findall(r'name="_token" value="([0-9a-f]+)"', page.html)[0]


async def make(visitor: Visitor, *fields: tuple[str, str]) -> Page:
    page = await visitor.get("/account-tokens")
    return await visitor.post("/account-tokens", [("_token", form_token(page)), *fields])


async def test_a_token_is_shown_once_listed_and_revoked(site: Site):
    visitor = await site.visitor()
    fields = [
        ("name", "Robot <1>"),
        ("scope", "read"),
        ("scope", "write"),
        ("days", "30"),
        ("entity", "client"),
    ]
    made = await make(visitor, *fields)
    (secret,) = re.findall(r'value="(fw_[\w-]+)"', made.html)
    actor = await actor_of_token(site.runtime, secret)
    assert made.status == 200
    assert actor is not None
    assert (actor.login, actor.reads_only, actor.within) == ("clerk", False, frozenset({"client"}))
    listed = await visitor.get("/account-tokens")
    assert secret not in listed.html
    assert "Robot &lt;1&gt;" in listed.html
    (revoke,) = re.findall(r'action="(/account-tokens/[0-9a-f-]+/revoke)"', listed.html)
    foreign = await site.visitor("seller")
    refused = await foreign.post(revoke, [("_token", form_token(await foreign.get("/account-tokens")))])
    assert refused.status == 404
    assert (await visitor.post(revoke, [("_token", "0" * 64)])).status == 403
    assert (await visitor.post(revoke, [("_token", form_token(listed))])).status == 303
    assert await actor_of_token(site.runtime, secret) is None
    assert "The token is revoked." in (await visitor.get("/account-tokens")).text


async def test_what_is_wrong_with_a_new_token_is_said(site: Site):
    visitor = await site.visitor()
    page = await make(visitor, ("name", ""), ("days", "x"))
    assert page.status == 422
    assert "A token needs a scope." in page.text
    assert await site.count("fw_api_token") == 0
    assert (await visitor.post("/account-tokens", [("name", "a"), ("scope", "read")])).status == 403


async def test_the_page_is_for_users_and_speaks_their_language(site: Site):
    visitor = await site.visitor()
    czech = await visitor.get(
        "/account-tokens",
        headers={
            "Cookie": "fw_locale=cs; " + "; ".join(f"{k}={v}" for k, v in visitor.client.cookies.items())
        },
    )
    assert "Tokeny API" in czech.text
    visitor.client.cookies.clear()
    assert (await visitor.get("/account-tokens")).status == 303
