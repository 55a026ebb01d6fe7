"""PostgreSQL for the tests: one server a run, a template once, a database of its own for each test."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import asyncpg

from formwright.storage import system
from formwright.storage.database import Database
from formwright.storage.embedded import Binaries, EmbeddedPostgres
from formwright.storage.embedded.registry import locked

RUN = "FORMWRIGHT_TEST_RUN"
"""The environment variable with the folder of the run, for the workers."""

DEBIAN = Path("/usr/lib/postgresql/15/bin")

# Nothing here has to survive a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}

Build = Callable[[Database], Awaitable[None]]
_numbers = count(1)


def present() -> list[str]:
    """Return the names of the servers that tests for both run on."""
    return ["embedded", "debian15"] if (DEBIAN / "postgres").exists() else ["embedded"]


def open_run() -> subprocess.Popen[bytes]:
    """Make the folder of this run and return its guardian.

    The guardian waits for the end of its standard input, which comes when it is closed or when this
    process dies of anything; then it stops the servers of the run and removes the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="formwright-tests-", dir=roomy_memory()))
    folder.chmod(0o711)  # a server started by root runs as another account
    os.environ[RUN] = str(folder)
    command = [sys.executable, str(Path(__file__).with_name("guardian.py")), str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def roomy_memory() -> str | None:
    """Return a folder in memory when there is one with room: copying a database is 20 times faster there."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 2e9
    return str(shared) if roomy else None


def close_run(guardian: subprocess.Popen[bytes]) -> None:
    """Stop the servers of the run."""
    guardian.communicate(timeout=60)


class Server:
    """A running server, shared by all workers of the run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = Path(os.environ[RUN]) / name
        binaries = None if name == "embedded" else Binaries(DEBIAN)
        self._postgres = EmbeddedPostgres(self.folder, binaries=binaries, settings=FAST).start()

    def dsn_of(self, database: str) -> str:
        """Return the URL of a database of this server."""
        return self._postgres.dsn_of(database)

    def run(self, sql: str) -> None:
        """Run a statement as superuser, in the database `postgres`."""
        in_thread(self._run(sql))

    def create(self, template: str | None = None) -> str:
        """Create a database, empty or as a copy of *template*; return its URL."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        source = "template0" if template is None else template
        in_thread(self._run(f'create database "{name}" template "{source}" strategy file_copy'))
        return self._postgres.dsn_of(name)

    def drop(self, dsn: str) -> None:
        """Drop a database that :meth:`create` made, whoever is still connected."""
        name = dsn.partition("@/")[2].partition("?")[0]
        in_thread(self._run(f'drop database if exists "{name}" with (force)'))

    def template(self, name: str = "system", build: Build | None = None) -> str:
        """Return a template database with the system schema and what *build* adds, made once a run.

        *name* stands for *build*: use one name for one content.
        """
        template = f"template_{name}"
        mark = self.folder / template
        with locked(self.folder / f"{template}.lock"):
            if not mark.exists():
                in_thread(self._make(template, build))
                mark.touch()
        return template

    async def _make(self, template: str, build: Build | None) -> None:
        await self._run(f'drop database if exists "{template}" with (force)')
        source = "template0" if build is None else self.template()
        await self._run(f'create database "{template}" template "{source}" strategy file_copy')
        async with await Database.connect(self._postgres.dsn_of(template), size=2) as database:
            await system.upgrade(database)
            if build is not None:
                await build(database)

    async def _run(self, sql: str) -> None:
        connection = await asyncpg.connect(self._postgres.dsn_of("postgres"))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


def in_thread(work: Coroutine[None, None, None]) -> None:
    """Run *work* to its end in a loop of its own, wherever we are called from."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
