"""What a form is made of besides its metadata: the record, what was typed, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formwright.access import FieldRights
from formwright.forms.states import Option
from formwright.metadata.model import EntityType
from formwright.problems import Problem

__all__ = ["FormData", "RowData", "RowSet", "Texts", "Titles"]

Texts = Mapping[str, str | list[str]]
"""What controls hold, by the path of the field, as it was typed."""

Titles = Mapping[tuple[str, str], str]
"""What records are called, by entity type (``user`` of the system: ``$user``) and the text of their id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowData:
    """One child row: canonical values, what its rules see, and whether it is *locked* against changes."""

    id: str = ""
    path: str = ""  # where it stands in the input; empty: by its place in the list
    values: Mapping[str, Any]
    context: Mapping[str, Any]
    title: str = ""
    removed: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSet:
    """The rows of one children attribute: those to show, how many there are, what the actor may do."""

    entity: EntityType
    rights: FieldRights = field(default_factory=FieldRights)
    rows: tuple[RowData, ...] = ()
    total: int = 0
    add: bool = False
    remove: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormData:
    """One record for a form.

    *values* are canonical values by attribute; *context* is what expressions
    see (the attributes, ``record``, ``old``, ``user``, ``today``, ``now``,
    ``parent``). *texts* win over values: what was typed is shown again, also
    when it could not be read. *offers* are the records that a reference
    offers, by the path of the field. *problems* have the path of their field
    as place. *zone* is the time zone of the actor.
    """

    values: Mapping[str, Any]
    context: Mapping[str, Any]
    texts: Texts = field(default_factory=dict)
    rows: Mapping[str, RowSet] = field(default_factory=dict)
    titles: Titles = field(default_factory=dict)
    offers: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    zone: str = "UTC"
    entities: Mapping[str, EntityType] = field(default_factory=dict)
