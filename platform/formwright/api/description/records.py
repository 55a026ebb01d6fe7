"""The JSON Schemas of records: one for each sub-type, told apart by `type`."""

from __future__ import annotations

from collections.abc import Iterator

from formwright.access import Actor, field_rights
from formwright.api.description.values import Schema, is_writable, nullable, read_schema, write_schema
from formwright.metadata.model import Attribute, EntityType, Model
from formwright.services.documents import shown_attributes

__all__ = ["DIALECT", "PURPOSES", "Describing", "record_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PURPOSES = ("record", "create", "patch")
NOTHING: frozenset[str] = frozenset()


class Describing:
    """Describes the records of a Model to one actor; *others*: entity types that have a component."""

    def __init__(self, model: Model, actor: Actor, others: frozenset[str] = NOTHING) -> None:
        """Keep what all schemas share."""
        self.model, self.actor, self.others = model, actor, others

    def schema(self, entity: EntityType, purpose: str) -> Schema:
        """Return the schema for *purpose*: ``record``, ``create`` or ``patch``."""
        kinds = [name for name, kind in entity.types.items() if not kind.abstract]
        title = entity.label.get("en")
        if purpose == "patch":
            return {"title": f"{title} (change)", **self._object(entity, None, purpose)}
        if not kinds:
            return {"title": title, **self._object(entity, "", purpose)}
        parts = [
            {"title": f"{title}: {entity.types[kind].label.get('en')}", **self._object(entity, kind, purpose)}
            for kind in kinds
        ]
        return {"title": title, "oneOf": parts}

    def _object(self, entity: EntityType, kind: str | None, purpose: str) -> Schema:
        """Return the schema of one sub-type; *kind* None: of all of them together."""
        make = self._shown if purpose == "record" else self._written
        properties = dict(make(entity, kind, purpose))
        required = ["id"] if purpose == "record" else list(self._required(entity, kind, purpose))
        if kind and entity.types:
            properties["type"] = {"const": kind}
            if purpose == "record" or kind != _default_type(entity):
                required.append("type")
        found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**found, "required": required} if required else found

    def _shown(self, entity: EntityType, kind: str | None, _: str) -> Iterator[tuple[str, Schema]]:
        rights = field_rights(entity, self.actor)
        for name in shown_attributes(entity, self.actor):
            attribute = entity.attributes[name]
            if kind is None or attribute.belongs_to(kind or None):
                yield name, self._fixed(name) or read_schema(attribute, rights, self.others)
        for name, attribute in entity.attributes.items():
            if not attribute.type.stored and rights.open(name) and attribute.belongs_to(kind or None):
                yield name, read_schema(attribute, rights, self.others)

    def _fixed(self, name: str) -> Schema | None:
        if name == "id":
            return {"type": "string", "format": "uuid"}
        return {"type": "integer", "minimum": 1} if name == "version" else None

    def _written(self, entity: EntityType, kind: str | None, purpose: str) -> Iterator[tuple[str, Schema]]:
        rights = field_rights(entity, self.actor)
        for name, attribute in entity.attributes.items():
            if name == "type" and not entity.types:
                continue
            here = kind is None or attribute.belongs_to(kind or None)
            if here and rights.readable(name) and is_writable(attribute, rights):
                if attribute.type.stored:
                    needed = attribute.required is True
                    yield name, write_schema(attribute, optional=not needed)
                else:
                    yield name, nullable({"type": "array", "items": self._row(attribute, purpose)})

    def _row(self, attribute: Attribute, purpose: str) -> Schema:
        """Return the schema of a row of children: without its way back, and by its id when it is there."""
        entity, by = self.model.entities[attribute.target], attribute.options["by"]
        properties = {
            name: schema
            for name, schema in self._written(entity, None, purpose)
            if name != by and entity.attributes[name].type.stored
        }
        if purpose == "patch":
            properties["id"] = {"type": "string", "format": "uuid"}
            properties["version"] = {"type": "integer"}
            properties["_remove"] = {"type": "boolean"}
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def _required(self, entity: EntityType, kind: str | None, purpose: str) -> Iterator[str]:
        rights = field_rights(entity, self.actor)
        if purpose != "create":
            return
        for name, attribute in entity.attributes.items():
            free = attribute.default is None and attribute.visible is True
            needed = attribute.required is True and free and attribute.belongs_to(kind or None)
            if needed and name != "type" and rights.readable(name) and is_writable(attribute, rights):
                yield name


def _default_type(entity: EntityType) -> str | None:
    default = entity.attributes["type"].default
    value = default.literal if default is not None else None
    return value if isinstance(value, str) else None


def record_schema(model: Model, entity: EntityType, actor: Actor, purpose: str) -> Schema:
    """Return a JSON Schema (2020-12) that stands alone."""
    where = f"/api/{entity.name}/schema?of={purpose}"
    return {"$schema": DIALECT, "$id": where, **Describing(model, actor).schema(entity, purpose)}
