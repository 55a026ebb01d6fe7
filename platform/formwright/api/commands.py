"""What every command takes from a request, and the record as the answer to it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.response import Response

from formwright.api.answers import HEADERS, document_answer, encoded, etag
from formwright.api.asking import parameters, words_in
from formwright.api.callers import actor_in, shared_in
from formwright.api.refusals import BadRequest
from formwright.attributes import Invalid
from formwright.attributes.identities import read_uuid
from formwright.metadata.model import EntityType
from formwright.services.commands import Saved
from formwright.services.documents import Document, get_document
from formwright.services.identifiers import new_id
from formwright.services.refusals import NotFound

__all__ = ["about", "emptied", "entity_in", "identity_in", "recorded", "saved_answer"]

WORD = re.compile("[a-z][a-z0-9_]*")
KEY = re.compile("[!-~]{1,255}")
QUERY = ("acknowledge", "reason")


def entity_in(request: Request[Any, Any, Any]) -> EntityType:
    """Return the entity type of the address; raise NotFound."""
    model, name = shared_in(request).runtime.model, str(request.path_params["entity"])
    found = model.entities.get(name)
    if found is None:
        raise NotFound.of("unknown-entity", f"There is no entity type `{name[:60]}`.")
    return found


def identity_in(request: Request[Any, Any, Any]) -> UUID:
    """Return the id of the address; what is no id is not found."""
    try:
        found = read_uuid(str(request.path_params["id"]))
    except Invalid:
        found = None
    if found is None:
        raise NotFound.of("not-found", "There is no such record.")
    return found


def about(request: Request[Any, Any, Any], *, query: tuple[str, ...] = QUERY) -> dict[str, Any]:
    """Return the parts of a command that say by whom, why and how often."""
    given = parameters(request, query)
    accepted, key = words_in(given, "acknowledge"), request.headers.get("idempotency-key")
    if not all(WORD.fullmatch(word) for word in accepted):
        raise BadRequest.of("bad-parameter", "`acknowledge` names rules.", "acknowledge")
    if key is not None and not KEY.fullmatch(key):
        raise BadRequest.of("bad-idempotency-key", "An idempotency key has 1 to 255 visible characters.")
    return {
        "entity": entity_in(request).name,
        "actor": actor_in(request),
        "channel": "api",
        "request_id": request.headers.get("x-request-id", "")[:200] or str(new_id()),
        "reason": given.get("reason", ""),
        "acknowledged": frozenset(accepted),
        "idempotency_key": key or "",
    }


async def recorded(request: Request[Any, Any, Any], saved: Saved) -> Document:
    """Return the record after a write; only its id and version when the caller may not read it."""
    entity, actor = entity_in(request).name, actor_in(request)
    try:
        return await get_document(shared_in(request).runtime, entity, saved.id, actor)
    except NotFound:
        told = {"id": str(saved.id), "number": saved.number or None, "version": saved.version}
        return Document(encoded(told), saved.version)


async def saved_answer(request: Request[Any, Any, Any], saved: Saved, status: int = 200) -> Response[bytes]:
    """Return the record with its ETag, and whether this is the answer to an earlier request."""
    headers = {"Idempotent-Replayed": "true"} if saved.repeated else {}
    if status == 201:
        headers["Location"] = f"/api/{entity_in(request).name}/{saved.id}"
    return document_answer(await recorded(request, saved), status, **headers)


def emptied(saved: Saved) -> Response[None]:
    """Return the answer to a removal."""
    return Response(None, status_code=204, headers={**HEADERS, "ETag": etag(saved.version)})
