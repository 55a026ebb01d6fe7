"""Who reads an attribute: every rule, form, list, grant and key that would notice a change of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from formwright.attributes import AttributeType
from formwright.expressions import Expression
from formwright.metadata.model import (
    Effect,
    EntityType,
    FormField,
    Grant,
    ListView,
    Model,
    Rule,
    Translated,
    UniqueKey,
)
from formwright.metadata.order import OTHER_NAMES
from formwright.problems import Place

__all__ = ["Mention", "impact"]

NAMED = {  # parts of the Model that name attributes, and in which fields
    FormField: ("attribute",),
    Rule: ("fields",),
    UniqueKey: ("of",),
    ListView: ("columns", "by"),
    Grant: ("hide", "mask", "unmask", "readonly"),
}


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """One reader of an attribute: the entity type it belongs to, what it is (a dotted path), and where."""

    entity: str
    path: str
    place: Place


def impact(model: Model, entity: str, attribute: str) -> tuple[Mention, ...]:
    """Return everything that reads or names the attribute, in all entity types, in order."""
    found: dict[Mention, None] = {}
    for other in model.entities.values():
        for path, part, place in _parts(other):
            if _mentions(part, other, model.entities, (entity, attribute)):
                found.setdefault(Mention(other.name, path, place))
    return tuple(sorted(found))


def _parts(entity: EntityType) -> Iterator[tuple[str, Any, Place]]:
    """Yield every part of an entity type with its path and place."""
    waiting: list[tuple[str, Any, Place]] = [("", entity, entity.place)]
    while waiting:
        path, part, place = waiting.pop()
        place = getattr(part, "place", place) or place
        yield path, part, place
        if isinstance(part, Expression | Translated | AttributeType | Place | str):
            continue
        if is_dataclass(part):
            waiting.extend((_join(path, f.name), getattr(part, f.name), place) for f in fields(part))
        elif isinstance(part, Mapping):
            waiting.extend((_join(path, str(key)), value, place) for key, value in part.items())
        elif isinstance(part, tuple):
            waiting.extend((_join(path, _name_of(i, value)), value, place) for i, value in enumerate(part))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _name_of(index: int, part: Any) -> str:
    return str(getattr(part, "name", "") or getattr(part, "attribute", "") or index)


def _mentions(
    part: Any, owner: EntityType, entities: Mapping[str, EntityType], wanted: tuple[str, str]
) -> bool:
    if isinstance(part, Expression):
        start = part.scope.entity or owner.name
        return wanted in set(_read(part.dependencies, start, owner.name, entities))
    if isinstance(part, Effect) and part.kind in ("set", "create"):
        target = owner.name if part.kind == "set" else part.target
        return target == wanted[0] and wanted[1] in part.values
    if owner.name == wanted[0] and isinstance(part, EntityType):
        return wanted[1] in part.acyclic
    if owner.name == wanted[0] and type(part) in NAMED:
        names = [getattr(part, name) for name in NAMED[type(part)]]
        named = [n for each in names for n in ((each,) if isinstance(each, str) else each)]
        named += [name for name, _ in part.sort] if isinstance(part, ListView) else []
        return wanted[1] in named
    return isinstance(part, ListView) and wanted in set(_read(part.columns, owner.name, owner.name, entities))


def _read(
    paths: Iterable[str], start: str, owner: str, entities: Mapping[str, EntityType]
) -> Iterator[tuple[str, str]]:
    """Yield the attributes that dotted paths go through, as pairs of entity type and name."""
    for path in paths:
        parts = path.replace("[]", "").split(".")
        at = start
        if parts[0] in ("record", "old"):
            at, parts = owner, parts[1:]
        elif parts[0].startswith("$"):
            at, parts = parts[0][1:], parts[1:]
        elif parts[0] in OTHER_NAMES:
            continue
        for name in parts:
            entity = entities.get(at)
            attribute = entity.attributes.get(name) if entity else None
            if attribute is None:
                break
            yield at, name
            at = attribute.target
