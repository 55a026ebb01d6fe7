"""`formwright run`: everything in one process, with demo data, following the files."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import click

from formwright.app.data import load_demo, load_shipped
from formwright.app.demo import demo_password, ensure_demo_users
from formwright.app.live import LiveModel, follow_files
from formwright.app.opening import (
    Opened,
    database_url,
    newest_release,
    open_database,
    open_released,
    runtime_over,
)
from formwright.app.progress import Bar
from formwright.app.serving import bind, serve_until_stopped
from formwright.app.settings import Settings
from formwright.app.site import create_site
from formwright.app.worker import housekeeping
from formwright.app.workshop import Workshop
from formwright.problems import ProblemError, as_text
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply
from formwright.web import WebSettings

__all__ = ["run"]


def run(settings: Settings) -> None:
    """Serve until stopped. Raises ProblemError when it cannot start."""
    began = time.monotonic()
    workshop = Workshop.open(settings)
    sock = bind(settings.host, settings.port)
    settings.data.mkdir(parents=True, exist_ok=True)
    with sock, database_url(settings) as url:
        asyncio.run(_run(settings, workshop, url, sock, began))


async def _run(settings: Settings, workshop: Workshop, url: str, sock: socket.socket, began: float) -> None:
    async with open_database(settings, url) as database, _background() as background:
        opened = await _open(settings, database, workshop)
        password = demo_password(settings.demo_password, settings.data)
        sign_ins = await ensure_demo_users(opened.runtime, password)
        await load_shipped(opened.runtime)
        await load_demo(opened.runtime, workshop, settings.demo_size)
        app = create_site(opened.runtime, _web_settings(settings, opened.live, sign_ins))
        background.append(asyncio.create_task(follow_files(database, workshop, opened.live)))
        background.append(asyncio.create_task(housekeeping(opened.runtime)))
        address = f"http://{settings.host}:{sock.getsockname()[1]}"

        def ready() -> None:
            _greet(address, sign_ins, password, time.monotonic() - began)

        await serve_until_stopped(app, sock, ready)
    click.echo("Stopped.")


async def _open(settings: Settings, database: Database, workshop: Workshop) -> Opened:
    """Apply the files; when they are broken and an earlier release exists, serve that one."""
    try:
        model = await asyncio.to_thread(workshop.compile)
        with Bar() as bar:
            request = Request(model=model, files=workshop.texts(), note="formwright run")
            outcome = await apply(database, request, report=bar.report)
        live = LiveModel(model, outcome.number or await newest_release(database))
        return Opened(runtime_over(settings, database, live, workshop), live, workshop, database)
    except ProblemError as error:
        if await newest_release(database) is None:
            raise
        click.echo(as_text(error.problems), err=True)
        click.echo("The metadata has problems: the last good release serves.", err=True)
        opened = await open_released(settings, database, workshop)
        opened.live.refuse(error.problems)
        return opened


def _web_settings(settings: Settings, live: LiveModel, sign_ins: list[tuple[str, str]]) -> WebSettings:
    return WebSettings(
        templates=settings.templates,
        secret=settings.secret,
        secure=settings.secure_cookies,
        broken=lambda: live.problems,
        demo_sign_ins=tuple(sign_ins),
    )


def _greet(address: str, sign_ins: list[tuple[str, str]], password: str, seconds: float) -> None:
    click.echo(f"\nFormwright serves {address}  (ready after {seconds:.1f} s; Ctrl-C stops it)\n")
    for login, role in sign_ins:
        click.echo(f"  {login:<32} {role}")
    click.echo(f"  password: {password}\n")


@asynccontextmanager
async def _background() -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks: list[asyncio.Task[None]] = []
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
