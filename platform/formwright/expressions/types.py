"""Types of expressions: what a name holds and what a node gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

__all__ = ["Kind", "Schema", "Scope", "Type"]


class Kind(StrEnum):
    """The kinds of values. Python values in contexts are given in brackets."""

    ANY = "any"  # not known at check time (json attributes)
    NULL = "null"  # only the literal `null`
    BOOLEAN = "boolean"  # [bool]
    INTEGER = "integer"  # [int]
    DECIMAL = "decimal"  # [decimal.Decimal], exact: decimal, money, percent
    NUMBER = "number"  # [float], JSON number
    TEXT = "text"  # [str]
    DATE = "date"  # [datetime.date]
    DATETIME = "datetime"  # [datetime.datetime], always with a zone
    TIME = "time"  # [datetime.time]
    DURATION = "duration"  # [datetime.timedelta]
    LIST = "list"  # [list]
    RECORD = "record"  # [dict] with at least "id"; compares with texts by its id
    OBJECT = "object"  # [dict] of unknown shape


@dataclass(frozen=True, slots=True)
class Type:
    """A kind with what is known beyond it.

    *optional*: the value may be missing (null is stripped from contexts, so
    "null" and "missing" are one). *choices*: the only texts that can occur.
    *of*: what a list holds. *entity*: the entity type of a record; empty for
    records of unknown entity type (`user` has the reserved name ``$user``).
    """

    kind: Kind
    optional: bool = False
    choices: tuple[str, ...] = ()
    of: Type | None = None
    entity: str = ""

    def maybe(self) -> Type:
        """Return the same type, optional."""
        return self if self.optional else Type(self.kind, True, self.choices, self.of, self.entity)

    def surely(self) -> Type:
        """Return the same type, not optional."""
        return Type(self.kind, False, self.choices, self.of, self.entity) if self.optional else self


class Schema(Protocol):
    """What the checker asks about entity types. The metadata compiler implements it."""

    def fields(self, entity: str) -> Mapping[str, Type]:
        """Return name -> type of everything an expression may read on a record of *entity*.

        References are RECORD types with their entity, children are LIST of
        RECORD, several references are LIST of RECORD. Unknown entity: empty.
        """
        ...

    def entities(self) -> Mapping[str, object]:
        """Return the known entity types by name (for `lookup`, `count`, `sum`)."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that one expression may use.

    *entity* is the entity type whose attributes are top-level names; *names*
    adds others (`record`, `old`, `user`, `today`, `now`, `params`, `parent`).
    """

    schema: Schema
    entity: str = ""
    names: Mapping[str, Type] = field(default_factory=dict)

    def visible(self) -> dict[str, Type]:
        """Return all top-level names with their types; *names* win over attributes."""
        return {**(self.schema.fields(self.entity) if self.entity else {}), **self.names}
