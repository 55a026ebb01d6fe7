"""The JSON Schemas of attributes: as they come, and as they are written."""

from __future__ import annotations

from typing import Any

from formwright.access import FieldRights
from formwright.metadata.model import Attribute
from formwright.services.merging import SET_BY_SYSTEM

__all__ = ["Schema", "is_writable", "nullable", "read_schema", "write_schema"]

Schema = dict[str, Any]

BOUNDS = frozenset({"minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems"})
"""What holds for input only: stored values may be older than the bounds of today."""

UUID = {"type": "string", "format": "uuid"}


def nullable(schema: Schema) -> Schema:
    """Return *schema* with null beside it."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def read_schema(attribute: Attribute, rights: FieldRights, others: frozenset[str]) -> Schema:
    """Return the schema of a value in an answer; *others* are the entity types with a schema of their own."""
    about = _about(attribute)
    if not rights.open(attribute.name):
        return {"type": ["string", "null"], "description": "Masked: only its end is shown."}
    if not attribute.type.stored:
        return {"type": "array", "items": _record(attribute.target, others), **about}
    if attribute.target and attribute.type.multiple:
        items = {"anyOf": [UUID, _record(attribute.target, others)]}
        return {"anyOf": [{"type": "array", "items": items}, {"type": "null"}], **about}
    if attribute.target or attribute.type.name == "user":
        return {"anyOf": [UUID, _record(attribute.target, others), {"type": "null"}], **about}
    if attribute.type.name == "any":
        kept = {"type": "object", "required": ["entity", "id"]}
        return {"anyOf": [kept, {"type": "null"}], **about}
    schema = _unbound(attribute.type.json_schema(attribute.options))
    if attribute.type.kind == "decimal":
        schema["type"] = "string"
    return {**nullable(schema), **about}


def _record(target: str, others: frozenset[str]) -> Schema:
    return {"$ref": f"#/components/schemas/{target}"} if target in others else {"type": "object"}


def _unbound(schema: Schema) -> Schema:
    """Return *schema* without bounds, inside lists and objects, too."""
    found = {key: value for key, value in schema.items() if key not in BOUNDS}
    if isinstance(found.get("items"), dict):
        found["items"] = _unbound(found["items"])
    if isinstance(found.get("properties"), dict):
        found["properties"] = {name: _unbound(each) for name, each in found["properties"].items()}
    return found


def write_schema(attribute: Attribute, *, optional: bool) -> Schema:
    """Return the schema of a value in a request; *optional*: null takes the value away."""
    schema = dict(attribute.type.json_schema(attribute.options))
    if attribute.type.name == "any":
        schema.pop("additionalProperties", None)
    return {**(nullable(schema) if optional else schema), **_about(attribute)}


def _about(attribute: Attribute) -> Schema:
    about = {"title": attribute.label.get("en")}
    if attribute.help is not None:
        about["description"] = attribute.help.get("en")
    return about


def is_writable(attribute: Attribute, rights: FieldRights) -> bool:
    """Return whether a request may give the attribute a value."""
    fixed = attribute.computed is not None or attribute.readonly is True
    own = attribute.name not in SET_BY_SYSTEM and attribute.name != "state"
    return own and not fixed and rights.writable(attribute.name)
