"""The DDL of shapes as SQL text. Names are quoted here; conditions, types and defaults come compiled."""

from __future__ import annotations

from formwright.storage.names import fitted, quote
from formwright.storage.shapes import SPARSE, CheckShape, ColumnShape, ForeignKeyShape, IndexShape, TableShape

__all__ = [
    "add_check",
    "add_foreign_key",
    "alter",
    "create_index",
    "create_table",
    "define_column",
    "drop_constraint",
    "not_null_name",
    "sparse_value",
    "text",
]


def text(value: str) -> str:
    """Return *value* as an SQL string."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def alter(table: str, action: str) -> str:
    """Return one ALTER TABLE."""
    return f"alter table {quote(table)} {action}"


def create_table(shape: TableShape) -> str:
    """Return CREATE TABLE with columns, checks and primary key, without foreign keys and indexes."""
    parts = [define_column(column) for column in shape.columns.values()]
    parts.append(f"constraint {quote(shape.key)} primary key (id)")
    parts += [f"constraint {quote(one.name)} check ({one.sql})" for one in shape.checks.values()]
    body = ",\n  ".join(parts)
    return f"create table {quote(shape.name)} (\n  {body}\n) with (fillfactor = {shape.fillfactor})"


def define_column(column: ColumnShape) -> str:
    """Return a column as CREATE TABLE and ADD COLUMN want it."""
    default = "" if column.default is None else f" default {column.default}"
    return f"{quote(column.name)} {column.type}{default}{'' if column.nullable else ' not null'}"


def add_check(table: str, check: CheckShape) -> str:
    """Return the statement that adds a check which old rows need not keep yet."""
    return alter(table, f"add constraint {quote(check.name)} check ({check.sql}) not valid")


def add_foreign_key(table: str, key: ForeignKeyShape, *, valid: bool = False) -> str:
    """Return the statement that adds a foreign key; unless *valid*, old rows are looked at later."""
    reference = f"foreign key ({quote(key.column)}) references {quote(key.target)} (id)"
    return alter(table, f"add constraint {quote(key.name)} {reference}{'' if valid else ' not valid'}")


def drop_constraint(table: str, name: str) -> str:
    """Return the statement that drops a constraint if it is there."""
    return alter(table, f"drop constraint if exists {quote(name)}")


def create_index(table: str, index: IndexShape, *, online: bool) -> str:
    """Return CREATE INDEX; *online*: concurrently, which must run outside a transaction."""
    unique = "unique " if index.unique else ""
    how = "concurrently " if online else ""
    columns = ", ".join(_ordered(one) for one in index.columns)
    where = f" where {index.where}" if index.where else ""
    head = f"create {unique}index {how}{quote(index.name)} on {quote(table)}"
    return f"{head} using {index.method} ({columns}){where}"


def _ordered(column: str) -> str:
    name, _, order = column.partition(" ")
    return f"{quote(name)} {order}".rstrip()


def not_null_name(table: str, column: str) -> str:
    """Return the name of the check that stands in for NOT NULL while old rows are looked at."""
    return fitted(f"{table}_{column}_nn")


def sparse_value(key: str) -> str:
    """Return SQL of one value of the sparse column, as jsonb."""
    return f"({quote(SPARSE)} -> {text(key)})"
