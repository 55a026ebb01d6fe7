"""Tables of the shop in a database of their own, asked in a session far from UTC."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.servers import Server
from tests.support.shop_tables import METADATA, TABLES, Filling

Run = Callable[[Executable], Sequence[Any]]


@pytest.fixture(scope="module")
def run(server: Server) -> Iterator[Run]:
    """Return a function that runs a statement and returns its rows."""
    dsn = server.create()
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(dsn, server_settings={"timezone": "America/New_York"}),
    )
    with asyncio.Runner() as runner:
        connection = runner.run(_opened(engine))

        def execute(statement: Executable) -> Sequence[Any]:
            return runner.run(_rows(connection, statement))

        yield execute
        runner.run(connection.close())
        runner.run(engine.dispose())
    server.drop(dsn)


async def _opened(engine: Any) -> Any:
    connection = await engine.connect()
    await connection.execution_options(isolation_level="AUTOCOMMIT")
    await connection.run_sync(METADATA.create_all)
    return connection


async def _rows(connection: Any, statement: Executable) -> Sequence[Any]:
    result = await connection.execute(statement)
    return list(result.all()) if result.returns_rows else []


def fill(run: Run, filling: Filling) -> None:
    """Replace all rows by those of *filling*."""
    for name, table in TABLES.items():
        run(table.delete())
        run(table.insert().values(filling.rows[name]))
