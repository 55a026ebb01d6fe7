"""What would become of other records if one were removed: told before anybody says yes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from formwright.access import Actor, may
from formwright.metadata.model import Attribute, EntityType
from formwright.services.graph import graph_of
from formwright.services.opening import open_draft
from formwright.services.removing import manner_of, referring
from formwright.services.rights import check_allowed, follows_parent
from formwright.services.runtime import Runtime
from formwright.services.work import open_work

__all__ = ["Consequence", "consequences_of"]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What happens to the records that point at this one through one attribute.

    *manner* is ``protect`` (they forbid the removal), ``cascade`` (they go,
    too) or ``clear`` (they let go). *known* says whether the actor may read
    records of that kind at all.
    """

    entity: EntityType
    attribute: Attribute
    manner: str
    count: int
    known: bool


async def consequences_of(
    runtime: Runtime, entity: str, identity: UUID, actor: Actor
) -> tuple[Consequence, ...]:
    """Return what a removal does to others, what forbids it first.

    Raises NotFound, Forbidden when the actor may not remove the record, and
    Conflict when more point at it than one request removes.
    """
    async with runtime.database.transaction() as transaction:
        work = replace(open_work(runtime, transaction, actor), locking=False)
        draft = await open_draft(work, work.entity(entity), identity)
        await check_allowed(draft, "delete")
        found = []
        for other, attribute in graph_of(work.model).referrers.get(draft.entity.name, ()):
            count = len(await referring(draft, other, attribute))
            if count:
                known = follows_parent(other) or not may(other, "read", actor).denied
                manner = manner_of(draft, other, attribute)
                found.append(Consequence(other, attribute, manner, count, known))
    order = ("protect", "cascade", "clear")
    return tuple(sorted(found, key=lambda each: order.index(each.manner)))
