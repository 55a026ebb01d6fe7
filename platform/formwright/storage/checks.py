"""Which check constraints an entity type has: the last line of the rules that services keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_, not_, or_

from formwright.metadata.model import Attribute, EntityType, Rule
from formwright.storage.inline import inline_rule

__all__ = ["Check", "checks_of", "is_required"]


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that every row keeps; *subject* and *aspect* make its name. *rule*: from the metadata's."""

    subject: str
    aspect: str
    condition: ColumnElement[bool]
    rule: bool = False


def checks_of(entity: EntityType, table: Table, *, rules: bool = True) -> Iterator[Check]:
    """Yield the checks of *table*, which already has its columns. *rules*: those of the metadata too."""
    if entity.lifecycle:
        yield Check("state", "choices", table.c["state"].in_(list(entity.lifecycle.states)))
    if entity.types:
        concrete = [name for name, sub_type in entity.types.items() if not sub_type.abstract]
        yield Check("type", "choices", table.c["type"].in_(concrete))
    for attribute in entity.attributes.values():
        if not attribute.system and attribute.name in table.c:
            yield from _of_attribute(attribute, table)
    if rules:
        for rule in entity.rules:
            yield from _of_rule(rule, entity, table)


def is_required(attribute: Attribute) -> bool:
    """Whether every record (of the sub-types that have it) has a value, whatever else it says."""
    return attribute.required is True and attribute.visible is True and attribute.computed is None


def _of_attribute(attribute: Attribute, table: Table) -> Iterator[Check]:
    column = table.c[attribute.name]
    for aspect, condition in attribute.type.constraints(column, attribute.options):
        yield Check(attribute.name, aspect, condition)
    if is_required(attribute) and attribute.types:
        others = or_(table.c["type"].is_(None), table.c["type"].not_in(sorted(attribute.types)))
        yield Check(attribute.name, "required", or_(others, column.is_not(None)))


def _of_rule(rule: Rule, entity: EntityType, table: Table) -> Iterator[Check]:
    """Yield the check of a rule when SQL can say all of it."""
    valid = inline_rule(rule.valid, entity, table)
    when = inline_rule(rule.when, entity, table) if rule.when else None
    if rule.severity != "error" or valid is None or (rule.when and when is None):
        return
    applies = [] if when is None else [when]
    if rule.types:
        applies.append(and_(table.c["type"].is_not(None), table.c["type"].in_(sorted(rule.types))))
    condition = or_(not_(and_(*applies)), valid) if applies else valid
    yield Check(rule.name, "rule", condition, rule=True)
