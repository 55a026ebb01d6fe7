"""Serves the application to a real browser: uvicorn in a thread, on a free port."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from tests.support.site import SAMPLES, Site, open_site

from formwright.storage.database import Database

__all__ = ["Served", "serve"]

Result = TypeVar("Result")


class Served:
    """A running server. `do` runs work in its loop, for what a test prepares and looks up."""

    def __init__(self, site: Site, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self.site, self._loop, self.url = site, loop, f"http://127.0.0.1:{port}"

    def do(self, work: Callable[[Site], Awaitable[Result]]) -> Result:
        """Return what *work* returns, run where the server runs."""

        async def inside() -> Any:
            return await work(self.site)

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result(30)


@contextmanager
def serve(
    url: str,
    files: Path,
    folder: Path = SAMPLES,
    *,
    opening: Callable[[Database, Path, Path], Site] = open_site,
) -> Iterator[Served]:
    """Serve the database at *url* until the end of the block, with the application that *opening* makes."""
    port = _free_port()
    ready: list[Served] = []
    started = threading.Event()
    servers: list[uvicorn.Server] = []

    async def run() -> None:
        async with await Database.connect(url, size=4) as database:
            site = opening(database, files, folder)
            config = uvicorn.Config(site.app, host="127.0.0.1", port=port, log_level="warning", lifespan="on")
            server = uvicorn.Server(config)
            servers.append(server)
            ready.append(Served(site, asyncio.get_running_loop(), port))
            serving = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 - uvicorn tells it no other way
                await asyncio.sleep(0.02)
            started.set()
            await serving

    broken: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 - raised again where the test runs
            broken.append(error)
            started.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert started.wait(60), "the server did not start"
    if broken:
        raise broken[0]
    try:
        yield ready[0]
    finally:
        servers[0].should_exit = True
        thread.join(20)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
