"""Metadata as written: one frozen dataclass a construct, which is also its table of keys."""

from formwright.metadata.declarations.attribute import (
    REFERENCE_KEYS,
    REFINING_KEYS,
    AttributeDeclaration,
    ChoiceDeclaration,
)
from formwright.metadata.declarations.base import Declaration, Nested, keys_of, read, schema_of, unknown_keys
from formwright.metadata.declarations.entity import (
    EntityDeclaration,
    GrantDeclaration,
    RuleDeclaration,
    SubTypeDeclaration,
    UniqueDeclaration,
)
from formwright.metadata.declarations.form import (
    FieldDeclaration,
    FormDeclaration,
    ListDeclaration,
    SectionDeclaration,
)
from formwright.metadata.declarations.kinds import WordsText
from formwright.metadata.declarations.lifecycle import (
    ActionDeclaration,
    AutomationDeclaration,
    EffectDeclaration,
    LifecycleDeclaration,
    NotifyDeclaration,
    StateDeclaration,
    TransitionDeclaration,
)
from formwright.metadata.declarations.module import (
    LocaleDeclaration,
    ModuleDeclaration,
    RecordsDeclaration,
    RoleDeclaration,
    RolesDeclaration,
)
from formwright.metadata.declarations.written import Given, Jexl, Name, Words, described, refuse

__all__ = [
    "REFERENCE_KEYS",
    "REFINING_KEYS",
    "ActionDeclaration",
    "AttributeDeclaration",
    "AutomationDeclaration",
    "ChoiceDeclaration",
    "Declaration",
    "EffectDeclaration",
    "EntityDeclaration",
    "FieldDeclaration",
    "FormDeclaration",
    "Given",
    "GrantDeclaration",
    "Jexl",
    "LifecycleDeclaration",
    "ListDeclaration",
    "LocaleDeclaration",
    "ModuleDeclaration",
    "Name",
    "Nested",
    "NotifyDeclaration",
    "RecordsDeclaration",
    "RoleDeclaration",
    "RolesDeclaration",
    "RuleDeclaration",
    "SectionDeclaration",
    "StateDeclaration",
    "SubTypeDeclaration",
    "TransitionDeclaration",
    "UniqueDeclaration",
    "Words",
    "WordsText",
    "described",
    "keys_of",
    "read",
    "refuse",
    "schema_of",
    "unknown_keys",
]
