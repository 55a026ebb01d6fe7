"""Short ways to put rows into planned tables and to look at what an apply left."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from formwright.metadata.model import Model
from formwright.storage.database import Session
from formwright.storage.names import quote
from formwright.storage.releases import Outcome, Request, apply, plan

__all__ = ["actions", "insert", "release", "rows"]


async def release(database: Any, model: Model, **keys: Any) -> Outcome:
    """Apply *model* and make sure that nothing is left to do."""
    outcome = await apply(database, Request(model=model, **keys))
    again = await plan(database, model)
    assert again.is_empty, [f"{one.action} {one.subject}: {one.sentence}" for one in again.changes]
    return outcome


async def actions(database: Any, model: Model) -> list[str]:
    """Return what an apply would do: actions with their subjects."""
    found = await plan(database, model)
    return [f"{one.action} {one.subject}" for one in found.changes]


async def insert(session: Session, table: str, **values: Any) -> uuid.UUID:
    """Insert a row; return its id."""
    values.setdefault("id", uuid.uuid4())
    names = ", ".join(quote(name) for name in values)
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    await session.execute(f"insert into {quote(table)} ({names}) values ({places})", *values.values())
    identity: uuid.UUID = values["id"]
    return identity


async def rows(session: Session, table: str, *columns: str) -> list[Mapping[str, Any]]:
    """Return the columns of all rows in the order of their numbers."""
    listed = ", ".join(quote(column) for column in columns)
    return [
        dict(row) for row in await session.fetch(f"select {listed} from {quote(table)} order by number, id")
    ]
