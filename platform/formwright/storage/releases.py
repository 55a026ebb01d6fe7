"""Releases: plan, apply, roll back, list, purge. What the command line and the server call."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from formwright.metadata.model import Model
from formwright.problems import Problem, ProblemError
from formwright.storage.apply import AfterStep, Pace, Progress, Report, Runner, apply_connection
from formwright.storage.changes import Plan
from formwright.storage.database import Database
from formwright.storage.names import quote
from formwright.storage.planning import make_plan, without_rows
from formwright.storage.release_log import Release, ReleaseLog, list_releases
from formwright.storage.tables import build_tables

__all__ = ["Outcome", "Release", "apply", "list_releases", "plan", "purge", "rollback", "sources_of"]

CompileSources = Callable[[Mapping[str, str]], Model]
"""Makes a Model of files (path -> text); raises ProblemError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an apply did. *number* is None when there was nothing to do and nothing to note."""

    plan: Plan
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who applies what, and how. *expected* is the plan that a person said yes to."""

    model: Model
    files: Mapping[str, str] = field(default_factory=dict)
    actor: UUID | None = None
    note: str = ""
    expected: Plan | None = None
    rules: bool = True
    pace: Pace = field(default_factory=Pace)


async def plan(database: Database, model: Model, *, rules: bool = True) -> Plan:
    """Return what an apply of *model* would do now. Only reads.

    Raises ProblemError for names that PostgreSQL keeps for itself.
    """
    tables = build_tables(model, rules=rules)
    async with database.transaction(isolation="repeatable_read") as transaction:
        return await make_plan(transaction.connection, tables)


async def apply(
    database: Database,
    request: Request,
    *,
    report: Report | None = None,
    after_step: AfterStep | None = None,
) -> Outcome:
    """Make the database as the Model declares it and note it as a release.

    The plan is made anew under the lock that lets one apply run at a time.
    Raises ProblemError: the problems of the plan (then nothing is done), `plan-stale` when it is
    not the expected one, `apply-running`, or what the database refused half-way; then the next
    apply goes on from there.
    """
    tables = build_tables(request.model, rules=request.rules)
    async with apply_connection(database, request.pace) as connection:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found = await make_plan(connection, tables)
        _check(found, request.expected)
        if found.is_empty and await _is_noted(connection, request.model.checksum):
            return Outcome(found)
        log = await ReleaseLog.begin(
            connection,
            found,
            checksum=request.model.checksum,
            files=request.files,
            actor=request.actor,
            note=request.note,
        )
        await _run(log, found, _runner(connection, log, request.pace, report, after_step))
    await database.recycle()
    return Outcome(found, log.number)


def _check(found: Plan, expected: Plan | None) -> None:
    if found.problems:
        raise ProblemError(found.problems)
    if expected is not None and without_rows(found) != without_rows(expected):
        sentence = "The database or the metadata changed since the plan was made."
        raise ProblemError([Problem("plan-stale", sentence, hint="look at the new plan, then apply it")])


async def _is_noted(connection: asyncpg.Connection, checksum: str) -> bool:
    last = await connection.fetchrow("select checksum, status from fw_release order by number desc limit 1")
    return last is not None and last["checksum"] == checksum and last["status"] == "done"


def _runner(
    connection: asyncpg.Connection,
    log: ReleaseLog,
    pace: Pace,
    report: Report | None,
    after_step: AfterStep | None,
) -> Runner:
    async def tell(progress: Progress) -> None:
        if progress.expected:
            await log.progressed(progress.position, progress.done, progress.expected)
        if report:
            await report(progress)

    return Runner(connection, pace, tell, after_step)


async def _run(log: ReleaseLog, found: Plan, runner: Runner) -> None:
    total = len(found.changes)
    try:
        for position, change in enumerate(found.changes):
            await log.started(position)
            await runner.run(change, position, total)
            await log.ended(position)
    except ProblemError as error:
        await log.finish(error.problems)
        raise
    await log.finish()


async def sources_of(database: Database, number: int) -> dict[str, str]:
    """Return the files (path -> text) of a release. Raises ProblemError `unknown-release`."""
    row = await database.fetchrow("select files, status from fw_release where number = $1", number)
    if row is None or row["status"] != "done":
        sentence = f"There is no finished release {number}."
        raise ProblemError([Problem("unknown-release", sentence, hint="see `formwright releases`")])
    files = row["files"]
    return dict(json.loads(files) if isinstance(files, str | bytes) else files)


async def rollback(
    database: Database,
    to: int,
    compile_sources: CompileSources,
    *,
    actor: UUID | None = None,
    report: Report | None = None,
) -> Outcome:
    """Apply the metadata of the earlier release *to*; what was set aside since comes back with its data.

    The rollback is a release of its own. Raises ProblemError `unknown-release`, and as :func:`apply`.
    """
    files = await sources_of(database, to)
    request = Request(model=compile_sources(files), files=files, actor=actor, note=f"rollback to {to}")
    return await apply(database, request, report=report)


async def purge(database: Database, table: str, column: str = "", *, pace: Pace | None = None) -> None:
    """Drop one parked column or table for ever, named as ``fw_parked`` names it.

    Raises ProblemError `not-parked` when nothing is kept under that name.
    """
    found = "select 1 from fw_parked where table_name = $1 and column_name = $2"
    async with apply_connection(database, pace or Pace()) as connection:
        if not await connection.fetchval(found, table, column):
            sentence = f"Nothing is kept aside as {'.'.join(part for part in (table, column) if part)}."
            raise ProblemError([Problem("not-parked", sentence, hint="see fw_parked")])
        action = (
            f"alter table {quote(table)} drop column {quote(column)}"
            if column
            else f"drop table {quote(table)}"
        )
        async with connection.transaction():
            await connection.execute("set local lock_timeout = '2s'")
            await connection.execute(action)
            await connection.execute(
                "delete from fw_parked where table_name = $1 and ($2 = '' or column_name = $2)", table, column
            )
    await database.recycle()
