"""The JSON Schema of metadata files, for editors. Derived from the same tables that the reader checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from formwright.attributes import AttributeType, Catalogue, builtin
from formwright.metadata.declarations import (
    AttributeDeclaration,
    Declaration,
    EntityDeclaration,
    LocaleDeclaration,
    ModuleDeclaration,
    RecordsDeclaration,
    RolesDeclaration,
    SubTypeDeclaration,
    keys_of,
    schema_of,
)
from formwright.metadata.declarations.form import FieldDeclaration
from formwright.metadata.declarations.kinds import Kind
from formwright.metadata.merge import NOT_IN_OVERLAYS
from formwright.metadata.names import PATTERN

__all__ = ["schema"]

Schema = dict[str, Any]
FILES = {
    "module": ModuleDeclaration,
    "roles": RolesDeclaration,
    "records": RecordsDeclaration,
    "locale": LocaleDeclaration,
}
OWN_KEYS = ("choices", "to", "of", "by", "where", "on_delete")  # only with attribute types that have them
NAME = {"type": "string", "pattern": PATTERN}
CHOICES = {
    "description": "list of values, or value -> label, or the attribute whose choices it shares",
    "anyOf": [
        {"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"},
        {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1},
        {"type": "object", "minProperties": 1},
    ],
}


def schema(catalogue: Catalogue | None = None) -> Schema:
    """Return one JSON Schema (2020-12, with nothing that draft 7 lacks but `$defs`) for all metadata files.

    The key that says what a file is about chooses the part that applies. Null
    is allowed everywhere, because overlays remove keys with it.
    """
    types = catalogue or builtin()
    definitions: Schema = {}
    for declaration in _constructs(
        [EntityDeclaration, SubTypeDeclaration, FieldDeclaration, *FILES.values()]
    ):
        definitions[declaration.__name__] = schema_of(declaration)
    definitions["AttributeDeclaration"] = _attribute(types)
    for kind in types:
        definitions[f"attribute.{kind.name}"] = _attribute_of(kind)
    definitions["attribute"] = _attribute_without_type(types)
    for key, each in schema_of(AttributeDeclaration)["properties"].items():
        definitions[f"key.{key}"] = each
    files = _entity_files(definitions)
    definitions.update({f"overlay.{name}": _relaxed(each) for name, each in definitions.items()})
    definitions.update(files)
    chosen = {"entity": "EntityFile", "extend": "Overlay"} | {
        key: each.__name__ for key, each in FILES.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Formwright metadata",
        "type": "object",
        "anyOf": [{"required": [key]} for key in chosen],
        "allOf": [
            {"if": {"required": [key]}, "then": {"$ref": f"#/$defs/{name}"}} for key, name in chosen.items()
        ],
        "$defs": {name: _nullable(each) for name, each in definitions.items()},
    }


def _constructs(roots: list[type[Declaration]]) -> list[type[Declaration]]:
    """Return the constructs in the tables of *roots* and of those below them."""
    found: dict[type[Declaration], None] = {}
    waiting = list(roots)
    while waiting:
        declaration = waiting.pop()
        if declaration not in found:
            found[declaration] = None
            for key in keys_of(declaration).values():
                waiting.extend(_inside(key.kind))
    return list(found)


def _inside(kind: Kind) -> Iterator[type[Declaration]]:
    """Yield the constructs that a kind of value holds."""
    nested = getattr(kind, "declaration", None)
    if nested is not None:
        yield nested
    for name in ("of",):
        below = getattr(kind, name, None)
        if isinstance(below, Kind):
            yield from _inside(below)


def _attribute(types: Catalogue) -> Schema:
    """Return the schema of an attribute: its short form, or keys by its type."""
    by_type = [
        {
            "if": {"properties": {"type": {"const": kind.name}}, "required": ["type"]},
            "then": {"$ref": f"#/$defs/attribute.{kind.name}"},
        }
        for kind in types
    ]
    without = {"if": {"required": ["type"]}, "else": {"$ref": "#/$defs/attribute"}}
    names = {"enum": types.names()}
    return {
        "if": {"type": "object"},
        "then": {"properties": {"type": names}, "allOf": [*by_type, without]},
        "else": names,
    }


def _attribute_of(kind: AttributeType) -> Schema:
    """Return the schema of attributes of one type: the common keys and its own."""
    common = schema_of(AttributeDeclaration)
    properties: Schema = {
        key: {"$ref": f"#/$defs/key.{key}"} for key in common["properties"] if key not in OWN_KEYS
    }
    for key, own in kind.keys.items():
        properties[key] = CHOICES if key == "choices" else dict(own)
    return {
        "type": "object",
        "description": kind.label,
        "properties": properties,
        "required": list(kind.needs),
        "additionalProperties": False,
    }


def _attribute_without_type(types: Catalogue) -> Schema:
    """Return the schema of a refinement: of a system attribute, or in an overlay."""
    common = schema_of(AttributeDeclaration)
    properties = {**common["properties"], "choices": CHOICES}
    for kind in types:
        for key in kind.keys:
            properties.setdefault(key, {})
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _entity_files(definitions: Schema) -> Schema:
    """Return the schemas of files about entity types: whole ones, of one sub-type, overlays."""
    whole = definitions["EntityDeclaration"]["properties"]
    sub_type = definitions["SubTypeDeclaration"]["properties"]
    overlay = {key: each for key, each in whole.items() if key not in NOT_IN_OVERLAYS}
    return {
        "EntityFile": {
            "if": {"required": ["type"]},
            "then": _closed({"entity": NAME, "type": NAME, **sub_type}),
            "else": _closed({"entity": NAME, **whole}),
        },
        "Overlay": _relaxed(_closed({"extend": NAME, **overlay})),
    }


def _relaxed(node: Any) -> Any:
    """Return a schema for overlays: nothing is required, because a lower layer may have said it."""
    if isinstance(node, list):
        return [_relaxed(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {
        key: value if key == "if" else _relaxed(value)
        for key, value in node.items()
        if not (key == "required" and isinstance(value, list))
    }
    reference = node.get("$ref")
    if isinstance(reference, str):
        found["$ref"] = reference.replace("#/$defs/", "#/$defs/overlay.")
    return found


def _closed(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _nullable(node: Any) -> Any:
    """Return a schema in which every property may also be null."""
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for key, value in node.items():
        if key in ("properties", "patternProperties") and isinstance(value, dict):
            found[key] = {name: _or_null(_nullable(each)) for name, each in value.items()}
        elif key == "additionalProperties" and isinstance(value, dict):
            found[key] = _or_null(_nullable(value))
        else:
            found[key] = _nullable(value)
    return found


def _or_null(each: Schema) -> Schema:
    """Return *each* or null; what chooses a construct (`type` in a condition) stays as it is."""
    if not each or "const" in each or each.get("type") == "null":
        return each
    description = {"description": each["description"]} if "description" in each else {}
    return {"anyOf": [each, {"type": "null"}], **description}


assert {item.name for item in fields(AttributeDeclaration)} >= set(OWN_KEYS)  # noqa: S101 (two tables, one truth)
