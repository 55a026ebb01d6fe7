"""Values between their forms: database row, canonical value, value in a context, JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from formwright.attributes import Invalid
from formwright.metadata.model import Attribute, EntityType
from formwright.problems import Place, Problem
from formwright.storage.source import ModelSource

__all__ = [
    "canonical",
    "changed_names",
    "context_value",
    "differ",
    "dumped",
    "fields_of",
    "options_of",
    "problem_of",
    "row_values",
]


def row_values(source: ModelSource, entity: EntityType, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the canonical values of a row by attribute; attributes without a value are None."""
    sparse = source.sparse(entity.name)
    values = {name: row[name] for name in row.keys() if name in entity.attributes}  # noqa: SIM118 - a Record
    if sparse and "sparse" in row.keys():  # noqa: SIM118 - a Record iterates over values
        kept = row["sparse"] or {}
        for name, attribute in sparse.items():
            raw = kept.get(name)
            values[name] = None if raw is None else attribute.type.parse(raw, attribute.options)
    return values


def options_of(attribute: Attribute, values: Mapping[str, Any] = {}, zone: str = "") -> Mapping[str, Any]:
    """Return the options of *attribute* with what only the record or the actor knows: currency, time zone."""
    options = attribute.options
    other = options.get("currency_of")
    if other and values.get(other):
        options = {**options, "currency": values[other]}
    if zone and attribute.type.kind == "datetime" and not options.get("zone"):
        options = {**options, "zone": zone}
    return options


def context_value(attribute: Attribute, value: Any) -> Any:
    """Return a canonical value as expressions see it: references are dicts, ids are texts."""
    if attribute.type.name == "any":
        entity, _, identity = value.partition("/")
        return {"id": identity, "entity": entity}
    if isinstance(value, UUID):
        return {"id": str(value)} if attribute.type.kind == "record" else str(value)
    if isinstance(value, list) and value and isinstance(value[0], UUID):
        return [{"id": str(each)} for each in value]
    return value


def fields_of(entity: EntityType, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context form of a record: no key for what has no value."""
    attributes = entity.attributes
    return {
        name: context_value(attributes[name], value)
        for name, value in values.items()
        if value is not None and name in attributes
    }


def canonical(attribute: Attribute, value: Any, values: Mapping[str, Any] = {}) -> Any:
    """Return the canonical value of what an expression gave; raise Invalid when it cannot be one."""
    if value is None:
        return None
    if isinstance(value, dict) and attribute.type.kind == "record":
        value = value.get("id")
    return attribute.type.parse(value, options_of(attribute, values))


def dumped(attribute: Attribute, value: Any, values: Mapping[str, Any] = {}) -> Any:
    """Return the JSON form, None for no value."""
    return None if value is None else attribute.type.dump(value, options_of(attribute, values))


def differ(one: Any, other: Any) -> bool:
    """Return whether two canonical values are not the same; true is not 1, and 2.00 is 2.0."""
    return (type(one) is bool) is not (type(other) is bool) or bool(one != other)


def problem_of(invalid: Invalid, field: str) -> Problem:
    """Return what an attribute type found, as a problem at *field*."""
    return Problem(invalid.code, invalid.sentence, Place(field=field), invalid.hint)


def changed_names(names: Iterable[str], one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """Return those *names* whose values are not the same."""
    return tuple(name for name in names if differ(one.get(name), other.get(name)))
