"""The monthly partitions of the history: made ahead, and removable one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from formwright.storage.database import Database, Transaction

__all__ = ["Month", "ensure_partitions"]

AHEAD = 3
"""How many months after the current one have their partition."""


PATIENCE = "5s"
"""How long to wait for the lock on the history, and so at most to hold up its writers."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> Month:
        """Return the month of an aware *moment*."""
        there = moment.astimezone(UTC)
        return cls(there.year, there.month)

    def later(self, months: int) -> Month:
        """Return the month so many *months* later."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def table(self) -> str:
        """The name of the partition."""
        return f"fw_history_{self.year:04}_{self.month:02}"


async def ensure_partitions(
    database: Database, now: datetime | None = None, ahead: int = AHEAD
) -> list[Month]:
    """Create the partitions of the month of *now* and of the *ahead* next ones; return the new ones.

    Rows that were written to the default partition meanwhile move to their month. When a long
    transaction keeps the history locked, the rest waits for the next call: the default partition
    takes every row without one.
    """
    first = Month.of(now or datetime.now(UTC))
    wanted = [first.later(index) for index in range(ahead + 1)]
    missing = [month for month in wanted if not await _exists(database, month)]
    made: list[Month] = []
    for month in missing:
        try:
            await database.run_transaction(partial(_create, month))
        except asyncpg.LockNotAvailableError:
            break
        made.append(month)
    return made


async def _exists(database: Database, month: Month) -> bool:
    name = f"{database.workspace}.{month.table}"
    return await database.fetchval("select to_regclass($1)::text", name) is not None


async def _create(month: Month, tx: Transaction) -> None:
    # Only one process at a time, and no writer: one that was sent to the default partition before the
    # month existed, and waits there, would then fail on that partition's new bound.
    await tx.execute(f"set local lock_timeout = '{PATIENCE}'")
    await tx.execute("lock table fw_history in share row exclusive mode")
    if await tx.fetchval("select to_regclass(current_schema() || '.' || $1)::text", month.table) is not None:
        return
    bounds = f"from ('{month.start} 00:00+00') to ('{month.later(1).start} 00:00+00')"
    inside = f"at >= '{month.start} 00:00+00' and at < '{month.later(1).start} 00:00+00'"
    await tx.execute("lock table fw_history_default in access exclusive mode")
    await tx.execute(f"create table {month.table} (like fw_history including defaults)")
    await tx.execute(
        f"with moved as (delete from fw_history_default where {inside} returning *) "
        f"insert into {month.table} select * from moved"
    )
    await tx.execute(f"alter table fw_history attach partition {month.table} for values {bounds}")
