"""Changes of columns in place: add, rename, bring back, default, NOT NULL."""

from __future__ import annotations

from collections.abc import Iterator

from formwright.storage.changes import (
    Backfill,
    Change,
    Failing,
    Online,
    Seal,
    Statement,
    Step,
    Symbol,
    Transact,
)
from formwright.storage.ddl import alter, define_column, not_null_name, text
from formwright.storage.drift import Pair
from formwright.storage.impact import Projection
from formwright.storage.names import quote
from formwright.storage.shapes import CheckShape, ColumnShape, Parked
from formwright.storage.table_changes import seal_of

__all__ = [
    "add",
    "drop_scratch",
    "rename",
    "restore",
    "set_default",
    "set_not_null",
    "set_nullable",
]


def add(column: ColumnShape, projection: Projection) -> Change:
    """Return the addition of a column: an instant change of the catalog, whatever the table holds.

    A column that must have a value is filled with its constant default by
    PostgreSQL itself, without touching the rows.
    """
    table = projection.pair.declared.name
    statements: list[Statement] = []
    if column.nullable or column.default or not column.fill:
        statements.append(alter(table, f"add column {define_column(column)}"))
    else:
        filled = f"add column {define_column(column)} default {column.fill}"
        statements.append(alter(table, filled))
        statements.append(alter(table, f"alter column {quote(column.name)} drop default"))
    if column.seal or column.keys:
        statements.append(seal_of(table, column))
    required = not column.nullable and not column.fill
    failing = Failing(
        projection.missing(column.name),
        "value-missing",
        f"{table}.{column.name} must have a value and has no default, but there are records already:",
        "give the attribute a default, or add it without `required`, fill it, then require it",
    )
    return Change(
        action="add-column",
        symbol=Symbol.CREATE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=f"add {column.type}{'' if column.nullable else ', always with a value'}",
        phase=40,
        steps=(Transact(tuple(statements)),),
        failing=failing if required else None,
    )


def rename(table: str, old: str, column: ColumnShape) -> Change:
    """Return the rename of a column; its earlier name is noted, so that the rename can be undone."""
    return Change(
        action="rename-column",
        symbol=Symbol.RENAME,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=f"rename {old} to {column.name}",
        phase=20,
        steps=(
            Transact(
                (
                    alter(table, f"rename column {quote(old)} to {quote(column.name)}"),
                    Seal("column", table, column.name, was=old),
                )
            ),
        ),
    )


def restore(pair: Pair, column: ColumnShape, parked: Parked) -> Change:
    """Return what brings a parked column back with its data."""
    table, stored = pair.declared.name, text(parked.column)
    return Change(
        action="restore-column",
        symbol=Symbol.RESTORE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=f"bring {parked.type} back from {parked.column} with its data",
        phase=20,
        steps=(
            Transact(
                (
                    alter(table, f"rename column {quote(parked.column)} to {quote(column.name)}"),
                    f"delete from fw_parked where table_name = {text(table)} and column_name = {stored}",
                )
            ),
        ),
        touching=f"count({quote(parked.column)}) from {quote(pair.live.name)}",
    )


def drop_scratch(table: str, column: ColumnShape) -> Change:
    """Return the removal of a column that an interrupted conversion left and nobody needs: all copies."""
    return Change(
        action="drop-scratch",
        symbol=Symbol.REMOVE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence="drop what an interrupted conversion left",
        phase=30,
        steps=(Transact((alter(table, f"drop column if exists {quote(column.name)}"),)),),
    )


def set_default(table: str, column: ColumnShape) -> Change:
    """Return the change of a column's default; rows keep what they have."""
    what = "drop default" if column.default is None else f"set default {column.default}"
    statements: list[Statement] = [alter(table, f"alter column {quote(column.name)} {what}")]
    if column.default is not None:
        statements.append(seal_of(table, column))
    return Change(
        action="set-default",
        symbol=Symbol.CHANGE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=what,
        phase=60,
        steps=(Transact(tuple(statements)),),
    )


def set_nullable(table: str, column: ColumnShape) -> Change:
    """Return what lets a column be empty."""
    return Change(
        action="set-nullable",
        symbol=Symbol.CHANGE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence="may be empty",
        phase=30,
        steps=(Transact((alter(table, f"alter column {quote(column.name)} drop not null"),)),),
    )


def set_not_null(column: ColumnShape, projection: Projection) -> Change:
    """Return what makes a column always have a value.

    Rows without one get the default if there is one: once before anything is
    forbidden, and once for those that came meanwhile. Old rows are looked at under a
    check that is not valid yet, so that reads and writes go on.
    """
    table = projection.pair.declared.name
    live, source = projection.pair.live, projection.pair.sources.get(column.name)
    failing = Failing(
        projection.missing(column.name),
        "value-missing",
        f"{table}.{column.name} must have a value, but these records have none:",
        "fill them in, or give the attribute a default",
    )
    touching = f"count(*) from {quote(live.name)} where {quote(source)} is null" if source else ""
    return Change(
        action="set-not-null",
        symbol=Symbol.CHANGE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=f"always has a value{f'; empty ones get {column.fill}' if column.fill else ''}",
        phase=70,
        steps=tuple(_requiring(table, column, live.checks.get(not_null_name(table, column.name)))),
        touching=touching if column.fill else "",
        failing=None if column.fill else failing,
    )


def _requiring(table: str, column: ColumnShape, begun: CheckShape | None) -> Iterator[Step]:
    """Yield the steps; *begun* is the stand-in check that an interrupted apply has left."""
    name, helper = quote(column.name), quote(not_null_name(table, column.name))
    fill = Backfill(table, column.name, column.fill, f"{name} is null")
    if not begun:
        if column.fill:
            yield fill
        yield Transact((alter(table, f"add constraint {helper} check ({name} is not null) not valid"),))
    if column.fill:
        yield fill
    if not begun or not begun.validated:
        yield Online(alter(table, f"validate constraint {helper}"))
    finish = (alter(table, f"alter column {name} set not null"), alter(table, f"drop constraint {helper}"))
    yield Transact(finish)
