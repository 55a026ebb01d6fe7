"""The web server in our own event loop: starts, says so, and stops cleanly on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from formwright.problems import Problem, ProblemError

__all__ = ["bind", "serve_until_stopped"]

GRACE = 5  # seconds that open requests get when the server stops


class _Server(uvicorn.Server):
    """uvicorn, without its own signal handlers: they would raise the signal again after we stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises ProblemError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        sentence = f"Port {port} of {host} cannot be used: {error.strerror}."
        hint = "stop the other program, or name another port: PORT=8001 make run"
        raise ProblemError([Problem("port-taken", sentence, hint=hint)]) from error
    sock.listen(1024)
    return sock


async def serve_until_stopped(app: Any, sock: socket.socket, ready: Callable[[], None]) -> None:
    """Serve *app* on *sock* until SIGINT or SIGTERM; call *ready* once requests are answered."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE, server_header=False
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    watcher = asyncio.create_task(_announce(server, ready))
    try:
        await server.serve(sockets=[sock])
    finally:
        watcher.cancel()


async def _announce(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn offers a flag and no event
        await asyncio.sleep(0.01)
    ready()
