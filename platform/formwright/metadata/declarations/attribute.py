"""An attribute, as written."""

from __future__ import annotations

from dataclasses import dataclass

from formwright.metadata.declarations.base import Declaration, key
from formwright.metadata.declarations.kinds import (
    AnyValue,
    Flag,
    FlagOrJexl,
    JexlText,
    Literal,
    NameText,
    OneOf,
    OneOrMany,
    Rank,
    WordsText,
)
from formwright.metadata.declarations.written import Given, Jexl, Name, Words
from formwright.metadata.nodes import Node

__all__ = ["REFERENCE_KEYS", "REFINING_KEYS", "AttributeDeclaration"]

REFERENCE_KEYS = ("where", "on_delete")
REFINING_KEYS = (
    "label", "help", "required", "readonly", "visible", "default", "computed", "search", "facet",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeDeclaration(Declaration):
    """``name: {type: …}``. Keys of the attribute type itself are in ``rest``."""

    type: Name | None = key(NameText(), doc="attribute type")
    label: Words | None = key(WordsText(), doc="text, or by locale; default: the name in words")
    help: Words | None = key(WordsText(), doc="text under the field")
    required: bool | Jexl | None = key(FlagOrJexl(), doc="true, or when; hidden means not required")
    visible: bool | Jexl | None = key(FlagOrJexl(), doc="when it is shown")
    readonly: bool | Jexl | None = key(
        FlagOrJexl(), doc="when people may not change it; true: only effects write it"
    )
    default: Given | None = key(Literal(), doc="a literal, or `= JEXL`")
    computed: Jexl | None = key(JexlText(), doc="the value is always this")
    stored: bool | None = key(Flag(), doc="false: a computed value without a column")
    unique: bool | None = key(Flag(), doc="occurs once among records that are not deleted")
    search: int | None = key(Rank(), doc="weight in search, 1 to 10, or true for 5")
    facet: bool | None = key(Flag(), doc="filters offer it")
    index: bool | None = key(Flag(), doc="an index of its own")
    sensitive: bool | None = key(Flag(), doc="masked for roles without `unmask`")
    on_hide: str | None = key(OneOf(("keep", "clear")), doc="clear: the value goes when the field is hidden")
    where: Jexl | None = key(
        JexlText(), doc="which records a reference offers; `record` is the referring one"
    )
    on_delete: str | None = key(OneOf(("protect", "cascade", "clear")), doc="what deleting the target does")
    was: list[Name] | None = key(OneOrMany(NameText()), doc="earlier name, or list of them")
    sparse: bool | None = key(
        Flag(), doc="kept in one JSONB column with the other sparse attributes, not indexed"
    )
    choices: Node | None = key(
        AnyValue(), doc="list of values, or value -> label, or value -> {label, color}"
    )
    to: list[Name] | None = key(
        OneOrMany(NameText()), doc="entity type that a reference points at; a list for `any`"
    )
    of: Name | None = key(NameText(), doc="entity type of the children")
    by: Name | None = key(NameText(), doc="reference of the children back to this record")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceDeclaration(Declaration):
    """``vip: {label: VIP, color: purple}``."""

    label: Words | None = key(WordsText())
    color: str | None = key(NameText())
