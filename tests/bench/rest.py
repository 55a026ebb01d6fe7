"""REST reads against a bare handler that passes the JSON of PostgreSQL through.

Budget (DESIGN 14): get by id and a list of 50 reach at least 60 % of the bare handler's requests a second.
Both run in one process on one database, in turns, through the whole application without network; ours finds
out who calls (one more query), checks rights, and answers with the version.

Run with `python -m tests.bench.rest [seconds]`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import uvloop
from litestar import Litestar, Request, get
from litestar.response import Response
from tests.support.bureau import build_bureau, many_clients, open_bureau
from tests.support.servers import Server, close_run, open_run
from tests.support.site import SECRET

from formwright.api import ApiSettings, create_api
from formwright.services.tokens import TokenAsked, add_token
from formwright.storage.database import Database
from formwright.web.security import token_matches

BUDGET = 0.6
RECORDS = 20_000
AT_ONCE = 8
ROUNDS = 21
COLUMNS = (
    "id, number, type, state, version, owner, created_at, created_by, updated_at, updated_by, external_refs, release, "
    "name, email, rank, score, worth::text worth, vip, since, met_at, region, parent, secret, inner, reg_no"
).replace("inner", '"inner"')
ONE = f"select row_to_json(r) from (select {COLUMNS} from client where id = $1 and deleted_at is null) r"
FIFTY = f"""select json_build_object('items', json_agg(r)) from
(select {COLUMNS} from client where deleted_at is null order by id limit 50) r"""


def bare(database: Database) -> Litestar:
    """Return the application to compare with."""

    @get("/api/client/{id:uuid}")
    async def one(request: Request[Any, Any, Any]) -> Response[bytes]:
        body = await database.fetchval(ONE, request.path_params["id"])
        return Response(body, media_type="application/json")

    @get("/api/client")
    async def fifty(request: Request[Any, Any, Any]) -> Response[bytes]:
        return Response(await database.fetchval(FIFTY), media_type="application/json")

    return Litestar([one, fifty], openapi_config=None, logging_config=None)


async def ask(app: Any, path: str, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Return the body of the answer to one GET; raise unless it is 200."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"test"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    parts: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(message)
        parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(parts)


async def rate(once: Callable[[], Awaitable[Any]], seconds: float) -> float:
    """Return how many requests a second *AT_ONCE* clients get through."""
    end, done = perf_counter() + seconds, 0

    async def client() -> None:
        nonlocal done
        while perf_counter() < end:
            await once()
            done += 1

    began = perf_counter()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return done / (perf_counter() - began)


async def main(url: str, seconds: float) -> bool:
    """Print both rates and their ratio for each kind of read; return whether the budget holds."""
    async with await Database.connect(url, size=AT_ONCE) as database:
        site = open_bureau(database, Path(tempfile.mkdtemp()))
        await many_clients(site, RECORDS)
        known = partial(token_matches, SECRET)
        ours = create_api(site.runtime, ApiSettings(form_token_matches=known))
        token = await add_token(site.runtime, await site.actor("admin"), TokenAsked(name="bench"))
        headers = [(b"authorization", f"Bearer {token}".encode())]
        identity = await database.fetchval("select id from client order by id limit 1 offset 100")
        well = True
        for name, path in (("get by id", f"/api/client/{identity}"), ("list of 50", "/api/client")):
            apps = {"bare": bare(database), "ours": ours}
            sizes = {each: len(await ask(app, path, headers)) for each, app in apps.items()}
            rates: dict[str, list[float]] = {"bare": [], "ours": []}
            for _ in range(ROUNDS):
                for each, app in apps.items():
                    rates[each].append(await rate(partial(ask, app, path, headers), seconds))
            plain, full = median(rates["bare"]), median(rates["ours"])
            # Turns that follow each other share what else the machine does: their ratio is steadier than the rates.
            ratio = median(one / other for one, other in zip(rates["ours"], rates["bare"], strict=True))
            well &= ratio >= BUDGET
            print(
                f"{name}: {full:,.0f} requests/s ({sizes['ours']:,} bytes), bare {plain:,.0f} "
                f"({sizes['bare']:,} bytes): {ratio:.0%}, budget {BUDGET:.0%}"
            )
        return well


if __name__ == "__main__":
    run = open_run()
    try:
        server = Server("embedded")
        where = server.create(server.template("bureau", build_bureau))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            holds = runner.run(main(where, float(sys.argv[1]) if len(sys.argv) > 1 else 0.25))
    finally:
        close_run(run)
    sys.exit(0 if holds else 1)
