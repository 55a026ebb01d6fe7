"""`formwright serve` and `formwright worker`: the newest release, in as many processes as wanted."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import socket
import sys
from contextlib import suppress

import structlog

from formwright.app.live import LiveModel
from formwright.app.opening import Opened, newest_release, open_database, open_released
from formwright.app.serving import serve_until_stopped
from formwright.app.settings import Settings
from formwright.app.site import create_site
from formwright.app.worker import housekeeping, keep_house
from formwright.app.workshop import Workshop
from formwright.problems import ProblemError, as_text
from formwright.storage.releases import sources_of
from formwright.web import WebSettings

__all__ = ["follow_releases", "serve_processes", "work_until_stopped"]

LOG = structlog.get_logger("formwright.production")
LOOK = 2.0  # seconds between looks at the release table


def serve_processes(settings: Settings, url: str, sock: socket.socket, count: int) -> None:
    """Serve in *count* processes that share one listening socket; stop them all on a signal."""
    if count == 1:
        asyncio.run(_serve(settings, url, sock))
        return
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_child, args=(settings, url, sock)) for _ in range(count)]
    for process in processes:
        process.start()

    def stop(*_: object) -> None:
        for process in processes:
            process.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    for process in processes:
        process.join()


def _child(settings: Settings, url: str, sock: socket.socket) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(_serve(settings, url, sock))
    except ProblemError as error:
        sys.stderr.write(as_text(error.problems) + "\n")
        sys.exit(1)


async def _serve(settings: Settings, url: str, sock: socket.socket) -> None:
    workshop = Workshop.open(settings)
    async with open_database(settings, url) as database:
        opened = await open_released(settings, database, workshop)
        web = WebSettings(
            templates=settings.templates, secret=settings.secret, secure=settings.secure_cookies
        )
        follower = asyncio.create_task(follow_releases(opened))
        try:
            site = create_site(opened.runtime, web)
            await serve_until_stopped(site, sock, lambda: LOG.info("serving", port=sock.getsockname()[1]))
        finally:
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower


async def follow_releases(opened: Opened) -> None:
    """Serve each new release of the database soon after it is finished; runs until cancelled."""
    while True:
        await asyncio.sleep(LOOK)
        try:
            await _look(opened, opened.live)
        except (OSError, ProblemError) as error:
            LOG.warning("release not taken", error=str(error))


async def _look(opened: Opened, live: LiveModel) -> None:
    number = await newest_release(opened.database)
    if number is not None and number != live.release:
        texts = await sources_of(opened.database, number)
        live.serve(await asyncio.to_thread(opened.workshop.compile_texts, texts), number)
        await opened.database.recycle()


async def work_until_stopped(settings: Settings, url: str, *, once: bool) -> None:
    """Keep house until SIGINT or SIGTERM; *once*: one round, to see that it works."""
    workshop = Workshop.open(settings)
    async with open_database(settings, url) as database:
        opened = await open_released(settings, database, workshop)
        if once:
            await keep_house(opened.runtime)
            return
        task = asyncio.create_task(housekeeping(opened.runtime))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task
