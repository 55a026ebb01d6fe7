"""Columns whose values move: set aside, convert to another type, in and out of the sparse ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from formwright.storage.changes import (
    Backfill,
    Change,
    Failing,
    Guard,
    Lock,
    Statement,
    Step,
    Symbol,
    Transact,
)
from formwright.storage.conversions import Conversion, conversion, is_instant
from formwright.storage.ddl import alter, drop_constraint, sparse_value, text
from formwright.storage.drift import Pair
from formwright.storage.impact import Projection
from formwright.storage.names import quote, scratch_name
from formwright.storage.shapes import SPARSE, ColumnShape, Parked, TableShape

__all__ = ["convert", "demote", "park", "promote"]


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


def promote(pair: Pair, column: ColumnShape, key: str, projection: Projection) -> Change:
    """Return what makes a column of a sparse attribute; its key stays until the record is written again."""
    table, sql = pair.declared.name, sparse_value(key)
    way = conversion("jsonb", column.type, sql)
    ending = (_takes_name(pair, column, scratch_name(f"{table}.{SPARSE}.{key}", column.type)),)
    failing = Failing(
        projection.unconvertible(column.name),
        "value-not-convertible",
        f"{table}.{column.name} cannot become {column.type} without losing values:",
        "correct these records",
    )
    return Change(
        action="promote-column",
        symbol=Symbol.CHANGE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=f"make a column ({column.type}) of the sparse attribute",
        phase=50,
        lock=Lock.WRITES,
        steps=tuple(_moved(pair, column, origin=f"{SPARSE}.{key}", sql=sql, way=way, ending=ending)),
        touching=f"count({sql}) from {quote(pair.live.name)}",
        failing=failing,
    )


def demote(pair: Pair, column: ColumnShape, aside: str) -> Change:
    """Return what moves the values of a column among the sparse ones and sets the column aside."""
    table, name, key = pair.declared.name, quote(column.name), text(column.name)
    sparse, held = quote(SPARSE), sparse_value(column.name)
    value = f"{sparse} || jsonb_build_object({key}, to_jsonb({name}))"
    differs = f"{name} is not null and {held} is distinct from to_jsonb({name})"
    swap = (
        f"lock table {quote(table)} in share row exclusive mode",
        f"update {quote(table)} set {sparse} = {value} where {differs}",
        f"update {quote(table)} set {sparse} = {sparse} - {key} where {name} is null and {sparse} ? {key}",
        *_parking(pair, column, now=column.name, aside=aside, reason="converted"),
    )
    return Change(
        action="demote-column",
        symbol=Symbol.CHANGE,
        table=table,
        subject=f"{table}.{column.name}",
        sentence=f"keep among the sparse attributes; the column stays as {aside}",
        phase=105,
        lock=Lock.WRITES,
        steps=(Backfill(table, SPARSE, value, differs), Transact(swap, scans=True)),
        touching=f"count({name}) from {quote(pair.live.name)}",
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
    scratch = scratch_name(f"{pair.declared.name}.{source}", column.type)
    ending: list[Statement] = []
    if aside:
        ending.extend(_parking(pair, live, now=source, aside=aside, reason="converted"))
    ending.append(_takes_name(pair, column, scratch))
    return _moved(pair, column, origin=source, sql=quote(source), way=way, ending=ending)


def _takes_name(pair: Pair, column: ColumnShape, scratch: str) -> str:
    return alter(pair.declared.name, f"rename column {quote(scratch)} to {quote(column.name)}")


def _moved(
    pair: Pair,
    column: ColumnShape,
    *,
    origin: str,
    sql: str,
    way: Conversion | None,
    ending: Iterable[Statement],
) -> Iterator[Step]:
    """Yield what fills a scratch column from *sql*, sees that no value is lost, and does *ending* with it."""
    table = pair.declared.name
    scratch = scratch_name(f"{table}.{origin}", column.type)
    new = quote(scratch)
    swap: list[Statement] = []
    if scratch not in pair.live.columns:
        yield Transact((alter(table, f"add column {new} {column.type}"),))
    if way:
        differs = f"{new} is distinct from ({way.guarded})"
        yield Backfill(table, scratch, way.guarded, differs)
        swap.append(f"lock table {quote(table)} in share row exclusive mode")
        swap.append(f"update {quote(table)} set {new} = {way.guarded} where {differs}")
    lost = f"select count(*) from {quote(table)} where {sql} is not null and {new} is null"
    sentence = f"{table}.{column.name} got values meanwhile that cannot become {column.type}."
    swap.append(Guard(lost, "value-not-convertible", sentence))
    yield Transact((*swap, *ending), scans=True)
