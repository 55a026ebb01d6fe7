"""A desk for each test: the small metadata applied once, then copied."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.support.desk import Desk, build, desk_on
from tests.support.servers import Server

from formwright.storage.database import Database


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Desk]:
    url = server.create(server.template("desk", build))
    async with await Database.connect(url, size=6) as database:
        yield await desk_on(database)
    server.drop(url)
