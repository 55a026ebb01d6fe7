"""Visible, required, read-only: the rules of an attribute and of its field together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from formwright.access import FieldRights
from formwright.expressions import Expression
from formwright.metadata.model import Attribute, Form, FormField
from formwright.problems import ProblemError

__all__ = ["expressions_of_form", "fixed", "holds", "is_readonly", "is_required", "is_visible"]

SET_BY_SYSTEM = frozenset(
    {
        "id",
        "number",
        "version",
        "state",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "deleted_at",
        "release",
        "external_refs",
    }
)
"""System attributes that nobody types: the platform keeps them, or a transition moves them."""

Context = Mapping[str, Any]


def holds(rule: bool | Expression, context: Context, *, failing: bool) -> bool:
    """Return whether a rule is true; *failing* is the answer of one that cannot be evaluated."""
    if isinstance(rule, bool):
        return rule
    try:
        return rule.true(context)
    except ProblemError:
        return failing


def is_visible(attribute: Attribute, field: FormField | None, context: Context) -> bool:
    """Return whether neither the attribute's nor the field's rule hides it. A broken rule hides nothing."""
    if not holds(attribute.visible, context, failing=True):
        return False
    return field is None or holds(field.visible, context, failing=True)


def is_required(attribute: Attribute, field: FormField | None, context: Context) -> bool:
    """Return whether a value must be given."""
    if attribute.computed is not None:
        return False
    if holds(attribute.required, context, failing=False):
        return True
    return field is not None and holds(field.required, context, failing=False)


def fixed(attribute: Attribute, rights: FieldRights) -> bool:
    """Return whether this actor can never type a value, whatever the record holds."""
    return (
        attribute.computed is not None
        or attribute.readonly is True
        or (attribute.system and attribute.name in SET_BY_SYSTEM)
        or not rights.writable(attribute.name)
    )


def is_readonly(attribute: Attribute, field: FormField | None, context: Context) -> bool:
    """Return whether a rule forbids to change it now. A broken rule forbids."""
    if holds(attribute.readonly, context, failing=True):
        return True
    return field is not None and holds(field.readonly, context, failing=True)


def expressions_of_form(form: Form) -> Iterator[Expression]:
    """Yield the rules that only the form has: whoever loads a record for it must load what they read."""
    for section in form.sections:
        rules: list[object] = [section.visible]
        for field in section.fields:
            rules += [field.visible, field.required, field.readonly]
        yield from (rule for rule in rules if isinstance(rule, Expression))
