"""What expressions look at beyond the record itself: a tree of names, from their dependencies."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, Union

from formwright.expressions import Expression
from formwright.metadata.model import Attribute, EntityType, Model, Transition, Value

__all__ = ["NeedSet", "Needs", "expressions_of", "merged", "needs_of", "save_needs"]

Needs: TypeAlias = dict[str, Union["Needs", dict[str, "Needs"]]]
"""``{customer: {segment: {code: {}}}}``: names that are read, with what is read of them."""

NAMES = frozenset({"user", "today", "now", "params"})
KEPT = 512


@dataclass(slots=True)
class NeedSet:
    """What is read of the record, of how it was, and of its parent."""

    record: Needs = field(default_factory=dict)
    old: Needs = field(default_factory=dict)
    parent: Needs = field(default_factory=dict)

    def add(self, path: str) -> None:
        """Note one dependency such as ``lines[].qty``, ``old.customer.name`` or ``parent.country``."""
        head, *rest = path.replace("[]", "").split(".")
        if head in NAMES or head.startswith("$"):
            return
        trees = {"record": self.record, "old": self.old, "parent": self.parent}
        tree = trees.get(head, self.record)
        for name in rest if head in trees else [head, *rest]:
            tree = tree.setdefault(name, {})


def merged(*sets: NeedSet) -> NeedSet:
    """Return what all *sets* need together."""
    result = NeedSet()
    for each in sets:
        for target, tree in (
            (result.record, each.record),
            (result.old, each.old),
            (result.parent, each.parent),
        ):
            _merge(target, tree)
    return result


def _merge(target: Needs, tree: Needs) -> None:
    for name, below in tree.items():
        _merge(target.setdefault(name, {}), below)


def needs_of(expressions: Iterable[Expression], *, only: str = "") -> NeedSet:
    """Return what *expressions* need; *only* = ``record``: what conditions on others read of the record."""
    result = NeedSet()
    for expression in expressions:
        for path in expression.dependencies:
            if not only or path == only or path.startswith(f"{only}."):
                result.add(path)
    return result


_kept: OrderedDict[tuple[str, str, str], NeedSet] = OrderedDict()


def save_needs(model: Model, entity: EntityType, transition: Transition | None = None) -> NeedSet:
    """Return what saving a record of *entity*, or taking *transition*, needs to know."""
    key = (model.checksum, entity.name, transition.name if transition else "")
    if key not in _kept:
        wheres = [a.where for a in entity.attributes.values() if a.where]
        sets = [needs_of(expressions_of(entity)), needs_of(wheres, only="record")]
        if transition is not None:
            sets.append(needs_of(_of_transition(transition)))
        _kept[key] = merged(*sets)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def expressions_of(entity: EntityType) -> Iterator[Expression]:
    """Yield every expression that a save evaluates in Python."""
    for attribute in entity.attributes.values():
        yield from _of_attribute(attribute)
    for rule in entity.rules:
        yield from _present(rule.valid, rule.when)
    for key in entity.unique:
        yield from _present(key.when)
    for automation in entity.automations:
        yield from _present(automation.condition)
        for effect in automation.do:
            yield from _values(effect.values.values())
    for grant in entity.access.values():
        verdicts = (grant.read, grant.create, grant.update, grant.delete, grant.export)
        yield from _present(*verdicts, *(grant.transitions or {}).values(), *(grant.actions or {}).values())


def _of_attribute(attribute: Attribute) -> Iterator[Expression]:
    yield from _present(attribute.required, attribute.visible, attribute.readonly, attribute.computed)
    if attribute.default is not None:
        yield from _values([attribute.default])


def _of_transition(transition: Transition) -> Iterator[Expression]:
    yield from _present(transition.when)
    for effect in transition.do:
        yield from _values(effect.values.values())


def _values(values: Iterable[Value]) -> Iterator[Expression]:
    for value in values:
        yield from _present(value.expression)


def _present(*candidates: object) -> Iterator[Expression]:
    for candidate in candidates:
        if isinstance(candidate, Expression):
            yield candidate
