"""Modules, roles and rows, as written."""

from __future__ import annotations

from dataclasses import dataclass

from formwright.metadata.declarations.base import Declaration, Nested, key
from formwright.metadata.declarations.kinds import (
    AnyValue,
    Flag,
    ListOf,
    MapOf,
    NameText,
    OneOrMany,
    Whole,
    WordsText,
)
from formwright.metadata.declarations.written import Name, Words
from formwright.metadata.nodes import Node

__all__ = ["ModuleDeclaration", "RecordsDeclaration", "RoleDeclaration", "RolesDeclaration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleDeclaration(Declaration):
    """``module.yaml``."""

    module: Name | None = key(NameText(), required=True, doc="name of the folder")
    label: Words | None = key(WordsText())
    icon: str | None = key(NameText())
    order: int | None = key(Whole(0, 100_000), doc="place in the navigation; default 100")
    requires: list[Name] | None = key(ListOf(NameText()), doc="modules that must be there")
    navigation: list[Name] | None = key(ListOf(NameText()), doc="entity types, or entity/list")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDeclaration(Declaration):
    """One role."""

    label: Words | None = key(WordsText())
    all: bool | None = key(Flag(), doc="may do everything")


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesDeclaration(Declaration):
    """``roles.yaml``."""

    roles: dict[Name, RoleDeclaration] | None = key(MapOf(Nested(RoleDeclaration)), required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsDeclaration(Declaration):
    """A file of rows."""

    records: Name | None = key(NameText(), required=True, doc="entity type")
    identity: list[Name] | None = key(OneOrMany(NameText()), name="key", doc="attributes that identify a row")
    rows: list[Node] | None = key(ListOf(AnyValue()), required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocaleDeclaration(Declaration):
    """Texts in another language."""

    locale: Name | None = key(NameText(), required=True)
    texts: Node | None = key(AnyValue(), required=True, doc="entity type -> texts")
