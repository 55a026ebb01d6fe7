"""Changes of columns: add, rename, park, bring back, convert, default, NOT NULL."""

from __future__ import annotations

from collections.abc import Iterator

from formwright.storage.changes import (
    Backfill,
    Change,
    Failing,
    Guard,
    Lock,
    Online,
    Seal,
    Statement,
    Step,
    Symbol,
    Transact,
)
from formwright.storage.conversions import Conversion, conversion, is_instant
from formwright.storage.ddl import alter, define_column, drop_constraint, not_null_name, text
from formwright.storage.drift import Pair
from formwright.storage.impact import Projection
from formwright.storage.names import quote, scratch_name
from formwright.storage.shapes import CheckShape, ColumnShape, Parked, TableShape
from formwright.storage.table_changes import seal_of

__all__ = [
    "add",
    "convert",
    "drop_scratch",
    "park",
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


def park(pair: Pair, column: ColumnShape, aside: str) -> Change:
    """Return what sets a column aside under the name *aside*; its values stay, nothing depends on them."""
    table, declared = pair.declared.name, pair.declared
    # What is declared under an old name has been made anew by now.
    renewed = frozenset((*declared.checks, *declared.foreign_keys, *declared.indexes))
    parking = _parking(pair, column, now=column.name, aside=aside, reason="removed", renewed=renewed)
    return Change(
        action="park-column",
        symbol=Symbol.REMOVE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=f"set {column.type} aside as {aside}; its values stay",
        phase=110,
        steps=(Transact(tuple(parking)),),
        touching=f"count({quote(column.name)}) from {quote(pair.live.name)}",
    )


def _parking(
    pair: Pair,
    column: ColumnShape,
    *,
    now: str,
    aside: str,
    reason: str,
    renewed: frozenset[str] = frozenset(),
) -> Iterator[Statement]:
    """Yield the statements: *now* is the column's name after the renames of the plan."""
    table = pair.declared.name
    for name, statement in _freed(pair.live, column.name, table):
        if name not in renewed:
            yield statement
    if not column.nullable:
        yield alter(table, f"alter column {quote(now)} drop not null")
    if column.default is not None:
        yield alter(table, f"alter column {quote(now)} drop default")
    yield alter(table, f"rename column {quote(now)} to {quote(aside)}")
    values = (text(table), text(aside), text(table), text(now), text(column.type))
    detail = f"jsonb_build_object('reason', {text(reason)})"
    columns = "(table_name, column_name, entity, attribute, type, detail)"
    yield f"insert into fw_parked {columns} values ({', '.join(values)}, {detail})"


def _freed(live: TableShape, column: str, table: str) -> Iterator[tuple[str, str]]:
    """Yield what drops everything that reads a column, by name: it would hold the column to old rules."""
    for check in live.checks.values():
        if column in check.columns:
            yield check.name, drop_constraint(table, check.name)
    for key in live.foreign_keys.values():
        if key.column == column:
            yield key.name, drop_constraint(table, key.name)
    for index in live.indexes.values():
        if column in index.touches:
            plain = f"drop index if exists {quote(index.name)}"
            yield index.name, drop_constraint(table, index.name) if index.owned else plain


def convert(
    pair: Pair, column: ColumnShape, parked: Parked | None, aside: str, projection: Projection
) -> Change:
    """Return the change of a column's type.

    Either in place, when only the catalog changes, or through a new column
    that is filled batch by batch and then takes the name, while the original is
    set aside as it was. A value without an equal in the new type stops the plan.
    """
    table = pair.declared.name
    live = pair.live.columns[pair.sources[column.name]]
    sentence = f"change {live.type} to {column.type}"
    if is_instant(live.type, column.type):
        action = f"alter column {quote(column.name)} type {column.type}"
        return Change(
            action="widen-column",
            symbol=Symbol.CHANGE,
            table=table,
            subject=f"{table}.{column.name}",
            sentence=sentence,
            phase=50,
            steps=(Transact((alter(table, action),)),),
        )
    source = parked.column if parked else column.name
    way = conversion(live.type, column.type, quote(source))
    kept = f"the original stays as {parked.column if parked else aside}"
    failing = Failing(
        projection.unconvertible(column.name),
        "value-not-convertible",
        f"{table}.{column.name} cannot become {column.type} without losing values:",
        "correct these records, or give the attribute a new name: the old one is then set aside",
    )
    return Change(
        action="convert-column",
        symbol=Symbol.CHANGE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=f"{sentence}; {kept}",
        phase=50,
        lock=Lock.WRITES,
        steps=tuple(
            _conversion(pair, column, live, source=source, aside=aside if parked is None else "", way=way)
        ),
        touching=f"count({quote(live.name)}) from {quote(pair.live.name)}",
        failing=failing,
    )


def _conversion(
    pair: Pair,
    column: ColumnShape,
    live: ColumnShape,
    *,
    source: str,
    aside: str,
    way: Conversion | None,
) -> Iterator[Step]:
    """Yield the steps. *aside*: where the original goes; empty when it is parked already."""
    table, scratch = pair.declared.name, scratch_name(f"{pair.declared.name}.{source}", column.type)
    new = quote(scratch)
    swap: list[Statement] = []
    if scratch not in pair.live.columns:
        yield Transact((alter(table, f"add column {new} {column.type}"),))
    if way:
        differs = f"{new} is distinct from ({way.guarded})"
        yield Backfill(table, scratch, way.guarded, differs)
        swap.append(f"lock table {quote(table)} in share row exclusive mode")
        swap.append(f"update {quote(table)} set {new} = {way.guarded} where {differs}")
    lost = f"select count(*) from {quote(table)} where {quote(source)} is not null and {new} is null"
    sentence = f"{table}.{column.name} got values meanwhile that cannot become {column.type}."
    swap.append(Guard(lost, "value-not-convertible", sentence))
    if aside:
        swap.extend(_parking(pair, live, now=source, aside=aside, reason="converted"))
    swap.append(alter(table, f"rename column {new} to {quote(column.name)}"))
    yield Transact(tuple(swap), scans=True)


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
