"""Turns decisions of `access` about one record into refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from formwright.access import may
from formwright.metadata.model import EntityType
from formwright.services.drafts import Draft
from formwright.services.graph import graph_of
from formwright.services.loading import fetch_records
from formwright.services.needs import save_needs
from formwright.services.refusals import Forbidden, NotFound
from formwright.services.work import Work

__all__ = ["allowed", "check_allowed", "follows_parent", "missing"]

PARENT_ACTION = {"read": "read", "export": "export"}
"""What the right to a row of a parent asks of the parent; everything else asks for `update`."""


def follows_parent(entity: EntityType) -> bool:
    """Return whether rights are those to the parent: embedded rows without grants of their own."""
    return entity.embedded and not entity.access


async def allowed(draft: Draft, action: str, *, before: bool = True) -> bool:
    """Return whether the actor may do *action* with the record as it was (*before* false: as it will be)."""
    work = draft.work
    if follows_parent(draft.entity) and not work.rights.system:
        return draft.parent is not None or await _parent_allows(draft, action)
    decision = may(draft.entity, action, work.rights)
    if decision.allowed or decision.denied:
        return decision.allowed
    fields = draft.old_fields if before and draft.old_fields is not None else draft.fields
    context = {**fields, **work.names, "record": fields}
    return decision.on(context)


async def _parent_allows(draft: Draft, action: str) -> bool:
    """Return whether a parent of an embedded row exists that grants it."""
    work, values = draft.work, draft.old or draft.new
    for link in graph_of(work.model).parents.get(draft.entity.name, ()):
        identity = _parent_id(values, link.by, link.entity)
        if identity is not None and await _may_with(
            work, link.entity, identity, PARENT_ACTION.get(action, "update")
        ):
            return True
    return False


def _parent_id(values: Mapping[str, Any], by: str, entity: str) -> UUID | None:
    value = values.get(by)
    if isinstance(value, str):
        name, _, identity = value.partition("/")
        return UUID(identity) if name == entity else None
    return value if isinstance(value, UUID) else None


async def _may_with(work: Work, name: str, identity: UUID, action: str) -> bool:
    entity = work.model.entities[name]
    needs = {n: dict(below) for n, below in save_needs(work.model, entity).record.items()}
    fields = (await fetch_records(work, name, [identity], needs)).get(identity)
    if fields is None:
        return False
    return may(entity, action, work.rights).on({**fields, **work.names, "record": fields})


async def check_allowed(draft: Draft, action: str) -> None:
    """Raise NotFound when the actor may not read the record, Forbidden when not do *action*."""
    if draft.old is not None and not await allowed(draft, "read"):
        raise missing(draft.entity)
    if not await allowed(draft, action):
        raise Forbidden.of("forbidden", _sentence(draft, action))


def missing(entity: EntityType) -> NotFound:
    """Return the refusal for a record that is not there, or not for this actor."""
    problems = NotFound.of("not-found", f"There is no such {str(entity.label).lower()}.").problems
    return NotFound(problems)


def _sentence(draft: Draft, action: str) -> str:
    label = draft.entity.label.get(draft.work.actor.locale)
    kind, _, name = action.partition(":")
    if kind == "create":
        return f"You may not create this: {label}."
    if name:
        return f"You may not do this with this record: {name}."
    return f"You may not {kind} this record: {label}."
