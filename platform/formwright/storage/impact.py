"""Which rows a change touches and which it would reject, counted on live data before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import asyncpg

from formwright.storage.changes import Change, Failing
from formwright.storage.conversions import conversion
from formwright.storage.ddl import sparse_value
from formwright.storage.drift import Pair
from formwright.storage.names import quote
from formwright.storage.shapes import CheckShape, ForeignKeyShape, IndexShape

__all__ = ["Projection", "measure"]

SAMPLES = 5
"""How many records a problem names."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A live table seen through the eyes of the declared one: its columns as they will be."""

    pair: Pair
    tables: Mapping[str, str]  # declared name -> live name of the tables that exist

    def rows(self, condition: str, columns: Iterable[str] = ()) -> str:
        """Return what follows ``from`` to find the rows for which *condition* on *columns* holds."""
        asked = [name for name in sorted(columns) if name not in {"id", "number"}]
        listed = ", ".join([self._identity(), *(f"{self.column(name)} as {quote(name)}" for name in asked)])
        return f"(select {listed} from {quote(self.pair.live.name)}) r where {condition}"

    def column(self, name: str) -> str:
        """Return SQL of the value that declared column *name* will have."""
        declared = self.pair.declared.columns[name]
        held = self._held(name)
        way = conversion(held[0], declared.type, held[1]) if held else None
        value = way.guarded if way else f"null::{declared.type}"
        fill = declared.fill
        return f"coalesce({value}, {fill})" if fill and not declared.nullable else value

    def _held(self, name: str) -> tuple[str, str] | None:
        """Return type and SQL of where the values of declared column *name* are now."""
        if name in self.pair.promoted:
            return "jsonb", sparse_value(self.pair.promoted[name])
        source = self.pair.sources.get(name)
        return (self.pair.live.columns[source].type, quote(source)) if source else None

    def missing(self, column: str) -> str:
        """Return the rows without a value in *column*."""
        return self.rows(f"{quote(column)} is null", [column])

    def breaking(self, check: CheckShape) -> str:
        """Return the rows that a check rejects. Like a check, this lets "unknown" pass."""
        return self.rows(f"({check.sql}) is false", check.columns)

    def doubles(self, index: IndexShape) -> str:
        """Return the rows that share the values of a unique index."""
        names = [column.partition(" ")[0] for column in index.columns]
        filled = " and ".join(f"{quote(name)} is not null" for name in names)
        condition = f"{filled} and ({index.where})" if index.where else filled
        rows = self.rows(condition, {*names, *index.touches})
        same = ", ".join(quote(name) for name in names)
        return f"(select *, count(*) over (partition by {same}) as fw_same from {rows}) s where fw_same > 1"

    def dangling(self, key: ForeignKeyShape) -> str:
        """Return the rows whose reference points at no record."""
        column, target = quote(key.column), self.tables.get(key.target)
        if target is None:
            return self.rows(f"{column} is not null", [key.column])
        there = f"exists (select from {quote(target)} t where t.id = r.{column})"
        return self.rows(f"{column} is not null and not {there}", [key.column])

    def unconvertible(self, column: str) -> str:
        """Return the rows whose value has no equal in the new type."""
        held = self._held(column)
        type_, source = held or ("", "null")
        way = conversion(type_, self.pair.declared.columns[column].type, "value")
        lost = "value is not null"
        if way:
            lost += f" and ({way.possible or 'true'}) is not true"
        rows = f"select {self._identity()}, {source} as value from {quote(self.pair.live.name)}"
        return f"({rows}) r where {lost}"

    def _identity(self) -> str:
        number = "number" if "number" in self.pair.live.columns else "null::text as number"
        return f"id, {number}"


async def measure(connection: asyncpg.Connection, change: Change) -> Change:
    """Return *change* with its counts and, where rows would be rejected, some of their numbers."""
    rows = await connection.fetchval(f"select {change.touching}") if change.touching else 0
    if change.failing is None:
        return replace(change, rows=rows)
    fails = await connection.fetchval(f"select count(*) from {change.failing.source}")
    samples = await _samples(connection, change.failing) if fails else ()
    return replace(change, rows=rows, fails=fails, samples=samples)


async def _samples(connection: asyncpg.Connection, failing: Failing) -> tuple[str, ...]:
    found = await connection.fetch(
        f"select coalesce(number, id::text) as name from {failing.source} order by number, id limit {SAMPLES}"
    )
    return tuple(row["name"] for row in found)
