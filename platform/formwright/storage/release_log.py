"""The rows that tell of applies: `fw_release`, and how far each came in `fw_release_step`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from formwright.problems import Problem, as_json
from formwright.storage.changes import Plan
from formwright.storage.rendering import change_as_json, plan_as_json

__all__ = ["Release", "ReleaseLog", "list_releases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One apply of metadata. *status* is ``running``, ``done`` or ``failed``; *changes* how many it had."""

    number: int
    checksum: str
    status: str
    note: str
    applied_by: UUID | None
    applied_at: datetime
    finished_at: datetime | None
    changes: int


async def list_releases(connection: Any, limit: int = 50) -> list[Release]:
    """Return releases, the newest first. *connection* is anything with asyncpg's ``fetch``."""
    rows = await connection.fetch(_LIST, limit)
    return [Release(**dict(row)) for row in rows]


class ReleaseLog:
    """Writes the rows of one apply on its own connection."""

    def __init__(self, connection: asyncpg.Connection, number: int) -> None:
        """Write about release *number*; see :meth:`begin`."""
        self._connection = connection
        self.number = number

    @classmethod
    async def begin(
        cls,
        connection: asyncpg.Connection,
        plan: Plan,
        *,
        checksum: str,
        files: Mapping[str, str],
        actor: UUID | None,
        note: str,
    ) -> ReleaseLog:
        """Write the release and its steps before anything is done.

        Earlier releases that still say ``running`` were interrupted: the lock of
        the apply is ours, so nobody works on them.
        """
        async with connection.transaction():
            await connection.execute(_INTERRUPTED)
            number = await connection.fetchval("select coalesce(max(number), 0) + 1 from fw_release")
            texts = json.dumps(dict(files)), json.dumps(plan_as_json(plan))
            await connection.execute(_BEGIN, number, checksum, *texts, actor, note)
            steps = [
                (number, position, json.dumps(change_as_json(change)), change.rows)
                for position, change in enumerate(plan.changes)
            ]
            await connection.executemany(_STEP, steps)
        return cls(connection, number)

    async def started(self, position: int) -> None:
        """Note that a change begins."""
        await self._connection.execute(_STARTED, self.number, position)

    async def progressed(self, position: int, done: int, expected: int) -> None:
        """Note how many rows of a change are done."""
        await self._connection.execute(_PROGRESSED, self.number, position, done, expected)

    async def ended(self, position: int) -> None:
        """Note that a change is done."""
        await self._connection.execute(_ENDED, self.number, position)

    async def finish(self, problems: Sequence[Problem] = ()) -> None:
        """Note the end of the release: done, or failed with *problems*."""
        status = "failed" if problems else "done"
        found = json.dumps(as_json(problems)) if problems else None
        await self._connection.execute(_FINISHED, self.number, status, found)


_LIST = """
select number, checksum, status, note, applied_by, applied_at, finished_at,
       jsonb_array_length(plan->'changes') as changes
from fw_release order by number desc limit $1
"""
_INTERRUPTED = """
update fw_release set status = 'failed', finished_at = now(),
       problems = '[{"code": "apply-interrupted", "sentence": "The apply was interrupted."}]'
where status = 'running'
"""
_BEGIN = """
insert into fw_release (number, checksum, files, plan, applied_by, note)
values ($1, $2, $3::jsonb, $4::jsonb, $5, $6)
"""
_STEP = "insert into fw_release_step (release, position, change, rows_total) values ($1, $2, $3::jsonb, $4)"
_STARTED = """
update fw_release_step set status = 'running', started_at = now() where release = $1 and position = $2
"""
_PROGRESSED = """
update fw_release_step set rows_done = $3, rows_total = $4 where release = $1 and position = $2
"""
_ENDED = """
update fw_release_step set status = 'done', finished_at = now() where release = $1 and position = $2
"""
_FINISHED = """
update fw_release set status = $2, finished_at = now(), problems = $3::jsonb where number = $1
"""
