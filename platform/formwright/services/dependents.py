"""Keeps stored computed values of parents right when their children change by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from formwright.problems import Problem
from formwright.services.computing import compute
from formwright.services.drafts import Draft
from formwright.services.graph import Link, graph_of
from formwright.services.opening import open_drafts
from formwright.services.refusals import Conflict
from formwright.services.writing import Writing, write_all

__all__ = ["parents_of", "update_parents"]

MOST = 1_000
"""How many parents one save may change, and ten more for each record of a batch; more is a ring that no
`acyclic` forbids."""


async def update_parents(written: Iterable[Draft]) -> None:
    """Compute the parents of *written* records anew, and their parents, as far as values change.

    Parents that are saved in the same command have seen their children already.
    """
    wave, steps = list(written), 0
    most = MOST + 10 * len(wave)
    while wave:
        waiting: dict[str, dict[UUID, Draft]] = {}
        for draft in wave:
            for link, identity in parents_of(draft):
                waiting.setdefault(link.entity, {}).setdefault(identity, draft)
        wave = []
        for name, because in waiting.items():
            steps += len(because)
            if steps > most:
                sentence = f"More than {most:,} computed values follow from this change."
                raise Conflict([Problem("computed-ring", sentence)])
            wave += await _compute_again(name, because)


def parents_of(draft: Draft) -> list[tuple[Link, UUID]]:
    """Return the parents, before and after, that compute something from records like this one.

    Those that are saved, or removed, in the same command are left out.
    """
    found: list[tuple[Link, UUID]] = []
    for link in graph_of(draft.work.model).watchers.get(draft.entity.name, ()):
        for value in dict.fromkeys((draft.was(link.by), draft.new.get(link.by))):
            if isinstance(value, str):
                entity, _, identity = value.partition("/")
                if entity == link.entity:
                    found.append((link, UUID(identity)))
            elif value is not None:
                found.append((link, value))
    inside = draft.work.removing | ({draft.parent.id} if draft.parent is not None else set())
    return [(link, identity) for link, identity in found if identity not in inside]


async def _compute_again(name: str, because: Mapping[UUID, Draft]) -> list[Draft]:
    """Return those parents of which one value is another now, written."""
    work = next(iter(because.values())).work.following()
    parents = await open_drafts(work, work.model.entities[name], because)
    for parent in parents.values():
        await compute(parent)
    changed = [parent for parent in parents.values() if parent.changes()]
    await write_all(Writing(p, "compute", {"because": because[p.id].entity.name}) for p in changed)
    return changed
