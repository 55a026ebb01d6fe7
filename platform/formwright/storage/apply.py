"""Carries out a plan, step by step. Every step leaves a state from which the next plan goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby

import asyncpg

from formwright.problems import Problem, ProblemError
from formwright.storage.changes import Backfill, Change, Guard, Online, Seal, Statement, Step, Transact
from formwright.storage.database import Database
from formwright.storage.names import quote
from formwright.storage.seals import write_seals

__all__ = ["Pace", "Progress", "Runner", "apply_connection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient and how greedy an apply is.

    A statement that cannot have its lock within *lock_timeout* seconds gives up and
    tries again, because everybody else would wait behind it.
    """

    lock_timeout: float = 0.2
    attempts: int = 60
    pause: float = 0.25
    statement_timeout: float = 60
    batch: int = 5000
    wait: float = 60  # for another apply to finish


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an apply is: *position* of *total* changes, and how many rows of the change are done."""

    change: Change
    position: int
    total: int
    done: int = 0
    expected: int = 0


Report = Callable[[Progress], Awaitable[None]]
AfterStep = Callable[[str], None]


@asynccontextmanager
async def apply_connection(database: Database, pace: Pace) -> AsyncIterator[asyncpg.Connection]:
    """Open a connection that alone may apply to the workspace.

    Raises ProblemError `apply-running` when another apply does not end in time.
    The server notices within a second when this process dies.
    """
    settings = {
        "search_path": f"{quote(database.workspace)}, public",
        "application_name": "formwright apply",
        "timezone": "UTC",
        "datestyle": "ISO",
        "intervalstyle": "iso_8601",
        "jit": "off",
        "client_connection_check_interval": "1000",
    }
    connection = await asyncpg.connect(database.dsn, server_settings=settings, statement_cache_size=0)
    try:
        await _lock(connection, pace.wait)
        yield connection
    finally:
        await connection.close(timeout=10)


async def _lock(connection: asyncpg.Connection, wait: float) -> None:
    asked = "select pg_try_advisory_lock(hashtextextended('formwright apply ' || current_schema(), 0))"
    for _ in range(max(1, int(wait / 0.25))):
        if await connection.fetchval(asked):
            return
        await asyncio.sleep(0.25)
    sentence = "Another apply is running on this workspace."
    raise ProblemError([Problem("apply-running", sentence, hint="wait until it is done, then plan again")])


class Runner:
    """Runs the steps of changes on one connection."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        pace: Pace,
        report: Report,
        after_step: AfterStep | None = None,
    ) -> None:
        """*after_step* is called after each commit with the name of what was committed."""
        self._connection = connection
        self._pace = pace
        self._report = report
        self._after_step = after_step

    async def run(self, change: Change, position: int, total: int) -> None:
        """Carry out *change*. Raises ProblemError when the database refuses."""
        try:
            await self._report(Progress(change, position, total))
            for number, step in enumerate(change.steps):
                await self._step(step, Progress(change, position, total))
                if not isinstance(step, Backfill):  # it tells of each batch itself
                    self._committed(f"{change.action} {change.subject} step {number}")
        except asyncpg.IntegrityConstraintViolationError as error:
            sentence = f"{change.subject}: records written meanwhile do not fit: {error}."
            raise ProblemError([Problem("apply-overtaken", sentence, hint="plan again")]) from error
        except asyncpg.PostgresError as error:
            raise ProblemError([_refused(change, error)]) from error

    async def _step(self, step: Step, progress: Progress) -> None:
        match step:
            case Transact():
                await self._retried(lambda: self._transact(step))
            case Online():
                # Waits for older transactions; nobody waits for it, so there is no limit.
                await self._connection.execute(step.sql)
            case Backfill():
                await self._backfill(step, progress)

    def _committed(self, name: str) -> None:
        if self._after_step:
            self._after_step(name)

    async def _retried(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do *work*; when a lock is not to be had or others win, pause and do it again."""
        for attempt in range(self._pace.attempts):
            try:
                return await work()
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                if attempt + 1 == self._pace.attempts:
                    raise
                await asyncio.sleep(self._pace.pause)
        return None

    async def _transact(self, step: Transact) -> None:
        timeout = 0 if step.scans else self._pace.statement_timeout
        async with self._connection.transaction():
            await self._set_timeouts(self._pace.lock_timeout, timeout)
            for kind, group in groupby(step.statements, key=type):
                if kind is Seal:
                    await write_seals(self._connection, [one for one in group if isinstance(one, Seal)])
                else:
                    for statement in group:
                        await self._statement(statement)

    async def _statement(self, statement: Statement) -> None:
        if isinstance(statement, Guard):
            found = await self._connection.fetchval(statement.sql)
            if found:
                hint = f"{found} records; plan again to see them"
                raise ProblemError([Problem(statement.code, statement.sentence, hint=hint)])
        elif isinstance(statement, str):
            await self._connection.execute(statement)

    async def _set_timeouts(self, lock: float, statement: float) -> None:
        settings = {"lock_timeout": lock, "statement_timeout": statement}
        for name, seconds in settings.items():
            value = f"{int(seconds * 1000)}ms"
            await self._connection.execute("select set_config($1, $2, true)", name, value)

    async def _backfill(self, step: Backfill, progress: Progress) -> None:
        table, column = quote(step.table), quote(step.column)
        rows = f"select count(*) from {table} where {step.where}"
        expected, done, last = await self._connection.fetchval(rows), 0, None
        while expected:
            row = await self._batch(
                _BATCH.format(
                    table=table,
                    column=column,
                    value=step.value,
                    where=step.where,
                    after="id > $2" if last else "$2::uuid is null",
                ),
                last,
            )
            if row["last"] is None:
                break
            last, done = row["last"], done + row["done"]
            change, position, total = progress.change, progress.position, progress.total
            await self._report(Progress(change, position, total, done, max(expected, done)))
            self._committed(f"{change.action} {change.subject} batch to {last}")

    async def _batch(self, sql: str, last: object) -> asyncpg.Record:
        found: list[asyncpg.Record] = []

        async def work() -> None:
            async with self._connection.transaction():
                await self._set_timeouts(self._pace.lock_timeout * 10, self._pace.statement_timeout)
                found.append(await self._connection.fetchrow(sql, self._pace.batch, last))

        await self._retried(work)
        return found[-1]


_BATCH = """
with page as (select id as fw_id from {table} where {after} and ({where}) order by id limit $1),
     done as (update {table} set {column} = {value} from page where id = fw_id and ({where}) returning 1)
select (select fw_id from page order by fw_id desc limit 1) as last, (select count(*) from done) as done
"""


def _refused(change: Change, error: asyncpg.PostgresError) -> Problem:
    if isinstance(error, asyncpg.LockNotAvailableError):
        sentence = f"{change.subject}: somebody holds table {change.table} all the time."
        hint = "end long transactions, then apply again: it goes on where it stopped"
        return Problem("apply-locked-out", sentence, hint=hint)
    sentence = f"{change.subject}: PostgreSQL refuses to {change.sentence}: {error}."
    return Problem("apply-failed", sentence, hint="nothing of this step is done; apply goes on from here")
