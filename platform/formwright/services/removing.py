"""Removing a record and bringing it back: the row stays, marked as deleted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import any_, select

from formwright.metadata.model import Attribute, EntityType
from formwright.problems import Problem
from formwright.services.commands import Remove, Saved
from formwright.services.computing import compute
from formwright.services.drafts import Draft
from formwright.services.effects import fire
from formwright.services.graph import graph_of
from formwright.services.opening import open_draft
from formwright.services.refusals import Conflict, Invalid
from formwright.services.rights import check_allowed, missing
from formwright.services.running import run
from formwright.services.runtime import Runtime
from formwright.services.saving import check_version, follow, refuse_stale, saved_of
from formwright.services.uniqueness import check_unique
from formwright.services.work import Work
from formwright.services.writing import write

__all__ = ["manner_of", "referring", "remove", "remove_draft", "remove_in", "restore", "restore_in"]

MOST = 10_000
"""How many records may go along with one; more is a job, not a request."""


async def remove(runtime: Runtime, command: Remove) -> Saved:
    """Remove a record softly.

    What points at it protects it (Conflict), goes along, or lets go, as the
    reference declares with `on_delete`. Raises NotFound, Forbidden, Stale, Conflict.
    """
    return await run(runtime, command, remove_in)


async def restore(runtime: Runtime, command: Remove) -> Saved:
    """Bring a removed record back; what went along with it is brought back by itself, one by one."""
    return await run(runtime, command, restore_in)


async def remove_in(work: Work, command: Remove) -> Saved:
    """Remove inside an open transaction."""
    draft = await _open(work, command, deleted=False)
    written = await remove_draft(draft)
    return saved_of(written[-1] if written else draft, draft.warnings, ("deleted_at",))


async def restore_in(work: Work, command: Remove) -> Saved:
    """Restore inside an open transaction."""
    draft = await _open(work, command, deleted=True)
    if draft.was("deleted_at") is None:
        raise Conflict([Problem("not-removed", "This record is not removed.")])
    draft.put("deleted_at", None)
    await compute(draft)
    await check_unique(draft)
    if draft.problems:
        raise Invalid(tuple(draft.problems))
    await write(draft, "restore")
    await follow([draft], [])
    return saved_of(draft, [], ("deleted_at",))


async def _open(work: Work, command: Remove, *, deleted: bool) -> Draft:
    entity = work.entity(command.entity)
    if command.id is None:
        raise missing(entity)
    draft = await open_draft(work, entity, command.id, deleted=deleted)
    await check_allowed(draft, "delete")
    if check_version(draft, command.version):
        raise refuse_stale(draft)
    return draft


async def remove_draft(draft: Draft) -> list[Draft]:
    """Mark the record as deleted, after its referrers were asked; return all that was written."""
    written: list[Draft] = []
    for entity, attribute in graph_of(draft.work.model).referrers.get(draft.entity.name, ()):
        ids = await referring(draft, entity, attribute)
        if not ids:
            continue
        manner = manner_of(draft, entity, attribute)
        if manner == "protect":
            raise _in_use(draft, entity, ids)
        for identity in ids:
            written += await _let_go(draft, entity, attribute, identity, manner)
    fired = await fire(draft, frozenset({"removed"}))
    draft.put("deleted_at", draft.work.now)
    await write(draft, "remove")
    written.append(draft)
    await follow([draft], [(draft, fired)])
    return written


async def referring(draft: Draft, entity: EntityType, attribute: Attribute) -> list[Any]:
    """Return the ids of the living records whose *attribute* points at the record."""
    work, table = draft.work, draft.work.source.table(entity.name)
    if attribute.name not in table.c:
        return []
    if attribute.type.name == "any":
        condition: Any = table.c[attribute.name] == f"{draft.entity.name}/{draft.id}"
    elif attribute.type.multiple:
        condition = draft.id == any_(table.c[attribute.name])
    else:
        condition = table.c[attribute.name] == draft.id
    query = select(table.c.id).where(condition, table.c.deleted_at.is_(None), table.c.id != draft.id)
    rows = await work.session.fetch(query.order_by(table.c.id).limit(MOST + 1))
    if len(rows) > MOST:
        raise Conflict([Problem("too-many-referrers", f"More than {MOST} records point at this one.")])
    return [row["id"] for row in rows if row["id"] not in work.removing]


def manner_of(draft: Draft, entity: EntityType, attribute: Attribute) -> str:
    """Return what `on_delete` says; embedded rows go with their parent unless it says otherwise."""
    said = attribute.options.get("on_delete")
    if said:
        return str(said)
    held = any(
        link.entity == draft.entity.name and link.by == attribute.name
        for link in graph_of(draft.work.model).parents.get(entity.name, ())
    )
    return "cascade" if entity.embedded and held else "protect"


async def _let_go(
    draft: Draft, entity: EntityType, attribute: Attribute, identity: Any, manner: str
) -> list[Draft]:
    work = draft.work.following(removing=draft.work.removing | {draft.id})
    other = await open_draft(work, entity, identity)
    if manner == "cascade":
        return await remove_draft(other)
    other.put(attribute.name, None)
    await compute(other)
    await write(other, "update", {"because": draft.entity.name})
    await follow([other], [])
    return [other]


def _in_use(draft: Draft, entity: EntityType, ids: list[Any]) -> Conflict:
    locale = draft.work.actor.locale
    if not entity.access and not draft.work.rights.system:
        what = "other records"
    else:
        what = f"{len(ids)} {(entity.label if len(ids) == 1 else entity.plural).get(locale)}"
    hint = "remove or change those first"
    return Conflict([Problem("in-use", f"This record is in use by {what}.", hint=hint)])
