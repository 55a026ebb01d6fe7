"""Who may do what: pure decisions from the Model, as Python and as SQL."""

from formwright.access.actor import SYSTEM, Actor
from formwright.access.decision import EVERYONE, Decision, Reason, holds, may, roles_of
from formwright.access.explain import Ground, Verdict, why
from formwright.access.fields import MASK, FieldRights, field_rights, masked_text
from formwright.access.rows import row_condition

__all__ = [
    "EVERYONE",
    "MASK",
    "SYSTEM",
    "Actor",
    "Decision",
    "FieldRights",
    "Ground",
    "Reason",
    "Verdict",
    "field_rights",
    "holds",
    "masked_text",
    "may",
    "roles_of",
    "row_condition",
    "why",
]
