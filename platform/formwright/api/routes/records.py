"""One record and lists of records: GET, POST, PATCH, DELETE."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, delete, get, patch, post
from litestar.response import Response, Stream

from formwright.access import field_rights
from formwright.api.answers import (
    HEADERS,
    JSON,
    NDJSON,
    document_answer,
    encoded,
    json_answer,
    matches_none,
    version_wanted,
)
from formwright.api.asking import number_in, parameters, shown_in, sort_in
from formwright.api.bodies import MERGE_PATCH, object_body
from formwright.api.callers import actor_in, shared_in
from formwright.api.commands import about, emptied, entity_in, identity_in, saved_answer
from formwright.api.refusals import BadRequest
from formwright.metadata.model import EntityType
from formwright.services.commands import Remove, Save
from formwright.services.documents import Document, get_document
from formwright.services.listing import MOST, ListAsked, list_documents, read_document, stream_documents
from formwright.services.records import save
from formwright.services.refusals import NotFound, Unavailable
from formwright.services.removing import remove, restore

__all__ = ["RECORDS"]

SHOWING = ("fields", "expand")
LISTING = ("filter", "sort", "cursor", "limit", "count", *SHOWING)
COUNTS = ("exact", "estimate")
SET_TIMES = ("created_at", "updated_at")
NESTED = frozenset({"json", "address", "geo"})


@get("/{entity:str}/{id:str}")
async def get_record(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return one record; 304 when the caller has this version."""
    document = await _document(request, identity_in(request))
    if matches_none(request, document.version):
        return document_answer(Document(b"", document.version), 304)
    return document_answer(document)


async def _document(request: Request[Any, Any, Any], identity: UUID) -> Document:
    shown = shown_in(parameters(request, SHOWING))
    runtime, entity = shared_in(request).runtime, entity_in(request)
    return await read_document(runtime, entity.name, identity, actor_in(request), shown)


@get("/{entity:str}")
async def list_entity(request: Request[Any, Any, Any]) -> Response[Any]:
    """Return a page of records, or all of them as a stream of lines."""
    asked = _asked(request)
    if NDJSON in request.headers.get("accept", ""):
        return await _stream(request, asked)
    listed = await list_documents(shared_in(request).runtime, asked)
    told: dict[str, Any] = {"next": listed.next or None}
    if listed.count is not None:
        told["count"] = listed.count
    return json_answer(b'{"items":' + listed.items + b"," + encoded(told)[1:])


def _asked(request: Request[Any, Any, Any]) -> ListAsked:
    given = parameters(request, LISTING)
    count = given.get("count", "")
    if count and count not in COUNTS:
        raise BadRequest.of("bad-parameter", "`count` is `exact` or `estimate`.", "count")
    return ListAsked(
        entity=entity_in(request).name,
        actor=actor_in(request),
        filter=given.get("filter", "").strip(),
        sort=sort_in(given),
        shown=shown_in(given),
        limit=number_in(given, "limit", 50, MOST),
        cursor=given.get("cursor", ""),
        count=count,
    )


async def _stream(request: Request[Any, Any, Any], asked: ListAsked) -> Stream:
    """Return all records as lines. What is wrong with the request shows before the first line."""
    shared = shared_in(request)
    if shared.streams.locked():
        raise Unavailable.of("too-many-streams", "Other answers stream at the moment.")
    await shared.streams.acquire()
    try:
        portions = stream_documents(shared.runtime, asked)
        first: list[bytes] = await anext(portions, [])
    except BaseException:
        shared.streams.release()
        raise

    async def lines() -> AsyncIterator[bytes]:
        try:
            async with aclosing(portions):
                yield _lines(first)
                async for bodies in portions:
                    yield _lines(bodies)
        finally:
            shared.streams.release()

    return Stream(lines(), media_type=NDJSON, headers=dict(HEADERS))


def _lines(bodies: list[bytes]) -> bytes:
    return b"".join(body + b"\n" for body in bodies)


@post("/{entity:str}", status_code=201)
async def create_record(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Create a record from a JSON object."""
    told = about(request)
    values = await object_body(request, most=shared_in(request).settings.largest_body)
    saved = await save(shared_in(request).runtime, Save(values=values, **told))
    return await saved_answer(request, saved, 201)


@patch("/{entity:str}/{id:str}")
async def change_record(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Change a record by a JSON merge patch (RFC 7396) on the version that If-Match names."""
    told, identity = about(request), identity_in(request)
    version = version_wanted(request, required=True)
    most = shared_in(request).settings.largest_body
    given = await object_body(request, most=most, types=(JSON, MERGE_PATCH))
    values = await _settled(request, identity, given)
    saved = await save(shared_in(request).runtime, Save(id=identity, version=version, values=values, **told))
    return await saved_answer(request, saved)


async def _settled(
    request: Request[Any, Any, Any], identity: UUID, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the values to write: objects merged into those that are there, times of the system left out.

    Times that the system sets are finer than what the attribute type reads, so
    that a record which comes back as it was sent would seem to change them.
    """
    entity, actor = entity_in(request), actor_in(request)
    rights = field_rights(entity, actor)
    nested = [n for n in values if isinstance(values[n], dict) and _is_nested(entity, n) and rights.open(n)]
    times = [n for n in SET_TIMES if n in values and rights.open(n)]
    if not nested and not times:
        return values
    runtime = shared_in(request).runtime
    try:
        kept = await get_document(runtime, entity.name, identity, actor, [*nested, *times])
    except NotFound:
        return values  # the save says so
    present = msgspec.json.decode(kept.body)
    merged = {name: _merge(present.get(name), values[name]) for name in nested}
    same = {name for name in times if values[name] == present.get(name)}
    return {name: merged.get(name, value) for name, value in values.items() if name not in same}


def _is_nested(entity: EntityType, name: str) -> bool:
    return name in entity.attributes and entity.attributes[name].type.name in NESTED


def _merge(present: Any, change: Any) -> Any:
    """Return RFC 7396's MergePatch of two values."""
    if not isinstance(change, dict):
        return change
    found = dict(present) if isinstance(present, dict) else {}
    for name, value in change.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merge(found.get(name), value)
    return found


@delete("/{entity:str}/{id:str}", status_code=204)
async def remove_record(request: Request[Any, Any, Any]) -> Response[None]:
    """Remove the version of a record that If-Match names."""
    told, identity = about(request), identity_in(request)
    version = version_wanted(request, required=True)
    return emptied(await remove(shared_in(request).runtime, Remove(id=identity, version=version, **told)))


@post("/{entity:str}/{id:str}/restore", status_code=200)
async def restore_record(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Bring a removed record back."""
    told, identity = about(request), identity_in(request)
    version = version_wanted(request, required=False)
    saved = await restore(shared_in(request).runtime, Remove(id=identity, version=version, **told))
    return await saved_answer(request, saved)


RECORDS = (get_record, list_entity, create_record, change_record, remove_record, restore_record)
