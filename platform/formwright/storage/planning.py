"""Policy: what is done about each difference, in which order, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import asyncpg
from sqlalchemy import MetaData

from formwright.storage import column_changes as columns
from formwright.storage import column_moves as moves
from formwright.storage import constraint_changes as constraints
from formwright.storage import table_changes as tables
from formwright.storage.changes import Change, Lock, Plan, Seal, Symbol
from formwright.storage.ddl import not_null_name
from formwright.storage.declared import declared_shapes
from formwright.storage.drift import Aspect, Drift, Kind, Pair, compare, pair_tables
from formwright.storage.impact import Projection, measure
from formwright.storage.inspect import Live, inspect
from formwright.storage.names import building_name, parked_name, scratch_name
from formwright.storage.shapes import SPARSE, CheckShape, ColumnShape, ForeignKeyShape, IndexShape, TableShape

__all__ = ["make_plan", "planned", "without_rows"]


async def make_plan(connection: asyncpg.Connection, metadata: MetaData) -> Plan:
    """Return what makes the live schema as *metadata* declares it, with counts of live data.

    Only reads. An empty plan means that nothing differs.
    """
    live = await inspect(connection)
    changes: list[Change] = []
    notes: list[Change] = []
    for change in planned(declared_shapes(metadata), live):
        measured = await measure(connection, change)
        (changes if measured.steps and not measured.waits else notes).append(measured)
    return Plan(changes=tuple(changes), notes=tuple(notes))


def planned(declared: Mapping[str, TableShape], live: Live) -> list[Change]:
    """Return the changes in the order of an apply, not yet counted. Changes without steps are notes."""
    drifts = list(compare(declared, live))
    planner = _Planner(declared, live, drifts)
    changes = [change for drift in drifts for change in planner.answer(drift)]
    return sorted(changes, key=lambda change: change.phase)


class _Planner:
    """Answers each drift with changes; knows the pairs of tables and which parked names are free."""

    def __init__(self, declared: Mapping[str, TableShape], live: Live, drifts: Iterable[Drift]) -> None:
        self._live = live
        self._pairs = pair_tables(declared, live)
        self._existing = {name: pair.live.name for name, pair in self._pairs.items()}
        self._now = dict(self._existing)
        self._scratch = set(_needed_scratch(self._pairs))
        self._begun = set(_needed_helpers(drifts))
        self._free = _free_numbers(live)

    def answer(self, drift: Drift) -> Iterator[Change]:
        """Yield what is done about *drift*; nothing when another answer covers it."""
        match drift.aspect:
            case Aspect.TABLE:
                yield from self._table(drift)
            case Aspect.COLUMN:
                yield from self._column(drift)
            case Aspect.KEY if isinstance(drift.declared, TableShape) and isinstance(drift.live, TableShape):
                renamed = drift.kind is Kind.RENAMED
                yield (
                    tables.rename_key(drift.live, drift.declared)
                    if renamed
                    else tables.set_key(drift.declared)
                )
            case Aspect.FILLFACTOR if isinstance(drift.declared, TableShape):
                yield tables.set_fillfactor(drift.declared)
            case Aspect.TYPE | Aspect.DEFAULT | Aspect.NULLABILITY | Aspect.SPARSE:
                if isinstance(drift.declared, ColumnShape):
                    yield from self._property(drift, drift.declared)
            case Aspect.CHECK | Aspect.FOREIGN_KEY:
                yield from self._constraint(drift)
            case Aspect.INDEX:
                yield from self._index(drift)

    def _many(self) -> Iterator[tuple[str, str]]:
        """Yield the columns that name entity types in their values, as table and column are called now."""
        for name, pair in self._pairs.items():
            for column, source in pair.sources.items():
                if pair.declared.columns[column].many:
                    yield self._now[name], source

    def _projection(self, table: str) -> Projection:
        return Projection(self._pairs[table], self._existing)

    def _aside(self, name: str) -> str:
        return parked_name(next(self._free), name)

    def _table(self, drift: Drift) -> Iterator[Change]:
        match drift.kind, drift.declared, drift.live:
            case Kind.MISSING, TableShape() as declared, _:
                yield from tables.create(declared)
            case Kind.RENAMED, TableShape() as declared, TableShape() as live:
                self._now[declared.name] = declared.name
                yield tables.rename(live, declared, self._many())
            case Kind.PARKED, TableShape() as declared, TableShape() as live if drift.parked:
                yield tables.restore(live, declared, drift.parked)
            case Kind.UNMARKED, TableShape() as declared, _:
                yield tables.mark(Seal("table", declared.name), declared.name)
            case Kind.EXTRA, _, TableShape() as live:
                yield tables.park(live, self._aside(live.name), self._live.tables.values())
            case Kind.FOREIGN, _, _:
                yield _note(drift, f"table {drift.name} is not of the metadata; it is left alone")

    def _column(self, drift: Drift) -> Iterator[Change]:
        pair = self._pairs[drift.table]
        match drift.kind, drift.declared, drift.live:
            case Kind.MISSING, ColumnShape() as declared, _:
                yield columns.add(declared, self._projection(drift.table))
            case Kind.RENAMED, ColumnShape() as declared, ColumnShape() as live:
                yield columns.rename(drift.table, live.name, declared)
            case Kind.PARKED, ColumnShape() as declared, ColumnShape() as live if drift.parked:
                if live.name not in pair.gone:
                    yield columns.restore(pair, declared, drift.parked)
            case Kind.CHANGED, ColumnShape() as declared, _:
                key = pair.promoted[declared.name]
                yield moves.promote(pair, declared, key, self._projection(drift.table))
            case Kind.EXTRA, _, ColumnShape() as live:
                sparse = pair.declared.columns.get(SPARSE)
                leave = moves.demote if sparse and live.name in sparse.keys else moves.park
                yield leave(pair, live, self._aside(live.name))
            case Kind.UNFINISHED, _, ColumnShape() as live:
                if live.name not in self._scratch:
                    yield columns.drop_scratch(drift.table, live)

    def _property(self, drift: Drift, declared: ColumnShape) -> Iterator[Change]:
        pair = self._pairs[drift.table]
        fresh = declared.name in pair.promoted or pair.sources[declared.name] in pair.gone
        match drift.aspect:
            case Aspect.TYPE:
                parked = pair.restored.get(declared.name)
                aside = "" if parked else self._aside(declared.name)
                yield moves.convert(pair, declared, parked, aside, self._projection(drift.table))
            case Aspect.DEFAULT if not (fresh and declared.default is None):
                yield columns.set_default(drift.table, declared)
            case Aspect.NULLABILITY if not declared.nullable:
                yield columns.set_not_null(declared, self._projection(drift.table))
            case Aspect.NULLABILITY if not fresh:
                yield columns.set_nullable(drift.table, declared)
            case Aspect.SPARSE:
                # The note of a key must not go before its values have a column of their own.
                noted = tables.mark(tables.seal_of(drift.table, declared), f"{drift.table}.{declared.name}")
                yield replace(noted, phase=115)

    def _constraint(self, drift: Drift) -> Iterator[Change]:
        table, what = drift.table, str(drift.aspect)
        match drift.kind, drift.declared, drift.live:
            case Kind.EXTRA, _, CheckShape() | ForeignKeyShape():
                if drift.name not in self._begun:
                    yield constraints.drop(table, drift.name, what)
            case Kind.RENAMED, CheckShape() | ForeignKeyShape(), CheckShape(name=old) | ForeignKeyShape(
                name=old
            ):
                yield constraints.rename_constraint(table, old, drift.name)
            case Kind.UNFINISHED, CheckShape() as check, _:
                yield constraints.validate_check(check, self._projection(table))
            case Kind.UNFINISHED, ForeignKeyShape() as key, _:
                yield constraints.validate_foreign_key(key, self._projection(table))
            case _, CheckShape(rule=rule) as check, _:
                if rule and drift.kind is Kind.CHANGED:
                    # Old rows may keep the new rule from coming, but the old one must go.
                    yield constraints.drop(table, drift.name, what)
                yield constraints.set_check(check, self._projection(table))
            case _, ForeignKeyShape() as key, _:
                yield constraints.set_foreign_key(key, self._projection(table))

    def _index(self, drift: Drift) -> Iterator[Change]:
        table = drift.table
        match drift.kind, drift.declared, drift.live:
            case Kind.RENAMED, IndexShape() as index, IndexShape() as live:
                yield constraints.rename_index(table, live.name, index)
            case Kind.UNMARKED, IndexShape() as index, _:
                yield tables.mark(Seal("index", table, index.name, seal=index.seal), index.name)
            case Kind.EXTRA | Kind.UNFINISHED, None, IndexShape() as live:
                if live.name not in self._begun:
                    yield constraints.drop_index(table, live)
            case Kind.FOREIGN, _, _:
                yield _note(drift, f"index {drift.name} is not of the metadata; it is left alone")
            case _, IndexShape() as index, _:
                yield constraints.build_index(index, self._projection(table))


def _note(drift: Drift, sentence: str) -> Change:
    return Change(
        action="leave",
        symbol=Symbol.CHANGE,
        table=drift.table,
        subject=drift.name,
        sentence=sentence,
        phase=200,
        lock=Lock.NONE,
    )


def _needed_scratch(pairs: Mapping[str, Pair]) -> Iterator[str]:
    """Yield the names of scratch columns that the conversions of this plan fill: what is there is used."""
    for pair in pairs.values():
        for name, key in pair.promoted.items():
            yield scratch_name(f"{pair.declared.name}.{SPARSE}.{key}", pair.declared.columns[name].type)
        for name, source in pair.sources.items():
            column = pair.declared.columns[name]
            if source in pair.gone:
                parked = pair.restored.get(name)
                origin = parked.column if parked else name
                yield scratch_name(f"{pair.declared.name}.{origin}", column.type)


def _needed_helpers(drifts: Iterable[Drift]) -> Iterator[str]:
    """Yield names of indexes under construction and stand-in checks that this plan goes on with."""
    for drift in drifts:
        if isinstance(drift.declared, IndexShape):
            yield building_name(drift.table, drift.declared.meaning)
        elif drift.aspect is Aspect.NULLABILITY:
            yield not_null_name(drift.table, drift.name)


def _free_numbers(live: Live) -> Iterator[int]:
    """Yield numbers that no parked name has yet."""
    names = [name for table in live.tables.values() for name in (table.name, *table.columns)]
    taken = [name.split("_")[2] for name in names if name.startswith("fw_parked_")]
    number = max((int(part) for part in taken if part.isdigit()), default=0)
    while True:
        number += 1
        yield number


def without_rows(plan: Plan) -> Plan:
    """Return the plan as it is compared with another one: without counts."""
    bare = tuple(replace(change, rows=0, fails=0, samples=()) for change in plan.changes)
    return Plan(changes=bare)
