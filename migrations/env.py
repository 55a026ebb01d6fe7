"""Alembic's entry point: on the connection that `formwright.storage.system` hands in, or on DATABASE_URL."""

from __future__ import annotations

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from formwright.storage.system import MIGRATION_TABLE, system_connection
from formwright.storage.system_tables import SYSTEM


def migrate(connection: Connection) -> None:
    """Run the asked-for migrations in one transaction."""
    context.configure(connection=connection, target_metadata=SYSTEM, version_table=MIGRATION_TABLE)
    with context.begin_transaction():
        context.run_migrations()


async def migrate_url() -> None:
    """Connect to DATABASE_URL and migrate the workspace of FORMWRIGHT_WORKSPACE (`main`)."""
    workspace = os.environ.get("FORMWRIGHT_WORKSPACE", "main")
    async with system_connection(os.environ["DATABASE_URL"], workspace) as connection:
        await connection.run_sync(migrate)


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(migrate_url())
else:
    migrate(given)
