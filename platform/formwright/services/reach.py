"""How far records of a batch reach to each other: which can be saved as a set as if one by one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from formwright.expressions import Expression
from formwright.metadata.model import Attribute, EntityType, Model, Transition
from formwright.services.dependents import parents_of
from formwright.services.drafts import Draft
from formwright.services.graph import graph_of, targets_of
from formwright.services.needs import Needs, expressions_of, needs_of, save_needs

__all__ = ["Fence", "Reach", "reach_of"]

KEPT = 512


@dataclass(frozen=True, slots=True)
class Reach:
    """What saving records of some entity types can change, and whether that can be seen from afar.

    *touched*: the entity types of the records themselves and of the parents
    that compute from them. *alone*: rules read such records otherwise than as
    neighbours (by a lookup, or through another record), so that each must see
    the ones before it written. *alone_with_parents*: that holds only when a
    record has a parent that computes from it.
    """

    touched: frozenset[str]
    alone: bool
    alone_with_parents: bool


_kept: OrderedDict[tuple[str, frozenset[str], str, bool], Reach] = OrderedDict()


def reach_of(
    model: Model, types: frozenset[str], transition: Transition | None = None, *, trusted: bool = False
) -> Reach:
    """Return the reach of a save, or *transition*, of records of these entity types together.

    *trusted*: it has the rights of the system, so that no rule says what it may read.
    """
    key = (model.checksum, types, transition.name if transition else "", trusted)
    if key not in _kept:
        _kept[key] = _build(model, types, transition, trusted=trusted)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def _build(model: Model, types: frozenset[str], transition: Transition | None, *, trusted: bool) -> Reach:
    watchers = graph_of(model).watchers
    parents = frozenset(link.entity for name in types for link in watchers.get(name, ()))
    chained = any(name in watchers for name in parents)
    entities = [model.entities[name] for name in sorted(types)]
    chosen = [each for entity in entities for each in _choices(model, entity, types, trusted=trusted)]
    asked = [each for entity in entities for each in expressions_of(entity)]
    asks = any(each.queries for each in (*asked, *(rule for _, rules in chosen for rule in rules)))
    trees = [tree for entity in entities for tree in _trees(model, entity, transition)]
    trees += [(target, needs_of(rules).record, 1) for target, rules in chosen]
    alone = asks or any(_reaches(model, entity, tree, types, depth) for entity, tree, depth in trees)
    further = alone or chained or any(_reaches(model, e, t, types | parents, d) for e, t, d in trees)
    neighbours = any(_holds(entity, parents) for entity in entities)
    return Reach(types | parents, alone, further or neighbours)


def _holds(entity: EntityType, parents: frozenset[str]) -> bool:
    """Return whether rows of the record are themselves parents that may change."""
    return any(a.target in parents for a in entity.attributes.values() if not a.type.stored)


def _choices(
    model: Model, entity: EntityType, types: frozenset[str], *, trusted: bool
) -> Iterator[tuple[EntityType, list[Expression]]]:
    """Yield what references can point at, with the rules that say which of those can be chosen."""
    held = {
        link.by
        for link in graph_of(model).parents.get(entity.name, ())
        if link.entity in types and link.entity != entity.name
    }
    for attribute in entity.attributes.values():
        if not attribute.type.stored or attribute.name in held:  # a row among others points at its own parent
            continue
        for target in _targets(attribute):
            if target in model.entities:
                rules = [attribute.where] if attribute.where is not None else []
                rules += [] if trusted else _readable(model.entities[target])
                yield model.entities[target], rules


def _readable(entity: EntityType) -> list[Expression]:
    """Return the rules that say who may read, and therefore choose, a record of *entity*."""
    return [grant.read for grant in entity.access.values() if isinstance(grant.read, Expression)]


def _trees(
    model: Model, entity: EntityType, transition: Transition | None
) -> Iterator[tuple[EntityType, Needs, int]]:
    """Yield what is read, from which entity type, and how far that is from the record."""
    needs = save_needs(model, entity, transition)
    yield entity, needs.record, 0
    yield entity, needs.old, 0
    for link in graph_of(model).parents.get(entity.name, ()):
        yield model.entities[link.entity], needs.parent, 1


def _targets(attribute: Attribute) -> tuple[str, ...]:
    return targets_of(attribute) or ((attribute.target,) if attribute.target else ())


def _reaches(model: Model, entity: EntityType, needs: Needs, among: frozenset[str], depth: int) -> bool:
    """Return whether *needs* read records of *among* through another record than the one at hand."""
    for name, below in needs.items():
        attribute = entity.attributes.get(name)
        if attribute is None:
            continue
        if attribute.computed is not None and not attribute.stored:
            brought = needs_of([attribute.computed]).record
            if _reaches(model, entity, brought, among, depth):
                return True
        for target in _targets(attribute):
            if depth and target in among and (below or not attribute.type.stored):
                return True
            if target in model.entities and _reaches(model, model.entities[target], below, among, depth + 1):
                return True
    return False


@dataclass(slots=True)
class Fence:
    """Lets records into a group as long as none of them can notice another one of it."""

    seen: set[UUID] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    closed: bool = False
    watched: bool = False

    def admits(self, drafts: Iterable[Draft], transition: Transition | None = None) -> bool:
        """Take a record with its children into the group, if it may be in it; the first one always may."""
        every = list(drafts)
        first, types = not self.types, {each.entity.name for each in every}
        work, together = every[0].work, frozenset(self.types | types)
        reach = reach_of(work.model, together, transition, trusted=work.rights.system)
        parents = {identity for each in every for _, identity in parents_of(each)}
        watched = self.watched or bool(parents)
        alone = reach.alone or (watched and reach.alone_with_parents) or any(map(_climbs, every))
        ids = parents | {identity for each in every for identity in _near(each, reach.touched)}
        if self.closed or (not first and (alone or ids & self.seen)):
            return False
        self.seen |= ids
        self.types |= types
        self.watched, self.closed = watched, alone
        return True


def _climbs(draft: Draft) -> bool:
    """Return whether an existing record gets another place in a chain that must have no rings."""
    return draft.old is not None and any(draft.changed(name) for name in draft.entity.acyclic)


def _near(draft: Draft, touched: frozenset[str]) -> Iterator[UUID]:
    """Yield the id of an existing record, and those of *touched* types that it points or pointed at."""
    if draft.old is not None:
        yield draft.id
    for attribute in draft.entity.attributes.values():
        if not attribute.type.stored or not touched.intersection(_targets(attribute)):
            continue
        for value in (draft.new.get(attribute.name), draft.was(attribute.name)):
            for each in value if isinstance(value, list) else [value]:
                identity = UUID(each.partition("/")[2]) if isinstance(each, str) else each
                if isinstance(identity, UUID) and identity not in _own(draft):
                    yield identity


def _own(draft: Draft) -> set[UUID]:
    return {draft.parent.id} if draft.parent is not None else set()
