"""Attributes of rows: columns, references, children."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Text, any_, cast, func, literal_column

from formwright.expressions.sql.literals import quoted
from formwright.expressions.sql.operands import Operand, Record, Rows, Value
from formwright.expressions.sql.source import Children, SqlSource
from formwright.expressions.types import Kind, Schema, Type

__all__ = ["NotInSql", "Records"]


class NotInSql(Exception):  # noqa: N818 - it says what the part is not
    """Raised for a part that has no SQL meaning: *why*, and a *hint*."""

    def __init__(self, why: str, hint: str = "") -> None:
        """Keep both."""
        super().__init__(why)
        self.why, self.hint = why, hint


@dataclass(frozen=True, slots=True)
class Records:
    """Reads attributes of records. With *own* only columns of the row itself may be read."""

    source: SqlSource
    schema: Schema
    own: bool = False

    def row(self, entity: str, table: FromClause) -> Record:
        """Return the record that a row of *table* holds."""
        identity = table.c["id"]
        return Record(Value(identity, Type(Kind.TEXT), nullable=False, plain=True), entity, table)

    def attribute(self, record: Record, name: str) -> Operand:
        """Return attribute *name* of *record*; NotInSql when no column holds it."""
        if name == "id" and record.row is None:
            return record.id
        if record.link is not None:
            if name != "entity":
                raise NotInSql("it is read through a reference to any of several entity types")
            return Value(_part(record.link, 1), Type(Kind.TEXT, optional=True))
        kind = self.schema.fields(record.entity).get(name) or Type(Kind.TEXT if name == "id" else Kind.ANY)
        children = self.source.children(record.entity, name)
        if children is not None:
            return self._children(record, children)
        if record.row is not None:
            return self._column(record.entity, name, kind, record.row)
        return self._beyond(record, name, kind)

    def _beyond(self, record: Record, name: str, kind: Type) -> Operand:
        """Return what an attribute of a referenced record gives, as a correlated subquery."""
        table = self._other(record.entity)
        found = self._column(record.entity, name, kind, table)
        rows = Rows(record.entity, table, (table.c["id"] == record.id.sql,))
        match found:
            case Value():
                return Value(rows.scalar(found.sql), found.type.maybe())
            case Record(id=inner, link=link):
                inner = Value(rows.scalar(inner.sql), inner.type.maybe())
                return Record(inner, found.entity, link=None if link is None else rows.scalar(link))
            case _:
                raise NotInSql("it is a list of another record")

    def _column(self, entity: str, name: str, kind: Type, table: FromClause) -> Operand:
        if name not in table.c:
            raise NotInSql(f"`{name}` has no column", "only stored attributes can be read in SQL")
        column = table.c[name]
        value = Value(column, kind, _nullable(column), plain=True)
        if self.source.polymorphic(entity, name):
            return Record(Value(_part(column, 2), Type(Kind.TEXT), value.nullable), "", link=column)
        if kind.kind is Kind.RECORD:
            return Record(value, self.source.reference(entity, name) or kind.entity)
        if kind.kind in (Kind.ANY, Kind.OBJECT):
            raise NotInSql(f"`{name}` can hold anything")
        return value

    def _children(self, record: Record, children: Children) -> Rows:
        table = self._other(children.entity)
        parent = record.id.sql
        if self.source.polymorphic(children.entity, children.reference):
            parent = literal_column(quoted(record.entity + "/"), Text()).concat(cast(parent, Text()))
        conditions = [table.c[children.reference] == parent, self.source.live(table)]
        if children.condition is not None:
            conditions.append(children.condition(table))
        return Rows(children.entity, table, tuple(conditions))

    def referenced(self, entity: str, ids: ColumnElement[Any]) -> Rows:
        """Return the records whose ids the array *ids* holds."""
        table = self._other(entity)
        return Rows(entity, table, (table.c["id"] == any_(ids),))

    def _other(self, entity: str) -> FromClause:
        """Return a fresh alias of the table of other records."""
        if self.own:
            why = "a check or an index reads one row only"
            raise NotInSql(why, "make it a rule, which reads other records, too")
        try:
            return self.source.table(entity).alias()
        except KeyError:
            raise NotInSql(f"entity type `{entity}` has no table") from None


def _nullable(column: ColumnElement[Any]) -> bool:
    return not isinstance(column, Column) or bool(column.nullable)


def _part(link: ColumnElement[Any], number: int) -> ColumnElement[Any]:
    return func.split_part(link, literal_column("'/'", Text()), literal_column(str(number)), type_=Text())
