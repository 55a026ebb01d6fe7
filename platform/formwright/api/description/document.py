"""The OpenAPI 3.1 document: the addresses and what goes in and out, as far as one caller may go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from formwright import __version__
from formwright.access import Actor, may
from formwright.api.description.operations import (
    ID,
    bulk_path,
    create_operation,
    feed_paths,
    history_path,
    list_operation,
    move_paths,
    read_operation,
    record_writes,
)
from formwright.api.description.parts import PARAMETERS, RESPONSES, SHARED_SCHEMAS, Schema
from formwright.api.description.records import DIALECT, Describing
from formwright.metadata.model import EntityType, Model
from formwright.services.rights import follows_parent

__all__ = ["openapi_document"]


def openapi_document(model: Model, actor: Actor) -> Schema:
    """Return the document for *actor*: no operation that he never may, no attribute he may not see."""
    seen = [entity for entity in model.entities.values() if _readable(entity, actor)]
    describing = Describing(model, actor, frozenset(entity.name for entity in seen))
    paths: Schema = dict(feed_paths())
    schemas: Schema = dict(SHARED_SCHEMAS)
    for entity in seen:
        schemas[entity.name] = describing.schema(entity, "record")
        for purpose, action in (("create", "create"), ("patch", "update")):
            if _granted(entity, action, actor):
                schemas[f"{entity.name}.{purpose}"] = describing.schema(entity, purpose)
        paths.update(_paths(entity, actor))
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {"title": "Formwright", "version": __version__, "x-metadata": model.checksum},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": entity.name, "description": entity.label.get("en")} for entity in seen],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": PARAMETERS,
            "responses": RESPONSES,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _readable(entity: EntityType, actor: Actor) -> bool:
    return follows_parent(entity) or not may(entity, "read", actor).denied


def _granted(entity: EntityType, action: str, actor: Actor) -> bool:
    if follows_parent(entity):
        return not actor.reads_only
    return not may(entity, action, actor).denied


def _paths(entity: EntityType, actor: Actor) -> Iterator[tuple[str, Schema]]:
    root = f"/api/{entity.name}"
    one = f"{root}/{{id}}"
    writes = [action for action in ("create", "update", "delete") if _granted(entity, action, actor)]
    several: Schema = {"get": list_operation(entity, actor)}
    if "create" in writes:
        several["post"] = create_operation(entity)
    yield root, several
    yield one, {"parameters": [ID], "get": read_operation(entity), **record_writes(entity, writes)}
    yield f"{one}/history", history_path(entity)
    if writes:
        yield f"{root}/bulk", bulk_path(entity)
    yield from move_paths(entity, one, _moves(entity, actor), restorable="delete" in writes)


def _moves(entity: EntityType, actor: Actor) -> Iterable[str]:
    transitions = entity.lifecycle.transitions.values() if entity.lifecycle else ()
    names = [f"transition:{each.name}" for each in transitions if not each.hidden]
    names += [f"action:{name}" for name in entity.actions]
    return [name for name in names if _granted(entity, name, actor)]
