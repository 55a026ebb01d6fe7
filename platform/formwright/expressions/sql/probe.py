"""Tables that exist only in the mind: to ask what has an SQL meaning before there are any."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, TableClause, Text, Uuid, column, false, table, true

from formwright.expressions.sql.literals import sql_type
from formwright.expressions.sql.source import Children
from formwright.expressions.types import Kind, Schema, Type

__all__ = ["Probe"]


@dataclass(frozen=True, slots=True)
class Probe:
    """An SqlSource in which each attribute of the schema has the column that its kind suggests."""

    schema: Schema
    tables: dict[str, FromClause] = field(default_factory=dict, compare=False, repr=False)

    def table(self, entity: str) -> FromClause:
        """Return a table with a column for each attribute, the same one each time."""
        found = self.tables.get(entity)
        if found is None:
            kinds = dict(self.schema.fields(entity))
            kinds.setdefault("id", Type(Kind.TEXT))
            found = self.tables[entity] = _table(entity or "record", kinds)
        return found

    def reference(self, entity: str, attribute: str) -> str | None:
        """Return what the schema says."""
        kind = self.schema.fields(entity).get(attribute)
        kind = kind.of if kind is not None and kind.kind is Kind.LIST else kind
        return kind.entity if kind is not None and kind.kind is Kind.RECORD and kind.entity else None

    def children(self, entity: str, attribute: str) -> Children | None:
        """Return children for each list of records: several references compile alike."""
        kind = self.schema.fields(entity).get(attribute)
        if kind is None or kind.kind is not Kind.LIST or kind.of is None or kind.of.kind is not Kind.RECORD:
            return None
        return Children(kind.of.entity, "id")

    def polymorphic(self, entity: str, attribute: str) -> bool:
        """Tell whether the record's entity type is unknown."""
        kind = self.schema.fields(entity).get(attribute)
        return kind is not None and kind.kind is Kind.RECORD and not kind.entity

    def live(self, row: FromClause) -> ColumnElement[Any]:
        """Return true for any *row*."""
        return true() if row is not None else false()


def _table(entity: str, kinds: dict[str, Type]) -> TableClause:
    return table(entity, *(column(name, _type(name, kind)) for name, kind in kinds.items()))


def _type(name: str, kind: Type) -> Any:
    if name == "id":
        return Uuid()
    if kind.kind is Kind.RECORD and not kind.entity:
        return Text()
    return sql_type(kind)
