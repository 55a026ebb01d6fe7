"""A site over the samples for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.servers import Server
from tests.support.site import Site, build_samples, open_site

from formwright.storage.database import Database


@pytest.fixture
async def site(server: Server, tmp_path: Path) -> AsyncIterator[Site]:
    """The samples, with one user for each role."""
    url = server.create(server.template("samples", build_samples))
    async with await Database.connect(url, size=4) as database:
        yield open_site(database, tmp_path / "files")
    server.drop(url)


@pytest.fixture(scope="module")
async def still(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The same for all tests of a module that store nothing."""
    url = server.create(server.template("samples", build_samples))
    async with await Database.connect(url, size=4) as database:
        yield open_site(database, tmp_path_factory.mktemp("files"))
    server.drop(url)
