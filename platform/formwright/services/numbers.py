"""Human numbers: CUS-000042, from one counter a series; gaps are allowed, doubles are not."""

from __future__ import annotations

from formwright.services.drafts import Draft
from formwright.storage.database import Session

__all__ = ["give_number"]

NEXT = """
insert into fw_series as s (name, value) values ($1, 1)
on conflict (name) do update set value = s.value + 1 returning value
"""
REACH = """
insert into fw_series as s (name, value) values ($1, $2)
on conflict (name) do update set value = greatest(s.value, $2)
"""


async def give_number(draft: Draft) -> None:
    """Give a new record its number; a number that came with imported data moves the counter past it.

    This is the last step before the write, because the row of the counter is
    locked until the transaction ends.
    """
    series = draft.entity.number
    if series is None or draft.old is not None:
        return
    prefix = series.prefix.replace("{year}", str(draft.work.today.year))
    name = f"{draft.entity.name}:{prefix}"
    given = draft.new.get("number")
    if given is None:
        value = await draft.work.session.fetchval(NEXT, name)
        draft.put("number", f"{prefix}{value:0{series.digits}}")
    elif given.startswith(prefix) and given[len(prefix) :].isdecimal():
        await _reach(draft.work.session, name, int(given[len(prefix) :]))


async def _reach(session: Session, name: str, value: int) -> None:
    if value < 2**62:
        await session.execute(REACH, name, value)
