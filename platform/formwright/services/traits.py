"""What is the same for all records of one sub-type: found once for each state of the metadata."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from formwright.metadata.model import Attribute, EntityType, Model

__all__ = ["Traits", "traits_of"]

KEPT = 512
POINTING = frozenset({"any", "user", "file", "image"})


@dataclass(frozen=True, slots=True)
class Traits:
    """The attributes that records of a sub-type have, and those among them that a step of a save is about.

    *stored* are those of the entity type, not of the sub-type, because a
    change of type clears what other types have.
    """

    entity: EntityType
    attributes: Mapping[str, Attribute]
    stored: tuple[str, ...]
    pointing: tuple[Attribute, ...]
    unique: tuple[str, ...]
    defaults: tuple[Attribute, ...]
    changing: tuple[Attribute, ...]


_kept: OrderedDict[tuple[str, str, str | None], Traits] = OrderedDict()


def traits_of(model: Model, entity: EntityType, kind: str | None) -> Traits:
    """Return the traits of records of *entity* whose sub-type is *kind*."""
    key = (model.checksum, entity.name, kind)
    found = _kept.get(key)
    if found is None or found.entity is not entity:
        found = _kept[key] = _build(entity, kind)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _build(entity: EntityType, kind: str | None) -> Traits:
    attributes = entity.attributes_of(kind)

    def those(fits: Callable[[Attribute], bool]) -> Iterable[Attribute]:
        return (attribute for attribute in attributes.values() if fits(attribute))

    return Traits(
        entity=entity,
        attributes=attributes,
        stored=tuple(n for n, a in entity.attributes.items() if a.stored and a.type.stored),
        pointing=tuple(those(lambda a: a.type.stored and bool(a.target or a.type.name in POINTING))),
        unique=tuple(a.name for a in those(lambda a: a.unique and a.type.stored)),
        defaults=tuple(those(lambda a: a.default is not None)),
        changing=tuple(those(lambda a: a.visible is not True)),
    )
