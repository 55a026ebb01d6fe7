"""What the SQL compiler asks about tables. The storage package implements it from the Model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause

__all__ = ["Children", "SqlSource"]


@dataclass(frozen=True, slots=True)
class Children:
    """Where the rows of a children attribute are.

    *entity* is their entity type and *reference* their attribute that points
    back. *condition* narrows them further, given an alias of their table.
    """

    entity: str
    reference: str
    condition: Callable[[FromClause], ColumnElement[bool]] | None = None


class SqlSource(Protocol):
    """Tables by entity type.

    Columns are named by attribute: references are uuid, several references
    uuid[], `any` references one text ``entity/uuid``, several texts text[].
    """

    def table(self, entity: str) -> FromClause:
        """Return the table of an entity type; KeyError when it has none."""
        ...

    def reference(self, entity: str, attribute: str) -> str | None:
        """Return the entity type that a reference, or several references, point at; else None."""
        ...

    def children(self, entity: str, attribute: str) -> Children | None:
        """Return where the rows of a children attribute are, None for other attributes."""
        ...

    def polymorphic(self, entity: str, attribute: str) -> bool:
        """Tell whether the attribute is an `any` reference."""
        ...

    def live(self, row: FromClause) -> ColumnElement[Any]:
        """Return the condition that *row*, a table or an alias of one, is not deleted."""
        ...
