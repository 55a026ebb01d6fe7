"""The list of an entity type: as a table, a board or a calendar, whole or only its body."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Response

from formwright.access import may
from formwright.metadata.model import EntityType
from formwright.problems import Problem, suggest
from formwright.services.refusals import Forbidden, Invalid, NotFound
from formwright.web.asked import Asked, read_asked
from formwright.web.listing import ListPage, create_address, tabs, view_of
from formwright.web.lists import Scene, badges, show_nothing, show_view
from formwright.web.sessions import require_sign_in
from formwright.web.visit import Visit, visit_of

__all__ = ["entity_of", "show_list"]


def entity_of(visit: Visit, name: str) -> EntityType:
    """Return an entity type with pages of which the actor may read something; raise NotFound, Forbidden."""
    entity = visit.model.entities.get(name)
    if entity is None or entity.embedded:
        known = [n for n, e in visit.model.entities.items() if not may(e, "read", visit.who).denied]
        hint = suggest(name[:60], known) if len(name) <= 60 else ""
        raise NotFound.of("unknown-page", visit.translate("There is no such page."), hint=hint)
    if may(entity, "read", visit.who).denied:
        label = entity.plural.get(visit.locale)
        raise Forbidden.of("forbidden", visit.translate("You may not see this: {what}.", what=label))
    return entity


@get("/{entity:str}", guards=[require_sign_in])
async def show_list(request: Request[Any, Any, Any], entity: FromPath[str]) -> Response[str]:
    """Show the list that the query string asks for; to htmx only what changes with filters and order.

    Unknown names, values that cannot be read and outdated cursors are shown
    as problems above an empty list, with status 404 or 422.
    """
    visit = visit_of(request)
    found = entity_of(visit, entity)
    asked = read_asked(entity, request.query_params.multi_items())
    body_only = visit.partial and visit.target == "list-body"
    page, status = await _page(visit, found, asked, body_only=body_only)
    answer = visit.page(
        "list",
        status=status,
        block="body_of_list" if body_only else "",
        entity=found,
        entity_label=found.label.get(visit.locale),
        entity_plural=found.plural.get(visit.locale),
        view=page,
        partial=body_only,
    )
    if body_only:
        answer.headers["HX-Replace-Url"] = asked.href()
    return answer


async def _page(visit: Visit, entity: EntityType, asked: Asked, *, body_only: bool) -> tuple[ListPage, int]:
    view = view_of(entity, asked.list)
    problems: tuple[Problem, ...] = ()
    status = 200
    if view is None:
        hint = suggest(asked.list[:60], entity.lists)
        sentence = visit.translate("There is no list `{name}`.", name=asked.list[:60])
        problems, status, view = (Problem("unknown-list", sentence, hint=hint),), 404, view_of(entity, "")
    if view is None:
        raise NotFound.of("unknown-page", visit.translate("There is no such page."))
    counts = {} if body_only else await badges(visit, entity)
    base = ListPage(
        name=view.name,
        label=view.label.get(visit.locale),
        appearance=view.appearance,
        tabs=tabs(entity, view.name, counts, visit.locale),
        query=asked.q,
        sort=asked.sort,
        narrowed=asked.narrowed,
        clear_href=Asked(entity.name, view.name, asked.sort, month=asked.month).href(),
        create_href=create_address(visit, entity),
        problems=problems,
    )
    scene = Scene(visit=visit, entity=entity, view=view, asked=asked, base=base)
    if problems:
        return await show_nothing(scene), status
    try:
        return await show_view(scene, with_filters=not body_only), status
    except Invalid as invalid:
        return await show_nothing(scene, invalid.problems), invalid.status
