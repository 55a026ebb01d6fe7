"""Rows that ship with modules, and demo rows, as resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formwright.problems import Place

__all__ = ["Link", "RecordSet", "Row"]

NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer in a row: the record of *entity* whose attributes *key* have these texts.

    Users are ``Link("$user", ("login",), ("admin",))``.
    """

    entity: str
    key: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One shipped or demo row: canonical values by attribute.

    References are a Link or a tuple of Links, children a tuple of Rows.
    """

    values: Mapping[str, Any]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """The rows of one file, updated by the attributes *key* and never doubled; *demo*: on request only."""

    entity: str
    key: tuple[str, ...]
    rows: tuple[Row, ...]
    demo: bool = False
    module: str = ""
    place: Place = NOWHERE
