"""The application over a small metadata with everything that lists and records can show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.support.site import ROOT, SECRET, Site, build, compiled

from formwright.services.files import FileStore
from formwright.services.runtime import FixedModel, Runtime
from formwright.storage.database import Database
from formwright.web.application import create_app
from formwright.web.settings import WebSettings

__all__ = ["BUREAU", "build_bureau", "many_clients", "open_bureau"]

BUREAU = ROOT / "tests/support/bureau"
USERS = {"admin": "admin", "clerk": "clerk", "seller": "seller", "guest": "guest"}

MANY = """
insert into client (id, number, name, type, state, email, rank, score, worth, met_at, version, created_at, updated_at)
select gen_random_uuid(), 'M-' || lpad(n::text, 5, '0'), 'Client ' || lpad(n::text, 5, '0'),
       case when n % 3 = 0 then 'firm' else 'person' end, case when n % 5 = 0 then 'active' else 'fresh' end,
       'c' || n || '@example.org', case when n % 2 = 0 then 'low' end, n % 100, n, null, 1, now(), now()
from generate_series(1, $1::int) n
"""


async def build_bureau(database: Database) -> None:
    """Make the tables, and one user for each role."""
    await build(database, BUREAU, USERS)


async def many_clients(site: Site, count: int) -> None:
    """Fill the list: two thirds persons, a fifth of them active, worth 1 to *count*."""
    await site.runtime.database.execute(MANY, count)
    await site.runtime.database.execute("analyze client")


async def greet(call: Any) -> str:
    return f"{call.arguments['word']}, {call.record['name']}!"


async def ping(call: Any) -> None:
    return None


def open_bureau(database: Database, files: Path, **settings: Any) -> Site:
    """Return the application over *database*."""
    runtime = Runtime(
        database=database,
        models=FixedModel(compiled(BUREAU)),
        files=FileStore(files),
        functions={"bureau.greet": greet, "bureau.ping": ping},
    )
    web = WebSettings(templates=ROOT / "templates", secret=SECRET)
    return Site(runtime, create_app(runtime, replace(web, **settings)))
