"""How entity types hang together: who has children of whom, and who points at whom."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from formwright.metadata.model import Attribute, EntityType, Model

__all__ = ["Graph", "Link", "graph_of", "targets_of"]

KEPT = 8

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Link:
    """A children attribute *attribute* of *entity*, whose rows point back with *by*."""

    entity: str
    attribute: str
    by: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Each by the name of an entity type.

    *parents*: the children attributes that hold its records. *referrers*: the
    attributes that point at it, with their own entity type. *watchers*: those
    parents that compute a stored value from such children.
    """

    model: Model
    parents: Mapping[str, tuple[Link, ...]]
    referrers: Mapping[str, tuple[tuple[EntityType, Attribute], ...]]
    watchers: Mapping[str, tuple[Link, ...]]


_graphs: OrderedDict[str, Graph] = OrderedDict()


def graph_of(model: Model) -> Graph:
    """Return the graph of *model*, made once for each state of the metadata."""
    found = _graphs.get(model.checksum)
    if found is None or found.model is not model:
        found = _graphs[model.checksum] = _build(model)
    _graphs.move_to_end(model.checksum)
    while len(_graphs) > KEPT:
        _graphs.popitem(last=False)
    return found


def _build(model: Model) -> Graph:
    parents: dict[str, list[Link]] = {}
    referrers: dict[str, list[tuple[EntityType, Attribute]]] = {}
    watchers: dict[str, list[Link]] = {}
    for entity in model.entities.values():
        watched = _watched(entity)
        for attribute in entity.attributes.values():
            if not attribute.type.stored and attribute.target:
                link = Link(entity.name, attribute.name, str(attribute.options["by"]))
                parents.setdefault(attribute.target, []).append(link)
                if attribute.name in watched:
                    watchers.setdefault(attribute.target, []).append(link)
            elif attribute.type.stored and not attribute.system:
                for target in targets_of(attribute):
                    referrers.setdefault(target, []).append((entity, attribute))
    return Graph(model, _frozen(parents), _frozen(referrers), _frozen(watchers))


def _watched(entity: EntityType) -> set[str]:
    """Return the first names of what stored computed values read."""
    found: set[str] = set()
    for name in entity.order:
        attribute = entity.attributes[name]
        if attribute.computed is not None and attribute.stored:
            for path in attribute.computed.dependencies:
                found.add(path.removeprefix("record.").replace("[", ".").split(".", 1)[0])
    return found


def targets_of(attribute: Attribute) -> tuple[str, ...]:
    """Return the entity types that an attribute can point at."""
    to = attribute.options.get("to")
    if attribute.type.name == "any":
        return tuple(to or ())
    return (to,) if isinstance(to, str) else ()


def _frozen(lists: dict[str, list[Item]]) -> Mapping[str, tuple[Item, ...]]:
    return {name: tuple(items) for name, items in lists.items()}
