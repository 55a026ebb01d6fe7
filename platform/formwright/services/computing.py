"""Defaults and computed values of a draft, in the order of their dependencies."""

from __future__ import annotations

from collections.abc import Sequence

from formwright.attributes import Invalid
from formwright.expressions import Expression
from formwright.metadata.model import Attribute
from formwright.problems import Problem, ProblemError
from formwright.services.drafts import Draft, refresh_all
from formwright.services.values import canonical, differ, problem_of

__all__ = ["compute", "fill_defaults", "set_value"]


async def fill_defaults(drafts: Sequence[Draft]) -> None:
    """Give new records their defaults where the input says nothing: literals first, then expressions."""
    missing = {draft: [a for a in draft.traits.defaults if _is_missing(draft, a)] for draft in drafts}
    for draft, attributes in missing.items():
        for attribute in attributes:
            if attribute.default is not None and attribute.default.expression is None:
                draft.put(attribute.name, _literal(attribute, draft))
    await refresh_all(drafts)
    for draft, attributes in missing.items():
        for attribute in attributes:
            if attribute.default is not None and attribute.default.expression is not None:
                await set_value(draft, attribute, attribute.default.expression)


def _is_missing(draft: Draft, attribute: Attribute) -> bool:
    return attribute.name not in draft.given and draft.new.get(attribute.name) is None


def _literal(attribute: Attribute, draft: Draft) -> object:
    value = attribute.default.literal if attribute.default else None
    try:
        return canonical(attribute, value, draft.new)
    except Invalid:
        return value


async def set_value(draft: Draft, attribute: Attribute, expression: Expression) -> None:
    """Give an attribute the value of an expression; one that cannot be evaluated is a problem at it."""
    try:
        draft.put(attribute.name, await draft.value_of(expression, attribute))
    except Invalid as invalid:
        draft.problems.extend([problem_of(invalid, draft.at(attribute.name).field)])
    except ProblemError as error:
        label = attribute.label.get(draft.work.actor.locale)
        sentence = f"The value of {label} cannot be computed: {error.problems[0].sentence}"
        place = draft.at(attribute.name)
        draft.problems.extend([Problem("E_EXPR", sentence, place, related=(expression.place,))])


async def compute(draft: Draft) -> None:
    """Compute the record and the children that are saved with it.

    Children come first, because the record may sum them; they come once more
    when they read the record (`parent`), and then the record, too.
    """
    await draft.refresh()
    again = any(child.needs.parent for drafts in draft.children.values() for child in drafts)
    for _ in range(2 if again else 1):
        for drafts in draft.children.values():
            for child in drafts:
                if not child.removed:
                    await compute(child)
        draft.gather()
        await _compute_own(draft)


async def _compute_own(draft: Draft) -> None:
    for name in draft.entity.order:
        attribute = draft.entity.attributes[name]
        if attribute.computed is None:
            continue
        if not attribute.belongs_to(draft.type):
            draft.put(name, None)
            continue
        before = draft.new.get(name)
        await set_value(draft, attribute, attribute.computed)
        if differ(before, draft.new.get(name)) and draft.needs.record.get(name):
            await draft.refresh()
