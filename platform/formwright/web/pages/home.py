"""The first page, and the answer to a load balancer's question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import Request, get
from litestar.enums import MediaType
from litestar.response import Response

from formwright.access import may
from formwright.metadata.model import EntityType, ListView
from formwright.services.queries import Query, count_records
from formwright.services.recent import recent_records
from formwright.web.cells import label_of
from formwright.web.listing import count_text
from formwright.web.past import moment
from formwright.web.sessions import require_sign_in
from formwright.web.visit import Visit, visit_of

__all__ = ["health", "home"]

MOST_BADGES = 12


@dataclass(frozen=True, slots=True)
class Badge:
    """A list that wants to be looked at, with its count."""

    label: str
    entity: str
    icon: str
    href: str
    count: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """A record that the actor changed."""

    title: str
    kind: str
    icon: str
    href: str
    at: str
    at_iso: str
    state: str
    color: str


@get("/health", media_type=MediaType.TEXT)
async def health(request: Request[Any, Any, Any]) -> str:
    """Return ``ok`` when the database answers."""
    await visit_of(request).work.runtime.database.fetchval("select 1")
    return "ok"


@get("/", guards=[require_sign_in])
async def home(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what waits for the actor, what he changed last, and where he can go."""
    visit = visit_of(request)
    return visit.page("home", badges=await _badges(visit), changed=await _changed(visit))


async def _badges(visit: Visit) -> list[Badge]:
    found = []
    for entity, view in list(_waiting(visit))[:MOST_BADGES]:
        query = Query(entity=entity.name, actor=visit.person, view=view.name)
        count, capped = await count_records(visit.work.runtime, query)
        found.append(
            Badge(
                label=view.label.get(visit.locale),
                entity=entity.plural.get(visit.locale),
                icon=entity.icon,
                href=f"/{entity.name}?list={view.name}",
                count=count_text(count, capped=capped),
                quiet=not count,
            )
        )
    return sorted(found, key=lambda badge: badge.quiet)  # what is empty waits for nobody


def _waiting(visit: Visit) -> Iterator[tuple[EntityType, ListView]]:
    """Yield the lists with a badge, in the order of modules and their navigation."""
    order = {m.name: (m.order, m.name) for m in visit.model.modules.values()}
    entities = sorted(visit.model.entities.values(), key=lambda e: order.get(e.module, (0, e.module)))
    for entity in entities:
        if not entity.embedded and not may(entity, "read", visit.who).denied:
            yield from ((entity, view) for view in entity.lists.values() if view.badge)


async def _changed(visit: Visit) -> list[Changed]:
    found = []
    for each in await recent_records(visit.work.runtime, visit.person):
        state, color = "", ""
        if each.state is not None:
            state, color = label_of(each.entity, each.entity.attributes["state"], each.state, visit.locale)
        found.append(
            Changed(
                title=each.title,
                kind=each.entity.label.get(visit.locale),
                icon=each.entity.icon,
                href=f"/{each.entity.name}/{each.id}",
                at=moment(visit, each.at),
                at_iso=each.at.isoformat(),
                state=state,
                color=color,
            )
        )
    return found
