"""Keeps stored computed values of parents right when their children change by themselves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from uuid import UUID

from formwright.problems import Problem
from formwright.services.computing import compute
from formwright.services.drafts import Draft
from formwright.services.graph import Link, graph_of
from formwright.services.opening import open_draft
from formwright.services.refusals import Conflict, NotFound
from formwright.services.writing import write

__all__ = ["update_parents"]

MOST = 1_000
"""How many parents one save may change; more is a ring that no `acyclic` forbids."""


async def update_parents(written: Iterable[Draft]) -> None:
    """Compute the parents of *written* records anew, and their parents, as far as values change.

    Parents that are saved in the same command have seen their children already.
    """
    drafts = list(written)
    waiting = deque((draft, link, parent) for draft in drafts for link, parent in _parents(draft))
    steps = 0
    while waiting:
        child, link, identity = waiting.popleft()
        if identity in child.work.removing or (child.parent is not None and child.parent.id == identity):
            continue
        steps += 1
        if steps > MOST:
            raise Conflict(
                [Problem("computed-ring", f"More than {MOST} computed values follow from this change.")]
            )
        parent = await _compute_again(child, link, identity)
        if parent is not None:
            waiting.extend((parent, upper, other) for upper, other in _parents(parent))


def _parents(draft: Draft) -> list[tuple[Link, UUID]]:
    """Return the parents, before and after, that compute something from records like this one."""
    found: list[tuple[Link, UUID]] = []
    for link in graph_of(draft.work.model).watchers.get(draft.entity.name, ()):
        for value in dict.fromkeys((draft.was(link.by), draft.new.get(link.by))):
            if isinstance(value, str):
                entity, _, identity = value.partition("/")
                if entity == link.entity:
                    found.append((link, UUID(identity)))
            elif value is not None:
                found.append((link, value))
    return found


async def _compute_again(child: Draft, link: Link, identity: UUID) -> Draft | None:
    """Return the parent when one of its values is another now, written; else None."""
    work = child.work.following()
    try:
        parent = await open_draft(work, work.model.entities[link.entity], identity)
    except NotFound:
        return None
    await compute(parent)
    if not parent.changes():
        return None
    await write(parent, "compute", {"because": child.entity.name})
    return parent
