"""Entity types and sub-types, as written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from formwright.metadata.declarations.attribute import AttributeDeclaration
from formwright.metadata.declarations.base import Declaration, Nested, key
from formwright.metadata.declarations.form import FormDeclaration, ListDeclaration
from formwright.metadata.declarations.kinds import (
    LIST_OF_NAMES,
    Flag,
    FlagOrJexl,
    JexlText,
    ListOf,
    MapOf,
    NameText,
    OneOf,
    OneOrMany,
    Short,
    Text,
    Whole,
    WordsText,
)
from formwright.metadata.declarations.lifecycle import (
    ATTRIBUTES,
    ActionDeclaration,
    AutomationDeclaration,
    LifecycleDeclaration,
)
from formwright.metadata.declarations.written import Jexl, Name, Words

__all__ = [
    "EntityDeclaration",
    "GrantDeclaration",
    "RuleDeclaration",
    "SubTypeDeclaration",
    "UniqueDeclaration",
]

FEATURES = ("comments", "timeline")
ROW_RULES = MapOf(FlagOrJexl())
NAMES = ListOf(NameText())
SECTIONS = {"type": "array", "items": {"$ref": "#/$defs/SectionDeclaration"}}
FORMS = MapOf(Short(Nested(FormDeclaration), SECTIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDeclaration(Declaration):
    """``adult: {valid: JEXL, message: text}``."""

    valid: Jexl | None = key(JexlText(), required=True, doc="must be true")
    message: Words | None = key(WordsText(), required=True, doc="said when it is not")
    when: Jexl | None = key(JexlText(), doc="only then")
    fields: list[Name] | None = key(NAMES, doc="attributes that show the message")
    severity: str | None = key(OneOf(("error", "warning", "info")))
    types: list[Name] | None = key(NAMES, doc="sub-types it is for")


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueDeclaration(Declaration):
    """``{of: [a, b], when: JEXL}``."""

    of: list[Name] | None = key(OneOrMany(NameText()), required=True, doc="attributes")
    when: Jexl | None = key(JexlText(), doc="only among records for which it is true")
    message: Words | None = key(WordsText())


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantDeclaration(Declaration):
    """What one role may do."""

    all: bool | None = key(Flag(), doc="everything")
    read: bool | Jexl | None = key(FlagOrJexl(), doc="true, false, or which records")
    create: bool | Jexl | None = key(FlagOrJexl())
    update: bool | Jexl | None = key(FlagOrJexl())
    delete: bool | Jexl | None = key(FlagOrJexl())
    export: bool | Jexl | None = key(FlagOrJexl())
    transitions: dict[Name, bool | Jexl] | None = key(
        ROW_RULES, doc="transition -> true, false, or which records"
    )
    actions: dict[Name, bool | Jexl] | None = key(ROW_RULES)
    hide: list[Name] | None = key(NAMES, doc="attributes that are not shown")
    mask: list[Name] | None = key(NAMES, doc="attributes shown as •••")
    unmask: list[Name] | None = key(NAMES, doc="sensitive attributes shown in full")
    readonly: list[Name] | None = key(NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubTypeDeclaration(Declaration):
    """One sub-type: what it adds."""

    label: Words | None = key(WordsText())
    help: Words | None = key(WordsText())
    color: str | None = key(NameText())
    extends: Name | None = key(NameText(), doc="sub-type whose attributes it has too")
    abstract: bool | None = key(Flag(), doc="only for extending")
    attributes: dict[Name, AttributeDeclaration] | None = key(ATTRIBUTES)
    rules: dict[Name, RuleDeclaration] | None = key(MapOf(Nested(RuleDeclaration)))
    forms: dict[Name, FormDeclaration] | None = key(FORMS)
    unique: list[UniqueDeclaration] | None = key(ListOf(Nested(UniqueDeclaration)))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityDeclaration(Declaration):
    """One entity type, all its files and overlays merged."""

    label: Words | None = key(WordsText(), doc="default: the name in words")
    plural: Words | None = key(WordsText())
    help: Words | None = key(WordsText())
    icon: str | None = key(NameText())
    number: str | None = key(Text(), doc="`CUS-{000000}`, may hold `{year}`")
    title: Jexl | None = key(JexlText(), doc="attribute or JEXL: how a record is named")
    embedded: bool | None = key(Flag(), doc="rows of a parent, without pages of their own")
    has: list[str] | None = key(ListOf(OneOf(FEATURES)))
    attributes: dict[Name, AttributeDeclaration] | None = key(ATTRIBUTES)
    types: dict[Name, SubTypeDeclaration] | None = key(MapOf(Nested(SubTypeDeclaration)))
    unique: list[UniqueDeclaration] | None = key(ListOf(Nested(UniqueDeclaration)))
    acyclic: dict[Name, int] | None = key(
        Short(MapOf(Whole(0, 1000)), LIST_OF_NAMES), doc="self references whose chain may not come back"
    )
    rules: dict[Name, RuleDeclaration] | None = key(MapOf(Nested(RuleDeclaration)))
    lifecycle: LifecycleDeclaration | None = key(Nested(LifecycleDeclaration))
    forms: dict[Name, FormDeclaration] | None = key(FORMS)
    lists: dict[Name, ListDeclaration] | None = key(MapOf(Nested(ListDeclaration)))
    access: dict[Name, GrantDeclaration] | None = key(
        MapOf(Nested(GrantDeclaration), pattern=""), doc="role -> grant"
    )
    on: list[AutomationDeclaration] | None = key(ListOf(Nested(AutomationDeclaration)))
    actions: dict[Name, Any] | None = key(MapOf(Nested(ActionDeclaration)))
    was: list[Name] | None = key(OneOrMany(NameText()), doc="earlier name, or list of them")
