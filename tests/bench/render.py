"""What a page costs the server: a form of 60 fields, its refresh and a list, against a bare handler.

Budget (DESIGN 14): a form page at most 1.5 ms, a refresh at most 0.8 ms beyond a bare handler. Every number
is the median over requests through the whole application without network: processor time of the server, and
time on the clock, which includes the database. Measured in turns in one process.

Run with `python -m tests.bench.render [rounds]`.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from litestar import Litestar, get
from litestar.enums import MediaType
from tests.support import site as sites
from tests.support.servers import Server, close_run, open_run
from tests.support.site import Page, Site, open_site

from formwright.access import field_rights
from formwright.forms import FormData, build_form, choose_form
from formwright.storage.database import Database

FIELDS = 60
BUDGETS = {"form page, 60 fields": 1.5, "refresh, 60 fields": 0.8}
"""Milliseconds of processor time beyond a bare handler."""
KINDS = (
    "text",
    "{type: choice, choices: [a, b, c, d]}",
    "integer",
    "date",
    "{type: money, currency: EUR}",
    "boolean",
    "email",
    "{type: text, required: true}",
    "longtext",
    "datetime",
    "{type: text, visible: f2 > 5}",
    "{type: integer, computed: f2 * 2}",
)


def metadata() -> dict[str, str]:
    """Return the files of one entity type with 60 attributes and eight rules."""
    lines = [f"  f{i}: {KINDS[i % len(KINDS)]}" for i in range(FIELDS)]
    sheet = ["entity: sheet", "title: f0", "attributes:", *lines]
    sheet += ["access:", "  clerk: {read: true, create: true, update: true}"]
    roles = "roles:\n  clerk: {}\n  admin: {label: A, all: true}\n  guest: {}\n"
    return {
        "bench/module.yaml": "module: bench\nlabel: Bench\nnavigation: [sheet]\n",
        "bench/roles.yaml": roles,
        "bench/sheet.yaml": "\n".join(sheet),
    }


class Caller:
    """Calls an ASGI application without a server and keeps one answer."""

    def __init__(self, app: Any, token: str = "") -> None:
        self.app, self.cookie = app, f"fw_session={token}".encode()
        self.status, self.body = 0, b""

    async def __call__(self, method: str, path: str, body: bytes = b"", **headers: str) -> None:
        path, _, query = path.partition("?")
        pairs = [(b"host", b"bench"), (b"cookie", self.cookie), (b"content-length", str(len(body)).encode())]
        pairs += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": pairs,
            "client": ("local", 1),
            "server": ("bench", 80),
            "state": {},
        }
        chunks: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            else:
                chunks.append(message.get("body", b""))

        await self.app(scope, receive, send)
        self.body = b"".join(chunks)


async def median(work: Callable[[], Awaitable[None]], rounds: int) -> tuple[float, float]:
    """Return the median processor time and clock time in milliseconds."""
    spent, passed = [], []
    for _ in range(rounds):
        cpu, start = time.process_time(), time.perf_counter()
        await work()
        passed.append((time.perf_counter() - start) * 1000)
        spent.append((time.process_time() - cpu) * 1000)
    return statistics.median(spent), statistics.median(passed)


def bare(size: int) -> Litestar:
    """Return an application that answers with so many bytes and does nothing else."""
    text = "x" * size

    @get("/", media_type=MediaType.HTML)
    async def answer() -> str:
        return text

    return Litestar([answer], openapi_config=None)


async def measure(site: Site, rounds: int) -> None:
    token = await site.session("clerk")
    call = Caller(site.app, token)
    for number in range(60):
        await site.save(
            "sheet", {"f0": f"Sheet {number}", "f7": "x", "f19": "x", "f31": "x", "f43": "x", "f55": "x"}
        )
    await call("GET", "/sheet/new")
    page_size, html = len(call.body), call.body.decode()

    class Answer:
        status_code, text = 200, html

    fields = urlencode(Page(Answer()).with_values({"f2": "7"})).encode()  # type: ignore[arg-type]  # looks like a response
    form = {
        "content_type": "application/x-www-form-urlencoded",
        "hx_request": "true",
        "hx_request_type": "partial",
    }
    empty = Caller(bare(page_size))
    work: dict[str, Callable[[], Awaitable[None]]] = {
        "bare handler, as many bytes": lambda: empty("GET", "/"),
        "form page, 60 fields": lambda: call("GET", "/sheet/new"),
        "refresh, 60 fields": lambda: call("POST", "/sheet/new/refresh", fields, **form),
        "list page, 50 rows": lambda: call("GET", "/sheet"),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in work}
    sizes: dict[str, int] = {}
    for _ in range(5):
        for name, each in work.items():
            found[name].append(await median(each, rounds))
            assert call.status in (0, 200), (name, call.status, call.body[:300])
            sizes[name] = len((empty if each is work["bare handler, as many bytes"] else call).body)
    base = min(found["bare handler, as many bytes"])[0]
    print(f"form page {page_size:,} bytes, {FIELDS} fields; medians of {rounds} rounds, best of 5 turns")
    for name, times in found.items():
        cpu, clock = min(times)
        over = (
            f"{(cpu - base) / BUDGETS[name]:5.2f} x its budget of {BUDGETS[name]} ms"
            if name in BUDGETS
            else ""
        )
        print(
            f"  {name:<28} {cpu:7.3f} ms {cpu - base:+8.3f} ms {cpu / base:7.1f} x "
            f"  clock {clock:7.3f} ms {sizes[name]:8,} bytes  {over}"
        )
    parts(site, rounds)


def parts(site: Site, rounds: int) -> None:
    """Print what the pure parts of a form page take: its state, and its HTML."""
    from formwright.web.templating import Pages

    entity = site.runtime.model.entities["sheet"]
    form, data = choose_form(entity, "create"), FormData(values={"f2": 7}, context={"f2": 7})
    pages = Pages(sites.ROOT / "templates")
    source = '{% import "components/fields.html" as fields %}{% for tab in form.tabs %}{% for section in tab.sections %}{{ fields.edit_section(section, _) }}{% endfor %}{% endfor %}'
    template = pages.environment.from_string(source)
    from formwright.access import Actor

    rights = field_rights(entity, Actor("x", "x", "x", roles=frozenset({"clerk"})))
    state = build_form(entity, form, data, rights, mode="create")

    def best(work: Callable[[], object]) -> float:
        times = []
        for _ in range(rounds * 2):
            start = time.process_time()
            work()
            times.append((time.process_time() - start) * 1000)
        return statistics.median(times)

    print(
        f"  of it: state {best(lambda: build_form(entity, form, data, rights, mode='create')):.3f} ms, "
        f"HTML {best(lambda: template.render(form=state, _=lambda text, **_: text)):.3f} ms"
    )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    run = open_run()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in metadata().items():
                path = Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            server = Server("embedded")

            async def build(database: Database) -> None:
                await sites.build(database, Path(folder), {"clerk": "clerk", "admin": "admin"})

            url = server.create(server.template("bench_render", build))

            async def work() -> None:
                async with await Database.connect(url, size=2) as database:
                    await measure(open_site(database, Path(folder, "files"), Path(folder)), rounds)

            asyncio.run(work())
            with suppress(OSError):
                server.drop(url)
    finally:
        close_run(run)


if __name__ == "__main__":
    main()
