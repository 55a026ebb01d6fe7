"""Rules of the metadata as conditions on one row: what a check or a partial index can say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table

from formwright.expressions import Expression
from formwright.expressions.sql import Children, check
from formwright.metadata.model import EntityType
from formwright.problems import ProblemError

__all__ = ["inline_rule"]


@dataclass(frozen=True, slots=True)
class _Row:
    """One table and nothing else: expressions that look further are refused."""

    entity: EntityType
    own: Table

    def table(self, entity: str) -> FromClause:
        """Return the table; KeyError for any other entity type."""
        if entity != self.entity.name:
            raise KeyError(entity)
        return self.own

    def reference(self, entity: str, attribute: str) -> str | None:
        """Return the entity type that a reference of the row points at."""
        found = self.entity.attributes.get(attribute) if entity == self.entity.name else None
        refers = found is not None and (found.type.kind == "record" or found.type.multiple)
        return (found.target or None) if found and refers else None

    def children(self, _entity: str, _attribute: str) -> Children | None:
        """Return nothing: children are other rows."""
        return None

    def polymorphic(self, entity: str, attribute: str) -> bool:
        """Tell whether the attribute is an `any` reference."""
        found = self.entity.attributes.get(attribute) if entity == self.entity.name else None
        return found is not None and isinstance(found.options.get("to"), list | tuple)

    def live(self, row: FromClause) -> ColumnElement[Any]:
        """Return the condition that the row is not deleted."""
        return row.c.deleted_at.is_(None)


def inline_rule(expression: Expression, entity: EntityType, table: Table) -> ColumnElement[bool] | None:
    """Return SQL that is true where *expression* is and false elsewhere, reading one row of *table* only.

    None when it reads anything else (other records, the user, today) or has no SQL.
    """
    try:
        return check(expression, _Row(entity, table))
    except (ProblemError, KeyError):
        return None
