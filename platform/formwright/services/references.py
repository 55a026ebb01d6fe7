"""Checks what a draft points at: is it there, may the actor choose it, is it offered, is there no ring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, func, literal, select

from formwright.access import row_condition
from formwright.metadata.model import Attribute
from formwright.problems import ProblemError
from formwright.services.drafts import Draft
from formwright.services.probes import FILE, Living, Probes, reads_names
from formwright.storage.source import USER

__all__ = ["ask_references", "check_references", "check_rings"]

IDS = bindparam("ids", type_=ARRAY(Uuid()))


def ask_references(draft: Draft, probes: Probes) -> None:
    """Put every reference that was changed among the questions to ask, where one question fits all drafts."""
    for attribute, target, ids in _changed(draft):
        if _is_plain(draft, attribute, target):
            probes.is_living(Living(target), ids)
            if attribute.where is not None:
                probes.is_living(Living(target, attribute.where), ids)


async def check_references(draft: Draft, probes: Probes) -> None:
    """Note every reference that was changed to something that is not there or not offered."""
    for attribute, target, ids in _changed(draft):
        if target in (USER, FILE):
            sentence = f"there is no such {'user' if target == USER else 'file'}."
            if any(not probes.knows(Living(target), each) for each in ids):
                label = attribute.label.get(draft.work.actor.locale)
                draft.say("unknown-reference", f"{label}: {sentence}", attribute.name)
        elif _is_plain(draft, attribute, target):
            offered = Living(target, attribute.where)
            there = [each for each in ids if probes.knows(Living(target), each)]
            _tell(draft, attribute, ids, {each: probes.knows(offered, each) for each in there})
        else:
            await _check_records(draft, attribute, target, ids)


def _changed(draft: Draft) -> Iterator[tuple[Attribute, str, list[UUID]]]:
    """Yield each reference that was changed, with the entity type and the ids it points at.

    What is saved in the same command is there.
    """
    for attribute in draft.traits.pointing:
        value = draft.new.get(attribute.name)
        if value is None or not draft.changed(attribute.name):
            continue
        target, ids = _target(draft, attribute, value)
        if target == USER:
            ids = [each for each in ids if each != draft.work.actor_id]  # who acts is there
        elif target != FILE:
            ids = [each for each in ids if each not in draft.work.saving]
        if target and ids:
            yield attribute, target, ids


def _target(draft: Draft, attribute: Attribute, value: Any) -> tuple[str, list[UUID]]:
    if attribute.type.name == "any":
        entity, _, identity = value.partition("/")
        return (entity, [UUID(identity)]) if entity in draft.work.model.entities else ("", [])
    if attribute.type.name == "user":
        return USER, [value]
    if attribute.type.name in ("file", "image"):
        return FILE, [value]
    return attribute.target, value if isinstance(value, list) else [value]


def _is_plain(draft: Draft, attribute: Attribute, target: str) -> bool:
    """Return whether the answer depends on nothing but the record that is pointed at."""
    if target in (USER, FILE):
        return True
    return draft.work.rights.system and (attribute.where is None or not reads_names(attribute.where))


async def _check_records(draft: Draft, attribute: Attribute, target: str, ids: list[UUID]) -> None:
    """Tell apart only what the actor may know: a record that may not be read is not there."""
    work, entity = draft.work, draft.work.model.entities[target]
    table = work.source.table(target)
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


def _tell(draft: Draft, attribute: Attribute, ids: Iterable[UUID], found: Mapping[UUID, bool]) -> None:
    label = attribute.label.get(draft.work.actor.locale)
    for each in ids:
        if each not in found:
            draft.say("unknown-reference", f"{label}: there is no such record.", attribute.name)
        elif not found[each]:
            draft.say("not-offered", f"{label}: this record cannot be chosen here.", attribute.name)


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
