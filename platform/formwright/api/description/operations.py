"""The operations of one entity type in OpenAPI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from formwright.access import Actor, field_rights
from formwright.api.asking import MOST_NAMES
from formwright.api.description.parts import TEXT, Schema, parameter, problems, shared
from formwright.api.description.values import write_schema
from formwright.metadata.model import Attribute, EntityType
from formwright.services.listing import MOST, MOST_KEYS

__all__ = [
    "ID",
    "bulk_path",
    "create_operation",
    "feed_paths",
    "history_path",
    "list_operation",
    "move_paths",
    "read_operation",
    "record_writes",
]

ID = parameter("id", "path", {"type": "string", "format": "uuid"}, "The id of the record.", required=True)
ETAG = {"ETag": {"schema": TEXT, "description": "The version."}}


def _json(schema: Schema, description: str, **more: Any) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}, **more}


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _record(entity: EntityType, description: str) -> Schema:
    return _json(_of(entity.name), description, headers=ETAG)


def _operation(entity: EntityType, verb: str, summary: str, responses: Schema, **more: Any) -> Schema:
    return {
        "operationId": f"{entity.name}.{verb}",
        "tags": [entity.name],
        "summary": summary,
        "responses": responses,
        **more,
    }


def _words(name: str, pattern: str, description: str, most: int = MOST_NAMES) -> Schema:
    items = {"type": "string", "pattern": pattern}
    schema = {"type": "array", "items": items, "maxItems": most, "uniqueItems": True}
    return parameter(name, "query", schema, description, style="form", explode=False)


def _showing(entity: EntityType, actor: Actor) -> list[Schema]:
    rights = field_rights(entity, actor)
    stored = [n for n, a in entity.attributes.items() if rights.readable(n) and a.type.stored]
    linked = [n for n, a in entity.attributes.items() if rights.open(n) and _is_link(a)]
    found = [_words("fields", f"^({'|'.join(stored)})$", "What to show; `a.b` for expanded records.")]
    if linked:
        found.append(_words("expand", f"^({'|'.join(linked)})$", "Records to show instead of their ids."))
    return found


def _is_link(attribute: Attribute) -> bool:
    return bool(attribute.target) or attribute.type.name in ("user", "any")


def list_operation(entity: EntityType, actor: Actor) -> Schema:
    """Return the operation of a list."""
    rights = field_rights(entity, actor)
    sortable = [
        name
        for name, each in entity.attributes.items()
        if rights.open(name) and each.stored and each.type.stored and each.type.sortable and not each.sparse
    ]
    page = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": _of(entity.name)},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
            "count": {"type": "integer"},
        },
        "additionalProperties": False,
    }
    answer = _json(page, "A page.")
    answer["content"]["application/x-ndjson"] = {"schema": TEXT}
    return _operation(
        entity,
        "list",
        f"List {entity.plural.get('en').lower()}",
        {"200": answer, **problems(422)},
        parameters=[
            parameter("filter", "query", TEXT, "An expression over the record; its JEXL."),
            _words(
                "sort", f"^-?({'|'.join(sortable)})$", "Attributes; `-` before one that falls.", MOST_KEYS
            ),
            parameter("cursor", "query", TEXT, "`next` of the page before."),
            parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": MOST}, "How many."),
            parameter("count", "query", {"enum": ["exact", "estimate"]}, "Whether to count."),
            *_showing(entity, actor),
        ],
    )


def read_operation(entity: EntityType) -> Schema:
    """Return the operation that reads one record."""
    responses = {
        "200": _record(entity, "The record."),
        "304": {"description": "The caller has this version."},
        **problems(422),
    }
    return _operation(
        entity,
        "get",
        f"Read one {entity.label.get('en').lower()}",
        responses,
        parameters=shared("if-none-match"),
    )


def create_operation(entity: EntityType) -> Schema:
    """Return the operation that creates a record."""
    return _operation(
        entity,
        "create",
        f"Create one {entity.label.get('en').lower()}",
        {"201": _record(entity, "Created."), **problems(409, 413, 415, 422)},
        parameters=shared("key", "acknowledge", "reason"),
        requestBody=_body(_of(f"{entity.name}.create")),
    )


def _body(schema: Schema, *, required: bool = True) -> Schema:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def record_writes(entity: EntityType, actions: Iterable[str]) -> Schema:
    """Return PATCH and DELETE of one record, as far as they are among *actions*."""
    found: Schema = {}
    if "update" in actions:
        found["patch"] = _operation(
            entity,
            "update",
            f"Change one {entity.label.get('en').lower()}",
            {"200": _record(entity, "Changed."), **problems(409, 412, 413, 415, 422, 428)},
            parameters=shared("if-match", "key", "acknowledge", "reason"),
            requestBody=_body(_of(f"{entity.name}.patch")),
        )
    if "delete" in actions:
        found["delete"] = _operation(
            entity,
            "delete",
            f"Remove one {entity.label.get('en').lower()}",
            {"204": {"description": "Removed."}, **problems(409, 412, 422, 428)},
            parameters=shared("if-match", "key", "reason"),
        )
    return found


def history_path(entity: EntityType) -> Schema:
    """Return the path of the history."""
    entry = {"type": "object", "required": ["version", "at", "op", "changes"]}
    page = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": entry},
            "next": {"type": ["integer", "null"], "description": "`before` of the next page."},
        },
    }
    number = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    several = {"type": "integer", "minimum": 1, "maximum": 199}
    return {
        "parameters": [ID],
        "get": _operation(
            entity,
            "history",
            "Read the versions of a record",
            {"200": _json(page, "Versions, the newest first."), **problems()},
            parameters=[
                parameter("before", "query", number, "Only versions before this one."),
                parameter("limit", "query", several, "How many."),
            ],
        ),
    }


def bulk_path(entity: EntityType) -> Schema:
    """Return the path of many operations."""
    thing: Schema = {"type": "object"}
    operation = {
        "type": "object",
        "required": ["op"],
        "properties": {
            "op": {"enum": ["create", "update", "upsert", "delete", "transition"]},
            "id": {"type": "string", "format": "uuid"},
            "version": {"type": "integer", "minimum": 0},
            "values": thing,
            "key": thing,
            "name": TEXT,
            "params": thing,
            "acknowledge": {"type": "array", "items": TEXT},
        },
        "additionalProperties": False,
    }
    body = {
        "type": "object",
        "required": ["operations"],
        "properties": {
            "mode": {"enum": ["atomic", "partial"]},
            "operations": {"type": "array", "items": operation, "maxItems": 1000},
        },
        "additionalProperties": False,
    }
    result = {
        "type": "object",
        "required": ["mode", "done", "failed", "results"],
        "properties": {
            "mode": TEXT,
            "done": {"type": "integer"},
            "failed": {"type": "integer"},
            "results": {"type": "array", "items": _of("fw.outcome")},
        },
    }
    answer = _json(result, "What became of each.")
    answer["content"]["application/x-ndjson"] = {"schema": TEXT}
    return {
        "post": _operation(
            entity,
            "bulk",
            "Do many operations",
            {"200": answer, **problems(409, 413, 415, 422)},
            parameters=shared("key", "reason"),
            requestBody=_body(body),
        )
    }


def move_paths(
    entity: EntityType, one: str, moves: Iterable[str], *, restorable: bool
) -> Iterator[tuple[str, Schema]]:
    """Yield the paths of transitions and actions, and of bringing back."""
    answers = problems(409, 412, 413, 415, 422)
    for move in moves:
        kind, _, name = move.partition(":")
        of: Any = entity.actions[name] if kind == "action" else None
        if of is None and entity.lifecycle is not None:
            of = entity.lifecycle.transitions[name]
        acted = {
            "type": "object",
            "required": ["result", "record"],
            "properties": {"record": _of(entity.name)},
        }
        done = _json(acted, "Done.", headers=ETAG) if kind == "action" else _record(entity, "Done.")
        operation = _operation(
            entity,
            f"{kind}.{name}",
            of.label.get("en"),
            {"200": done, **answers},
            parameters=shared("if-match-maybe", "key", "acknowledge", "reason"),
            requestBody=_body(_asked(of.ask), required=any(a.required is True for a in of.ask.values())),
        )
        yield f"{one}/{kind}s/{name}", {"parameters": [ID], "post": operation}
    if restorable:
        operation = _operation(
            entity,
            "restore",
            "Bring a removed record back",
            {"200": _record(entity, "It is back."), **answers},
            parameters=shared("if-match-maybe", "key", "reason"),
        )
        yield f"{one}/restore", {"parameters": [ID], "post": operation}


def _asked(ask: Mapping[str, Attribute]) -> Schema:
    properties = {name: write_schema(a, optional=a.required is not True) for name, a in ask.items()}
    required = [name for name, a in ask.items() if a.required is True and a.visible is True]
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": required} if required else found


def feed_paths() -> Iterator[tuple[str, Schema]]:
    """Yield the paths that belong to no entity type."""
    index = {"type": "object", "required": ["entities"]}
    plain: Schema = {"tags": ["formwright"]}
    yield (
        "/api",
        {
            "get": {
                **plain,
                "operationId": "index",
                "summary": "Name the entity types",
                "responses": {"200": _json(index, "Entity types."), **problems()},
            }
        },
    )
    item = {
        "type": "object",
        "required": ["entity", "id", "version", "op", "at", "changed"],
        "properties": {
            "entity": TEXT,
            "id": {"type": "string", "format": "uuid"},
            "version": {"type": "integer"},
            "op": TEXT,
            "at": {"type": "string", "format": "date-time"},
            "changed": {"type": "array", "items": TEXT},
        },
    }
    feed = {
        "type": "object",
        "required": ["items", "next", "more"],
        "properties": {
            "items": {"type": "array", "items": item},
            "next": TEXT,
            "more": {"type": "boolean"},
        },
    }
    limit = {"type": "integer", "minimum": 1, "maximum": 1000}
    operation = {
        **plain,
        "operationId": "changes",
        "summary": "Follow what changes",
        "parameters": [
            parameter("since", "query", TEXT, "A place of the feed; `now` for its end."),
            parameter("limit", "query", limit, "How many."),
        ],
        "responses": {"200": _json(feed, "Changes in order."), **problems(422)},
    }
    yield "/api/changes", {"get": operation}
