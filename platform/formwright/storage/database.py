"""The connection pool of one workspace, and the two ways to use it: one statement, or a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import asyncpg
import msgspec
from sqlalchemy.sql import ClauseElement

from formwright.problems import Problem, ProblemError
from formwright.storage.addresses import as_dsn, check_workspace
from formwright.storage.statements import Bound, Statements

__all__ = ["RETRIED", "Database", "Held", "Session", "Transaction"]

OLDEST = 15
"""The oldest major version of PostgreSQL that is accepted."""

RETRIED = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.exceptions.OutdatedSchemaCacheError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
)
"""Failures after which the same transaction may well succeed: columns changed under a cached plan,
or another transaction won."""

Statement = ClauseElement | str
Result = TypeVar("Result")

_RESET = "select pg_advisory_unlock_all(); close all; unlisten *; reset all"
_SETTINGS = {"application_name": "formwright", "jit": "off", "timezone": "UTC"}


class Session:
    """What runs statements.

    A statement is a SQLAlchemy Core construct with its parameters by name, or SQL text with
    its values in order (``$1``, ``$2``). Rows come back as :class:`asyncpg.Record`
    (``row["name"]``). ``jsonb`` arrives decoded; ``json`` arrives as the bytes PostgreSQL made,
    because a read that only feeds JSON passes them through. Client-side column defaults of
    SQLAlchemy are not applied: ids are made by the application, the rest by the server.
    """

    def __init__(self, executor: Any, statements: Statements) -> None:
        """Run on *executor*, an asyncpg pool or connection."""
        self._executor = executor
        self._statements = statements

    async def fetch(self, statement: Statement, /, *values: Any, **named: Any) -> list[asyncpg.Record]:
        """Return all rows."""
        bound = self._bind(statement, values, named)
        rows: list[asyncpg.Record] = await self._executor.fetch(bound.sql, *bound.values)
        return rows

    async def fetchrow(self, statement: Statement, /, *values: Any, **named: Any) -> asyncpg.Record | None:
        """Return the first row, or None."""
        bound = self._bind(statement, values, named)
        return await self._executor.fetchrow(bound.sql, *bound.values)

    async def fetchval(self, statement: Statement, /, *values: Any, **named: Any) -> Any:
        """Return the first column of the first row, or None."""
        bound = self._bind(statement, values, named)
        return await self._executor.fetchval(bound.sql, *bound.values)

    async def execute(self, statement: Statement, /, *values: Any, **named: Any) -> int:
        """Run a statement; return how many rows it touched (0 where that means nothing)."""
        bound = self._bind(statement, values, named)
        status: str = await self._executor.execute(bound.sql, *bound.values)
        return _count(status)

    async def executemany(self, statement: Statement, rows: Iterable[Any], /) -> None:
        """Run a statement once for each row: mappings with equal keys, or sequences for SQL text."""
        if isinstance(statement, str):
            await self._executor.executemany(statement, list(rows))
            return
        bound = self._statements.bind_many(statement, rows)
        if bound:
            await self._executor.executemany(bound[0].sql, [each.values for each in bound])

    async def fetchmany(self, statement: ClauseElement, rows: Sequence[Mapping[str, Any]], /) -> list[Any]:
        """Run a statement once for each row, all in one round trip; return what all gave, in order.

        All *rows* have the same keys.
        """
        bound = self._statements.bind_many(statement, rows)
        if not bound:
            return []
        found: list[Any] = await self._executor.fetchmany(bound[0].sql, [each.values for each in bound])
        return found

    def _bind(self, statement: Statement, values: tuple[Any, ...], named: Mapping[str, Any]) -> Bound:
        if isinstance(statement, str):
            return Bound(statement, values)
        if values:
            raise TypeError("A SQLAlchemy statement takes its parameters by name.")
        return self._statements.bind(statement, named)


class Transaction(Session):
    """An open transaction. Leaving the block that opened it commits, an exception rolls back.

    *connection* is the driver's, for COPY and cursors.
    """

    def __init__(self, connection: Any, statements: Statements) -> None:
        """Run on *connection*, inside a transaction that is already open."""
        super().__init__(connection, statements)
        self.connection: asyncpg.Connection = connection

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[Transaction]:
        """Open a part that can fail alone."""
        async with self.connection.transaction():
            yield self


class Held(Session):
    """One connection held for several statements, each committing by itself, and transactions."""

    def __init__(self, connection: Any, statements: Statements) -> None:
        """Run on *connection*, outside any transaction."""
        super().__init__(connection, statements)
        self.connection: asyncpg.Connection = connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction on this connection."""
        async with self.connection.transaction():
            yield Transaction(self.connection, self._statements)


class Database(Session):
    """A pool of connections to one workspace. Statements run here commit by themselves."""

    def __init__(self, pool: Any, dsn: str, workspace: str) -> None:
        """Use an open *pool*; call :meth:`connect` instead."""
        super().__init__(pool, Statements())
        self._pool = pool
        self.dsn = dsn
        self.workspace = workspace

    @classmethod
    async def connect(cls, dsn: str, workspace: str = "main", *, size: int = 8) -> Self:
        """Return an open database; *size* is the largest number of connections.

        The schema named *workspace* is the search path (`public` follows, for extensions), but it
        need not exist yet. Raises :class:`ProblemError` when the server cannot be reached, refuses
        the user, or is older than 15.
        """
        check_workspace(workspace)
        plain = as_dsn(dsn)
        try:
            pool = await _open_pool(plain, workspace, size)
        except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise ProblemError([_unreachable(error)]) from error
        database = cls(pool, plain, workspace)
        if problem := await database._unfit():
            await database.close()
            raise ProblemError([problem])
        return database

    async def _unfit(self) -> Problem | None:
        asked = (
            "select current_setting('server_version_num')::int / 10000, current_setting('server_encoding')"
        )
        row = await self.fetchrow(asked)
        major, encoding = row if row is not None else (0, "")
        if major < OLDEST:
            sentence = f"The server is PostgreSQL {major}, but at least {OLDEST} is needed."
            return Problem("database-too-old", sentence, hint="upgrade the server")
        if encoding != "UTF8":
            sentence = f"The encoding of the database is {encoding}, but texts are Unicode."
            return Problem("database-encoding", sentence, hint="create database … encoding 'UTF8'")
        return None

    async def close(self) -> None:
        """Close all connections, at the latest after ten seconds."""
        try:
            async with asyncio.timeout(10):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def __aenter__(self) -> Self:
        """Return the database itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    @asynccontextmanager
    async def transaction(self, *, isolation: str | None = None) -> AsyncIterator[Transaction]:
        """Open a transaction: ``async with database.transaction() as tx``.

        *isolation* is ``serializable``, ``repeatable_read`` or the server's default.
        """
        async with self._pool.acquire() as connection, connection.transaction(isolation=isolation):
            yield Transaction(connection, self._statements)

    async def run_transaction(
        self,
        work: Callable[[Transaction], Awaitable[Result]],
        *,
        isolation: str | None = None,
    ) -> Result:
        """Return what *work* returns; when it fails for a reason in :data:`RETRIED`, run it once more.

        *work* must have no effect outside the transaction before it returns.
        """
        try:
            async with self.transaction(isolation=isolation) as tx:
                return await work(tx)
        except RETRIED:
            async with self.transaction(isolation=isolation) as tx:
                return await work(tx)

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[Held]:
        """Hold one connection: for advisory locks of the session, ``create index concurrently``, ``set``.

        Whatever was set or locked is undone at the end.
        """
        async with self._pool.acquire() as connection:
            try:
                yield Held(connection, self._statements)
            finally:
                if not connection.is_closed():
                    await connection.execute(_RESET)

    async def recycle(self) -> None:
        """Replace every connection when it is next used, and with it every cached plan.

        Call this when the tables changed.
        """
        await self._pool.expire_connections()

    async def listen(self, channel: str, notice: Callable[[str], None]) -> Callable[[], Awaitable[None]]:
        """Call *notice* with each payload on *channel*; return what stops it.

        Uses a connection of its own; it ends when that connection does.
        """
        connection = await asyncpg.connect(self.dsn, server_settings={**_SETTINGS})

        def heard(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
            notice(payload)

        await connection.add_listener(channel, heard)

        async def stop() -> None:
            await connection.close()

        return stop


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that is returned to the pool without a reset query: that costs 30 % of a small read.

    Open transactions are still rolled back. Nothing else is left behind as long as callers keep to
    ``set local`` and transaction-level advisory locks, which the tests of this package check.
    """

    def get_reset_query(self) -> str:
        return ""


async def _open_pool(dsn: str, workspace: str, size: int) -> Any:
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=10,
        max_queries=0x7FFFFFFF,
        statement_cache_size=1000,
        max_cached_statement_lifetime=0,
        connection_class=_Connection,
        init=_prepare,
        server_settings={**_SETTINGS, "search_path": f'"{workspace}", public'},
    )


async def _prepare(connection: asyncpg.Connection) -> None:
    """Set the codecs: jsonb to and from Python values, json to bytes."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode_jsonb, decoder=_decode_jsonb, format="binary"
    )
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=msgspec.json.encode, decoder=bytes, format="binary"
    )


def _encode_jsonb(value: Any) -> bytes:
    # The binary form of jsonb is a version byte, then the text.
    return b"\x01" + msgspec.json.encode(value)


def _decode_jsonb(data: bytes) -> Any:
    return msgspec.json.decode(memoryview(data)[1:])


def _count(status: str) -> int:
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0


def _unreachable(error: BaseException) -> Problem:
    if isinstance(error, ValueError):
        # The text of these errors quotes the URL, which may hold a password.
        sentence = "The database URL cannot be read."
        hint = "write postgresql://user:password@host:5432/database, with special signs percent-encoded"
        return Problem("database-url-invalid", sentence, hint=hint)
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Problem(
        "database-unreachable",
        f"The database does not answer: {reason}",
        hint="check DATABASE_URL, and that the server runs and accepts this user",
    )
