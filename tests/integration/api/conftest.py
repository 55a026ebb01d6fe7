"""The API over a small metadata, and clients for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.bureau import build_bureau, open_bureau
from tests.support.servers import Server
from tests.support.site import SECRET, Site

from formwright.api import ApiSettings, create_api
from formwright.services.tokens import TokenAsked, add_token
from formwright.storage.database import Database
from formwright.web.security import token_matches


@dataclass
class Api:
    """The API application, its site, and clients by user."""

    site: Site
    app: Any

    def client(self, headers: dict[str, str] | None = None, **options: Any) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://test/api", headers=headers, **options)

    async def token(self, login: str, **asked: Any) -> str:
        wanted = TokenAsked(name="tests", **{"scopes": ("read", "write"), **asked})
        return await add_token(self.site.runtime, await self.site.actor(login), wanted)

    async def user(self, login: str, **asked: Any) -> httpx.AsyncClient:
        return self.client({"Authorization": f"Bearer {await self.token(login, **asked)}"})


def api_of(site: Site, **settings: Any) -> Api:
    known = partial(token_matches, SECRET)
    return Api(site, create_api(site.runtime, ApiSettings(form_token_matches=known, **settings)))


@pytest.fixture
async def api(server: Server, tmp_path: Path) -> AsyncIterator[Api]:
    url = server.create(server.template("bureau", build_bureau))
    async with await Database.connect(url, size=4) as database:
        yield api_of(open_bureau(database, tmp_path / "files"))
    server.drop(url)
