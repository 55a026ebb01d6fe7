"""Checks what a draft points at: is it there, may the actor choose it, is it offered, is there no ring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Uuid, and_, any_, bindparam, func, literal, select

from formwright.access import row_condition
from formwright.metadata.model import Attribute
from formwright.problems import ProblemError
from formwright.services.drafts import Draft
from formwright.storage import system_tables
from formwright.storage.source import USER

__all__ = ["check_references", "check_rings"]

IDS = bindparam("ids", type_=ARRAY(Uuid()))


async def check_references(draft: Draft) -> None:
    """Note every reference that was changed to something that is not there or not offered."""
    for name, attribute in draft.attributes.items():
        value = draft.new.get(name)
        if value is None or not attribute.type.stored or not draft.changed(name):
            continue
        if attribute.type.name == "any":
            entity, _, identity = value.partition("/")
            if entity in draft.work.model.entities:
                await _check_records(draft, attribute, entity, [UUID(identity)])
        elif attribute.type.name == "user":
            await _check_users(draft, attribute, value)
        elif attribute.type.name in ("file", "image"):
            await _check_file(draft, attribute, value)
        elif attribute.target:
            ids = value if isinstance(value, list) else [value]
            await _check_records(draft, attribute, attribute.target, ids)


async def _check_records(draft: Draft, attribute: Attribute, target: str, ids: list[UUID]) -> None:
    """Tell apart only what the actor may know: a record that may not be read is not there."""
    work, entity = draft.work, draft.work.model.entities[target]
    ids = [each for each in ids if each not in work.saving]
    if not ids:
        return
    table = work.source.table(target)
    if work.rights.system and attribute.where is None:
        found = {row["id"]: True for row in await work.session.fetch(_living(table), ids=ids)}
        _tell(draft, attribute, ids, found)
        return
    readable = row_condition(entity, "read", work.rights, work.source, work.names)
    offered: Any = literal(True)
    if attribute.where is not None:
        binds = {**work.names, "record": draft.fields, **draft.context()}
        try:
            offered = attribute.where.where(work.source, binds)
        except ProblemError:
            offered = literal(False)
    query = select(table.c.id, offered.label("offered")).where(
        table.c.id == any_(IDS), table.c.deleted_at.is_(None), readable
    )
    found = {row["id"]: row["offered"] for row in await work.session.fetch(query, ids=ids)}
    _tell(draft, attribute, ids, found)


@lru_cache(maxsize=1024)
def _living(table: Table) -> Select[Any]:
    return select(table.c.id).where(table.c.id == any_(IDS), table.c.deleted_at.is_(None))


def _tell(draft: Draft, attribute: Attribute, ids: Iterable[UUID], found: Mapping[UUID, bool]) -> None:
    label = attribute.label.get(draft.work.actor.locale)
    for each in ids:
        if each not in found:
            draft.say("unknown-reference", f"{label}: there is no such record.", attribute.name)
        elif not found[each]:
            draft.say("not-offered", f"{label}: this record cannot be chosen here.", attribute.name)


async def _check_users(draft: Draft, attribute: Attribute, value: UUID) -> None:
    table = draft.work.source.table(USER)
    query = select(table.c.id).where(table.c.id == value, table.c.active)
    if await draft.work.session.fetchval(query) is None:
        label = attribute.label.get(draft.work.actor.locale)
        draft.say("unknown-reference", f"{label}: there is no such user.", attribute.name)


async def _check_file(draft: Draft, attribute: Attribute, value: UUID) -> None:
    table = system_tables.file
    if await draft.work.session.fetchval(select(table.c.id).where(table.c.id == value)) is None:
        label = attribute.label.get(draft.work.actor.locale)
        draft.say("unknown-reference", f"{label}: there is no such file.", attribute.name)


async def check_rings(draft: Draft) -> None:
    """Note where a chain of self references would come back to its start, or grow too long.

    The rows of the chain are locked and the chain is read once more, so that
    two changes at the same time cannot close a ring together.
    """
    for name, depth in draft.entity.acyclic.items():
        if draft.new.get(name) is None or not draft.changed(name):
            continue
        chain = await _chain(draft, name)
        if draft.id not in chain:
            await _lock(draft, chain)
            chain = await _chain(draft, name)
        label = draft.entity.attributes[name].label.get(draft.work.actor.locale)
        if draft.id in chain:
            draft.say("E_CYCLE", f"{label}: the chain would come back to this record.", name)
        elif depth and len(chain) + 1 + await _height(draft, name, depth) > depth:
            draft.say("too-deep", f"{label}: at most {depth} levels are allowed.", name)


async def _chain(draft: Draft, name: str) -> list[UUID]:
    """Return the ids from the new target upward, each once."""
    table, start = draft.work.source.table(draft.entity.name), draft.new[name]
    steps = (
        select(table.c.id, table.c[name].label("next"))
        .where(table.c.id == start)
        .cte("steps", recursive=True)
    )
    above = table.alias("above")
    steps = steps.union(select(above.c.id, above.c[name]).where(above.c.id == steps.c.next))
    rows = await draft.work.session.fetch(select(steps.c.id))
    return [row["id"] for row in rows]


async def _lock(draft: Draft, ids: Iterable[UUID]) -> None:
    table = draft.work.source.table(draft.entity.name)
    query = select(table.c.id).where(table.c.id == any_(IDS)).order_by(table.c.id).with_for_update(read=True)
    await draft.work.session.fetch(query, ids=list(ids))


async def _height(draft: Draft, name: str, limit: int) -> int:
    """Return how many levels hang below this record, counted up to *limit*."""
    if draft.old is None:
        return 0
    table = draft.work.source.table(draft.entity.name)
    levels = (
        select(table.c.id, literal(0).label("level"))
        .where(table.c.id == draft.id)
        .cte("levels", recursive=True)
    )
    below = table.alias("below")
    under = and_(below.c[name] == levels.c.id, below.c.deleted_at.is_(None), levels.c.level < limit)
    levels = levels.union_all(select(below.c.id, levels.c.level + 1).where(under))
    return int(await draft.work.session.fetchval(select(func.max(levels.c.level))))
