"""What a form has, found once for each sub-type, rights, mode and locale; fields as they were just now."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from formwright.expressions import Expression
from formwright.forms.fields import FILES, FULL, Around, field_state, targets_of
from formwright.forms.rules import fixed, holds
from formwright.forms.states import FieldState
from formwright.metadata.model import Attribute, EntityType, FormField, Section

__all__ = ["PlannedField", "planned"]

KEPT_SECTIONS = 1024
KEPT_STATES = 16
LONGEST = 400

Rules = tuple[Expression, ...]


@dataclass(slots=True)
class PlannedField:
    """One field of a section for those who have the same rights, with the states that it had of late.

    The state of a field with a value of its own (*alone*) follows from its
    value, what was typed, its three rules and its problems; such states are
    kept, since most fields of most forms look as they did a moment ago. What
    references and files show depends on more. *beside* names an attribute
    whose value is part of the state: the currency of an amount.
    """

    attribute: Attribute
    origin: FormField
    width: int
    alone: bool
    beside: str
    zoned: bool
    visible: Rules
    required: Rules
    readonly: Rules
    _states: dict[Hashable, FieldState] = field(default_factory=dict)

    def state(self, around: Around) -> FieldState:
        """Return the state of the field for a record."""
        key = self._key(around) if self.alone else None
        if key is None:
            return field_state(around, self.attribute, self.origin, self.width)
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = field_state(around, self.attribute, self.origin, self.width)
            if len(self._states) > KEPT_STATES:
                del self._states[next(iter(self._states))]
        return found

    def _key(self, around: Around) -> Hashable:
        """Return all that the state follows from; None when that is too much to keep."""
        name, context = self.attribute.name, around.context
        value, typed = around.values.get(name), around.data.texts.get(name)
        # Equal values may be written in different ways (1.0 and 1.00), so the way counts.
        written = None if value is None else repr(value)
        if (written is not None and len(written) > LONGEST) or (typed is not None and len(typed) > LONGEST):
            return None
        return (
            written,
            tuple(typed) if isinstance(typed, list) else typed,
            around.problems.get(name, ()),
            _answers(self.visible, context, failing=True),
            _answers(self.required, context, failing=False),
            _answers(self.readonly, context, failing=True),
            around.values.get(self.beside) if self.beside else None,
            around.data.zone if self.zoned else None,
        )


def _answers(rules: Rules, context: Mapping[str, Any], *, failing: bool) -> tuple[bool, ...]:
    return tuple([holds(rule, context, failing=failing) for rule in rules]) if rules else ()


_plans: OrderedDict[Hashable, tuple[Section, EntityType, tuple[PlannedField, ...]]] = OrderedDict()


def planned(around: Around, section: Section, kind: str | None) -> tuple[PlannedField, ...]:
    """Return the fields of *section* that the actor may know of and records of the sub-type *kind* have."""
    key = (id(section), kind, around.mode, around.locale, around.rights)
    found = _plans.get(key)
    if found is not None and found[0] is section and found[1] is around.entity:
        _plans.move_to_end(key)
        return found[2]
    attributes, rights = around.entity.attributes, around.rights
    named = ((attributes[each.attribute], each) for each in section.fields)
    shown = ((a, each) for a, each in named if a.belongs_to(kind) and rights.readable(a.name))
    fields = tuple(_plan(around, section, attribute, each) for attribute, each in shown)
    _plans[key] = (section, around.entity, fields)
    while len(_plans) > KEPT_SECTIONS:
        _plans.popitem(last=False)
    return fields


def _plan(around: Around, section: Section, attribute: Attribute, each: FormField) -> PlannedField:
    free = around.mode != "view" and not fixed(attribute, around.rights)
    return PlannedField(
        attribute=attribute,
        origin=each,
        width=each.width or FULL // section.columns,
        alone=attribute.type.stored and not targets_of(attribute) and attribute.type.name not in FILES,
        beside=str(attribute.options.get("currency_of") or ""),
        zoned=attribute.type.kind == "datetime",
        visible=_rules(attribute.visible, each.visible),
        required=_rules(attribute.required, each.required) if free else (),
        readonly=_rules(attribute.readonly, each.readonly) if free else (),
    )


def _rules(*candidates: Any) -> Rules:
    return tuple(rule for rule in candidates if isinstance(rule, Expression))
