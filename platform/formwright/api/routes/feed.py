"""What there is, and what has changed."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.response import Response

from formwright.access import may
from formwright.api.answers import encoded, json_answer
from formwright.api.asking import number_in, parameters, words_in
from formwright.api.callers import actor_in, shared_in
from formwright.services.changes import MOST, ChangesAsked, changes_since

__all__ = ["FEED"]


@get("/")
async def get_index(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the entity types that the caller may read, with their addresses."""
    parameters(request, ())
    actor = actor_in(request)
    entities = [
        {
            "name": entity.name,
            "label": entity.label.get(actor.locale),
            "href": f"/api/{entity.name}",
            "schema": f"/api/{entity.name}/schema",
        }
        for entity in shared_in(request).runtime.model.entities.values()
        if not may(entity, "read", actor).denied
    ]
    return json_answer(encoded({"entities": entities, "openapi": "/api/openapi.json"}))


@get("/changes")
async def get_changes(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the changes after a place of the feed."""
    given = parameters(request, ("since", "entities", "limit"))
    asked = ChangesAsked(
        actor=actor_in(request),
        since=given.get("since", ""),
        entities=words_in(given, "entities"),
        limit=number_in(given, "limit", 100, MOST),
    )
    feed = await changes_since(shared_in(request).runtime, asked)
    items = [
        {
            "entity": each.entity,
            "id": each.id,
            "version": each.version,
            "op": each.op,
            "at": each.at.isoformat(),
            "changed": each.changed,
        }
        for each in feed.changes
    ]
    return json_answer(encoded({"items": items, "next": feed.next, "more": feed.more}))


FEED = (get_index, get_changes)
