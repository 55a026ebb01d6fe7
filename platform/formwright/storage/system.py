"""Bring the system tables of a workspace up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import formwright
from formwright.problems import Problem, ProblemError
from formwright.storage.addresses import as_dsn, check_workspace
from formwright.storage.database import Database
from formwright.storage.history_partitions import ensure_partitions

__all__ = ["MIGRATION_TABLE", "config", "head", "system_connection", "upgrade"]

MIGRATION_TABLE = "fw_migration"
"""Where the number of the last migration is kept."""

_LOCK = 0x666F726D
"""Advisory lock held while migrating: two processes that start together do it once."""


async def upgrade(database: Database) -> None:
    """Create the schema of the workspace and run the migrations that are missing.

    Also creates the history partitions of this month and the next ones. Does nothing but a few
    reads when all is in place. Raises :class:`ProblemError` when the schema was made by a newer
    version of Formwright.
    """
    current = await _current(database)
    if current != head():
        _check_known(current)
        try:
            await _migrate(database)
        except DBAPIError as error:
            reason = str(error.orig.__cause__ if error.orig else error).strip().partition("\n")[0]
            sentence = f"The system tables cannot be made: {reason}."
            hint = "the user needs the right to create schemas in this database"
            raise ProblemError([Problem("system-schema-failed", sentence, hint=hint)]) from error
        await database.recycle()
    await ensure_partitions(database)


async def _migrate(database: Database) -> None:
    async with system_connection(database.dsn, database.workspace) as connection:
        await connection.execute(text(f'create schema if not exists "{database.workspace}"'))
        await connection.run_sync(_run)


@cache
def head() -> str:
    """Return the number of the newest migration."""
    found = ScriptDirectory.from_config(config()).get_current_head()
    return found or ""


@asynccontextmanager
async def system_connection(dsn: str, workspace: str) -> AsyncIterator[AsyncConnection]:
    """Open a SQLAlchemy connection in one transaction, under the lock of the migrations."""
    check_workspace(workspace)

    async def connect() -> Any:
        settings = {"search_path": f'"{workspace}", public', "application_name": "formwright migration"}
        return await asyncpg.connect(as_dsn(dsn), server_settings=settings)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
            yield connection
    finally:
        await engine.dispose()


def _run(connection: Connection) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def config() -> Config:
    """Return Alembic's settings: where the migrations are."""
    found = Config()
    found.set_main_option("script_location", str(_migrations()).replace("%", "%%"))
    return found


def _migrations() -> Path:
    """Return the folder of the migrations: in the wheel beside the package, else in the repository."""
    package = Path(formwright.__file__).parent
    packed = package / "migrations"
    return packed if packed.is_dir() else package.parents[1] / "migrations"


async def _current(database: Database) -> str | None:
    table = f"{database.workspace}.{MIGRATION_TABLE}"
    if await database.fetchval("select to_regclass($1)::text", table) is None:
        return None
    found: str | None = await database.fetchval(f"select version_num from {MIGRATION_TABLE}")
    return found


def _check_known(current: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if current is None or current in known:
        return
    sentence = f"The system tables are at migration {current}, which this version does not know."
    raise ProblemError([Problem("system-schema-newer", sentence, hint="run a newer Formwright")])
