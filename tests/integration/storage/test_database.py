"""The pool, transactions, and statements compiled once."""

import pytest

from formwright.storage.database import Database

pytestmark = [pytest.mark.anyio, pytest.mark.both_servers]


async def test_smoke(database: Database):
    assert await database.fetchval("select count(*) from fw_user") == 0


async def test_smoke2(database: Database):
    assert await database.fetchval("select count(*) from fw_user") == 0
