"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from tests.support.servers import Server, close_run, open_run, present

from formwright.storage.database import Database

_guardian = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Open the run in the controller; the workers of xdist inherit it."""
    if not hasattr(config, "workerinput"):
        config.stash[_guardian] = open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the run, and with it the servers."""
    guardian = config.stash.get(_guardian, None)
    if guardian is not None:
        close_run(guardian)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `both_servers` on every server that is present."""
    if "server" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_servers"):
        metafunc.parametrize("server", present(), indirect=True, scope="session")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, which asyncpg needs."""
    return "asyncio"


_servers: dict[str, Server] = {}


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    """A running PostgreSQL: the embedded one, or each present one with the mark `both_servers`."""
    name = getattr(request, "param", "embedded")
    if name not in _servers:
        _servers[name] = Server(name)
    return _servers[name]


@pytest.fixture
def dsn(server: Server) -> Iterator[str]:
    """The URL of a fresh database with the system schema (workspace `main`)."""
    url = server.create(server.template())
    yield url
    server.drop(url)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    """An open :class:`Database` on a fresh database with the system schema."""
    async with await Database.connect(dsn) as opened:
        yield opened
