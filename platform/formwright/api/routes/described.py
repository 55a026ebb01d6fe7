"""The API described: the OpenAPI document, and the JSON Schema of each entity type."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.response import Response

from formwright.access import Actor, may
from formwright.api.answers import encoded, json_answer
from formwright.api.asking import parameters
from formwright.api.callers import actor_in, shared_in
from formwright.api.commands import entity_in
from formwright.api.description import openapi_document, record_schema
from formwright.api.description.records import PURPOSES
from formwright.api.refusals import BadRequest
from formwright.metadata.model import Model
from formwright.problems import suggest
from formwright.services.documents import remembering
from formwright.services.refusals import Forbidden, NotFound
from formwright.services.rights import follows_parent

__all__ = ["DESCRIBED"]

ME = "me"


@get("/openapi.json")
async def get_openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the document for the caller; administrators may ask for that of a role."""
    model, actor = shared_in(request).runtime.model, actor_in(request)
    actor = _as_role(model, actor, parameters(request, ("role",)).get("role", ME))
    key = ("openapi", model.checksum, actor.roles, actor.all, actor.reads_only, actor.within)
    return json_answer(remembering(key, lambda: encoded(openapi_document(model, actor))))


def _as_role(model: Model, actor: Actor, role: str) -> Actor:
    if role == ME:
        return actor
    if not actor.all:
        raise Forbidden.of("forbidden", "Only administrators may look through the eyes of others.", "role")
    if role not in model.roles:
        hint = suggest(role[:60], model.roles)
        raise BadRequest.of("bad-parameter", f"There is no role `{role[:60]}`.", "role", hint)
    return Actor(actor.id, actor.login, actor.name, frozenset({role}), all=model.roles[role].all)


@get("/{entity:str}/schema")
async def get_schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the JSON Schema of records, of what creates one, or of what changes one."""
    entity, actor = entity_in(request), actor_in(request)
    purpose = parameters(request, ("of",)).get("of", PURPOSES[0])
    if purpose not in PURPOSES:
        raise BadRequest.of("bad-parameter", "`of` is one of three.", "of", suggest(purpose[:60], PURPOSES))
    if not follows_parent(entity) and may(entity, "read", actor).denied:
        raise NotFound.of("unknown-entity", f"There is no entity type `{entity.name}`.")
    schema = record_schema(shared_in(request).runtime.model, entity, actor, purpose)
    answer = json_answer(encoded(schema))
    answer.media_type = "application/schema+json"
    return answer


DESCRIBED = (get_openapi, get_schema)
