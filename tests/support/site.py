"""The application over a metadata folder and a real database, and browsers without a screen for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from formwright.access import Actor
from formwright.metadata import Model, compile_metadata
from formwright.services.commands import Save
from formwright.services.files import FileStore
from formwright.services.records import save
from formwright.services.runtime import FixedModel, Runtime
from formwright.services.sign_in import START, hash_of
from formwright.services.users import actor_of_user, create_user
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply
from formwright.web.application import create_app
from formwright.web.settings import WebSettings

__all__ = ["SAMPLES", "Page", "Site", "Visitor", "build_samples", "compiled", "open_site"]

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests/support/samples"
SECRET = b"a secret of the tests, 32 bytes.."
USERS = {"admin": "admin", "clerk": "clerk", "guest": "guest"}


@lru_cache(maxsize=4)
def compiled(folder: Path) -> Model:
    """Return the Model of a folder, compiled once."""
    return compile_metadata([folder])


async def build_samples(database: Database) -> None:
    """Make the tables of the samples, and one user for each role."""
    await build(database, SAMPLES, USERS)


async def build(database: Database, folder: Path, users: dict[str, str]) -> None:
    model = compiled(folder)
    await apply(database, Request(model=model))
    runtime = Runtime(database=database, models=FixedModel(model))
    for login, role in users.items():
        await create_user(
            runtime, login, login.title(), None, roles=[role], zone="Europe/Prague", checked=False
        )


class Page(HTMLParser):
    """An answer as a person without scripts has it: controls with their values, texts, links."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status, self.html, self.response = response.status_code, response.text, response
        self.fields: list[tuple[str, str]] = []
        self.controls: dict[str, dict[str, Any]] = {}
        self.options: dict[str, list[str]] = {}
        self.buttons: list[tuple[str, str]] = []
        self._select = self._textarea = ""
        self._chosen: list[str] = []
        self._inside = False
        self.feed(self.html)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        at = dict(pairs)
        if tag == "form":
            self._inside = "data-form" in at
        name = at.get("name") or ""
        if not self._inside or not name:
            if tag == "option" and self._select:
                self._option(at)
            return
        if tag in ("input", "select", "textarea"):
            self.controls.setdefault(name, at)
        if (tag == "input" and at.get("type") not in ("checkbox", "radio", "file")) or (
            tag == "input" and "checked" in at
        ):
            self.fields.append((name, at.get("value") or ""))
        elif tag == "select":
            self._select, self._chosen, self._multiple = name, [], "multiple" in at
            self.options[name] = []
        elif tag == "textarea":
            self._textarea = name
            self._text = ""
        elif tag == "button":
            self.buttons.append((name, at.get("value") or ""))

    def _option(self, at: dict[str, str | None]) -> None:
        self.options[self._select].append(at.get("value") or "")
        if "selected" in at:
            self._chosen.append(at.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            first = [] if self._multiple else self.options[self._select][:1]
            self.fields += [(self._select, value) for value in self._chosen or first]
            self._select = ""
        elif tag == "textarea" and self._textarea:
            self.fields.append((self._textarea, self._text.removeprefix("\n")))
            self._textarea = ""
        elif tag == "form":
            self._inside = False

    @property
    def text(self) -> str:
        """The words of the page."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html))

    def with_values(self, values: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the fields with other texts; a list posts several texts of one name."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        for name, value in values.items():
            kept += [(name, each) for each in (value if isinstance(value, list) else [value])]
        return kept


@dataclass
class Visitor:
    """A signed-in browser without scripts."""

    client: httpx.AsyncClient

    async def get(self, path: str, **more: Any) -> Page:
        return Page(await self.client.get(path, **more))

    async def post(self, path: str, fields: Iterable[tuple[str, str]], **more: Any) -> Page:
        from urllib.parse import urlencode

        headers = {"Content-Type": "application/x-www-form-urlencoded", **more.pop("headers", {})}
        return Page(await self.client.post(path, content=urlencode(list(fields)), headers=headers, **more))

    async def post_files(
        self, path: str, fields: Iterable[tuple[str, str]], files: dict[str, tuple[str, bytes]]
    ) -> Page:
        parts = [(name, (None, value.encode())) for name, value in fields]
        parts += [(name, (filename, content)) for name, (filename, content) in files.items()]
        return Page(await self.client.post(path, files=parts))


@dataclass
class Site:
    """The application with its database."""

    runtime: Runtime
    app: Any

    async def actor(self, login: str) -> Actor:
        found = await actor_of_user(self.runtime, login)
        assert found is not None
        return found

    async def session(self, login: str) -> str:
        """Start a session of a user and return its token."""
        token, now = f"token-of-{login}-{datetime.now(UTC).timestamp()}", datetime.now(UTC)
        actor = await self.actor(login)
        await self.runtime.database.execute(
            START, hash_of(token), UUID(actor.id), now, now + timedelta(hours=1), "tests", "local"
        )
        return token

    async def visitor(self, login: str = "clerk", **headers: str) -> Visitor:
        transport = httpx.ASGITransport(app=self.app)
        cookies = {"fw_session": await self.session(login)}
        return Visitor(
            httpx.AsyncClient(transport=transport, base_url="http://test", cookies=cookies, headers=headers)
        )

    async def save(
        self, entity: str, values: dict[str, Any], identity: UUID | None = None, login: str = "admin"
    ) -> UUID:
        saved = await save(
            self.runtime, Save(entity=entity, values=values, id=identity, actor=await self.actor(login))
        )
        return saved.id

    async def row(self, entity: str, identity: UUID) -> dict[str, Any]:
        found = await self.runtime.database.fetchrow(f'select * from "{entity}" where id = $1', identity)
        assert found is not None
        return dict(found)

    async def count(self, table: str) -> int:
        return int(await self.runtime.database.fetchval(f'select count(*) from "{table}"'))


def open_site(database: Database, files: Path, folder: Path = SAMPLES, **settings: Any) -> Site:
    """Return the application over *database*; uploads go to *files*."""
    runtime = Runtime(database=database, models=FixedModel(compiled(folder)), files=FileStore(files))
    web = WebSettings(templates=ROOT / "templates", secret=SECRET)
    return Site(runtime, create_app(runtime, replace(web, **settings)))
