"""Human numbers: CUS-000042, from one counter a series; gaps are allowed, doubles are not."""

from __future__ import annotations

from collections.abc import Sequence

from formwright.services.drafts import Draft

__all__ = ["give_numbers"]

NEXT = """
insert into fw_series as s (name, value) select * from unnest($1::text[], $2::bigint[])
on conflict (name) do update set value = s.value + excluded.value returning name, value
"""
REACH = """
insert into fw_series as s (name, value) select * from unnest($1::text[], $2::bigint[])
on conflict (name) do update set value = greatest(s.value, excluded.value)
"""
HIGHEST = 2**62


async def give_numbers(drafts: Sequence[Draft]) -> None:
    """Give new records their numbers; one that came with imported data moves the counter past it.

    This is the last step before the write, because the rows of the counters
    are locked until the transaction ends: all at once, in the order of their names.
    """
    waiting: dict[str, list[Draft]] = {}
    reached: dict[str, int] = {}
    for draft in drafts:
        if draft.entity.number is None or draft.old is not None:
            continue
        prefix, given = _prefix(draft), draft.new.get("number")
        name = f"{draft.entity.name}:{prefix}"
        if given is None:
            waiting.setdefault(name, []).append(draft)
        elif given.startswith(prefix) and given[len(prefix) :].isdecimal():
            reached[name] = max(reached.get(name, 0), int(given[len(prefix) :]))
    reached = {name: value for name, value in sorted(reached.items()) if value < HIGHEST}
    if reached:
        await drafts[0].work.session.execute(REACH, list(reached), list(reached.values()))
    if waiting:
        await _take(waiting)


def _prefix(draft: Draft) -> str:
    series = draft.entity.number
    return series.prefix.replace("{year}", str(draft.work.today.year)) if series is not None else ""


async def _take(waiting: dict[str, list[Draft]]) -> None:
    names = sorted(waiting)
    session = waiting[names[0]][0].work.session
    rows = await session.fetch(NEXT, names, [len(waiting[name]) for name in names])
    for name, last in rows:
        drafts = waiting[name]
        for value, draft in enumerate(drafts, last - len(drafts) + 1):
            series = draft.entity.number
            if series is not None:
                draft.put("number", f"{_prefix(draft)}{value:0{series.digits}}")
