"""What a node is while it is being compiled to SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Select, Text, Uuid, cast, exists, select

from formwright.expressions.nodes import Node
from formwright.expressions.types import Kind, Type

__all__ = ["Constant", "Items", "Mapped", "Operand", "Record", "Rows", "Value", "as_text"]

SqlValue: TypeAlias = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Value:
    """An SQL value; NULL is missing. *plain*: a column, cheap to write twice.

    *rows* says that the value counts them, so that a comparison with 0 can
    become EXISTS.
    """

    sql: SqlValue
    type: Type
    nullable: bool = True
    plain: bool = False
    rows: Rows | None = None

    @property
    def is_uuid(self) -> bool:
        """Whether the column is a uuid, which contexts hold as text."""
        return isinstance(self.sql.type, Uuid)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that no row changes; *node* is the literal it came from. Unknown while only checking."""

    value: Any
    type: Type
    node: Node | None = None
    known: bool = True

    @property
    def missing(self) -> bool:
        """Whether it is known to be missing."""
        return self.known and self.value is None


@dataclass(frozen=True, slots=True)
class Record:
    """A record: the row itself (*row* is then its table), or what a reference points at.

    *link* is the column ``entity/uuid`` of an `any` reference.
    """

    id: Value
    entity: str
    row: FromClause | None = None
    link: SqlValue | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of *source* for which all *conditions* are true: children, or several references."""

    entity: str
    source: FromClause
    conditions: tuple[SqlValue, ...]

    def where(self, *conditions: SqlValue) -> Rows:
        """Return those rows for which *conditions* are true, too."""
        return Rows(self.entity, self.source, (*self.conditions, *conditions))

    def select(self, *columns: SqlValue) -> Select[Any]:
        """Return the query for *columns*, correlated with whatever encloses it."""
        return select(*columns).select_from(self.source).where(*self.conditions).correlate_except(self.source)

    def scalar(self, column: SqlValue) -> SqlValue:
        """Return the one value of *column*, as a subquery."""
        return self.select(column).scalar_subquery()

    def exist(self) -> ColumnElement[bool]:
        """Return whether there is such a row."""
        query = exists().select_from(self.source).where(*self.conditions)
        return query.correlate_except(self.source)


@dataclass(frozen=True, slots=True)
class Mapped:
    """One value of each row; missing values do not count, with *distinct* equal ones count once."""

    rows: Rows
    value: Value
    distinct: bool = False

    @property
    def present(self) -> Rows:
        """The rows that have the value."""
        return self.rows.where(self.value.sql.is_not(None)) if self.value.nullable else self.rows


@dataclass(frozen=True, slots=True)
class Items:
    """A list literal of which some element depends on the row."""

    items: tuple[Operand, ...]


Operand: TypeAlias = Value | Constant | Record | Rows | Mapped | Items


def as_text(value: Value) -> Value:
    """Return a uuid as the text that contexts hold; other values as they are."""
    if not value.is_uuid:
        return value
    return Value(cast(value.sql, Text()), Type(Kind.TEXT, optional=value.type.optional), value.nullable)
