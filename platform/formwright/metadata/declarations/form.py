"""Forms and lists, as written."""

from __future__ import annotations

from dataclasses import dataclass

from formwright.metadata.declarations.base import Declaration, Nested, key
from formwright.metadata.declarations.kinds import (
    AnyValue,
    Flag,
    FlagOrJexl,
    JexlText,
    ListOf,
    NameText,
    OneOf,
    OneOrMany,
    Schema,
    Text,
    Whole,
    WordsText,
)
from formwright.metadata.declarations.written import Jexl, Name, Words
from formwright.metadata.nodes import Node

__all__ = ["FieldDeclaration", "FormDeclaration", "ListDeclaration", "SectionDeclaration"]

MODES = ("create", "edit", "view")
APPEARANCES = ("grid", "cards", "radio", "textarea")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDeclaration(Declaration):
    """``attribute: {visible: …}`` in ``fields``."""

    visible: bool | Jexl | None = key(FlagOrJexl(), doc="adds to the rule of the attribute")
    required: bool | Jexl | None = key(FlagOrJexl(), doc="adds to the rule of the attribute")
    readonly: bool | Jexl | None = key(FlagOrJexl(), doc="adds to the rule of the attribute")
    label: Words | None = key(WordsText())
    help: Words | None = key(WordsText())
    width: int | None = key(Whole(1, 12), doc="of 12")
    appearance: str | None = key(OneOf(APPEARANCES), name="as")
    columns: list[Name] | None = key(ListOf(NameText()), doc="attributes of children shown as a grid")


class Field(AnyValue):
    """An attribute name, or ``attribute: {…}``."""

    def schema(self) -> Schema:
        """Return the schema of a field."""
        one = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"$ref": "#/$defs/FieldDeclaration"},
        }
        return {"anyOf": [{"type": "string"}, one]}


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDeclaration(Declaration):
    """``section: Title`` with its fields."""

    section: Words | None = key(WordsText(), doc="title")
    name: Name | None = key(
        NameText(), doc="name by which other files refer to it; default: made from the title"
    )
    columns: int | None = key(Whole(1, 4), doc="default 2")
    fields: list[Node] | None = key(ListOf(Field()), required=True, doc="attributes, in order")
    visible: bool | Jexl | None = key(FlagOrJexl())
    help: Words | None = key(WordsText())
    tab: str | None = key(Text(), doc="title of the tab; sections without one are on the first")
    collapsed: bool | None = key(Flag())


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDeclaration(Declaration):
    """``edit: {modes, types, sections}``."""

    label: Words | None = key(WordsText())
    modes: list[str] | None = key(ListOf(OneOf(MODES)))
    types: list[Name] | None = key(ListOf(NameText()), doc="sub-types it is for")
    sections: list[SectionDeclaration] | None = key(ListOf(Nested(SectionDeclaration)), required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeclaration(Declaration):
    """One saved view."""

    label: Words | None = key(WordsText())
    filter: Jexl | None = key(JexlText(), doc="which records it shows")
    columns: list[Name] | None = key(
        ListOf(NameText()), doc="attributes; `customer.name` goes through a reference"
    )
    sort: list[Name] | None = key(
        OneOrMany(NameText()), doc="attribute, `-attribute` for descending, or a list"
    )
    default: bool | None = key(Flag(), doc="the view that opens first")
    appearance: str | None = key(OneOf(("table", "board", "calendar")), name="as")
    by: Name | None = key(
        NameText(), doc="attribute whose values are the columns of a board, or the days of a calendar"
    )
    badge: bool | None = key(Flag(), doc="the navigation shows how many there are")
