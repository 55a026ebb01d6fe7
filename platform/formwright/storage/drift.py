"""Declared tables against live ones: each difference as a value. What to do about it is planning's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from formwright.storage.conversions import conversion, is_instant
from formwright.storage.inspect import Live
from formwright.storage.shapes import (
    SPARSE,
    CheckShape,
    ColumnShape,
    ForeignKeyShape,
    IndexShape,
    Parked,
    TableShape,
)

__all__ = ["Aspect", "Drift", "Kind", "Pair", "compare", "pair_tables"]

Shape = TableShape | ColumnShape | CheckShape | ForeignKeyShape | IndexShape
Constraint = TypeVar("Constraint", CheckShape, ForeignKeyShape)


class Aspect(StrEnum):
    """What differs."""

    TABLE = "table"
    COLUMN = "column"
    TYPE = "type"
    NULLABILITY = "nullability"
    DEFAULT = "default"
    CHECK = "check"
    FOREIGN_KEY = "foreign key"
    INDEX = "index"
    KEY = "primary key"
    FILLFACTOR = "fillfactor"
    SPARSE = "sparse attributes"


class Kind(StrEnum):
    """How it differs."""

    MISSING = "missing"  # declared, not there
    EXTRA = "extra"  # there, not declared
    CHANGED = "changed"
    RENAMED = "renamed"  # there under another name
    PARKED = "parked"  # declared, and kept aside from an earlier time
    UNFINISHED = "unfinished"  # an invalid index, a constraint not validated, a left-over scratch column
    UNMARKED = "unmarked"  # as declared, but not marked as made by an apply
    FOREIGN = "foreign"  # somebody else's, harmless, left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A declared table and the live one that is to become it, with what becomes of each column.

    *sources* maps declared columns to live ones (or parked ones that come
    back). *gone* are live columns that leave: parked, or replaced by another type.
    *promoted* maps declared columns to the keys of the sparse column that hold their values.
    """

    declared: TableShape
    live: TableShape
    sources: Mapping[str, str] = field(default_factory=dict)
    restored: Mapping[str, Parked] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    promoted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference in *table* (its declared name, or its live one when nothing declares it)."""

    aspect: Aspect
    kind: Kind
    table: str
    name: str = ""
    declared: Shape | None = None
    live: Shape | None = None
    parked: Parked | None = None


def pair_tables(declared: Mapping[str, TableShape], live: Live) -> dict[str, Pair]:
    """Return for each declared table the live one that it continues; new tables are left out."""
    used = live.used
    free = {name for name in used if name not in declared}
    pairs: dict[str, Pair] = {}
    for name, table in declared.items():
        found = used.get(name) or _renamed_table(table, used, free) or _parked_table(table, live)
        if found:
            free.discard(found.name)
            pairs[name] = _pair_columns(table, found, live)
    return pairs


def _renamed_table(table: TableShape, used: Mapping[str, TableShape], free: set[str]) -> TableShape | None:
    """Return the live table by an earlier name, or the one that an undone rename left."""
    earlier = [name for name in table.was if name in free]
    undone = [name for name in sorted(free) if table.name in used[name].was]
    return next((used[name] for name in earlier + undone), None)


def _parked_table(table: TableShape, live: Live) -> TableShape | None:
    for one in live.parked:
        if not one.column and one.entity in (table.name, *table.was) and one.table in live.tables:
            return live.tables[one.table]
    return None


def _pair_columns(declared: TableShape, live: TableShape, everything: Live) -> Pair:
    free = {name for name in live.columns if name not in declared.columns and not name.startswith("fw_")}
    sources: dict[str, str] = {}
    restored: dict[str, Parked] = {}
    promoted = dict(_promoted_columns(declared, live))
    for name, column in declared.columns.items():
        if name in promoted:
            continue
        found = name if name in live.columns else _renamed_column(column, live, free)
        parked = None if found else _parked_column(column, live, everything, set(restored.values()))
        if parked:
            restored[name] = parked
        if found or parked:
            sources[name] = found or (parked.column if parked else "")
            free.discard(sources[name])
    replaced = {s for n, s in sources.items() if _is_replaced(declared.columns[n], live.columns[s])}
    gone = frozenset(free | replaced)
    return Pair(
        declared=declared, live=live, sources=sources, restored=restored, gone=gone, promoted=promoted
    )


def _promoted_columns(declared: TableShape, live: TableShape) -> Iterator[tuple[str, str]]:
    """Yield the declared columns whose values are keys of the sparse column so far."""
    sparse = live.columns.get(SPARSE)
    keys = set(sparse.keys) if sparse else set()
    for name, column in declared.columns.items():
        key = next((one for one in (name, *column.was) if one in keys), "")
        if key and name not in live.columns:
            yield name, key


def _renamed_column(column: ColumnShape, live: TableShape, free: set[str]) -> str:
    earlier = [name for name in column.was if name in free]
    undone = [name for name in sorted(free) if column.name in live.columns[name].was]
    return next(iter(earlier + undone), "")


def _parked_column(
    column: ColumnShape, live: TableShape, everything: Live, taken: set[Parked]
) -> Parked | None:
    for one in everything.parked:
        here = one.table == live.name and one.column in live.columns and one.reason == "removed"
        named = one.attribute in (column.name, *column.was) and one not in taken
        if here and named and _fits(live.columns[one.column].type, column.type):
            return one
    return None


def _fits(old: str, new: str) -> bool:
    """Whether every value of a parked column has a place in the new one."""
    way = conversion(old, new, "")
    return way is not None and not way.possible


def _is_replaced(declared: ColumnShape, live: ColumnShape) -> bool:
    return declared.type != live.type and not is_instant(live.type, declared.type)


def compare(declared: Mapping[str, TableShape], live: Live) -> Iterator[Drift]:
    """Yield every difference between the declared tables and the live ones."""
    pairs = pair_tables(declared, live)
    renames = {pair.live.name: name for name, pair in pairs.items()}
    for name, table in declared.items():
        if name in pairs:
            yield from _compare_table(pairs[name], live, renames)
        else:
            yield Drift(Aspect.TABLE, Kind.MISSING, name, name, declared=table)
    for name, found in live.used.items():
        if name not in renames:
            kind = Kind.EXTRA if found.ours else Kind.FOREIGN
            yield Drift(Aspect.TABLE, kind, name, name, live=found)


def _compare_table(pair: Pair, live: Live, renames: Mapping[str, str]) -> Iterator[Drift]:
    declared, found = pair.declared, pair.live
    table = declared.name
    parked = next((one for one in live.parked if not one.column and one.table == found.name), None)
    if found.name != table:
        kind = Kind.PARKED if parked else Kind.RENAMED
        yield Drift(Aspect.TABLE, kind, table, table, declared, found, parked)
    elif not found.ours:
        yield Drift(Aspect.TABLE, Kind.UNMARKED, table, table, declared, found)
    if found.key != declared.key:
        kind = Kind.RENAMED if found.key else Kind.MISSING
        yield Drift(Aspect.KEY, kind, table, declared.key, declared, found)
    if found.fillfactor != declared.fillfactor:
        yield Drift(Aspect.FILLFACTOR, Kind.CHANGED, table, "", declared, found)
    yield from _compare_columns(pair)
    left = _remaining(pair, renames)
    yield from _compare_constraints(Aspect.CHECK, table, declared.checks, left.checks)
    yield from _compare_constraints(Aspect.FOREIGN_KEY, table, declared.foreign_keys, left.foreign_keys)
    yield from _compare_indexes(table, declared.indexes, left.indexes)


def _compare_columns(pair: Pair) -> Iterator[Drift]:
    table = pair.declared.name
    for name, column in pair.declared.columns.items():
        source = pair.sources.get(name)
        found = pair.live.columns[source] if source else None
        if name in pair.promoted:
            yield from _compare_promoted(table, column, pair.live.columns[SPARSE])
            continue
        if found is None:
            yield Drift(Aspect.COLUMN, Kind.MISSING, table, name, column)
            continue
        yield from _compare_column(table, column, found, pair.restored.get(name))
    kept = set(pair.sources.values()) | {parked.column for parked in pair.restored.values()}
    for name, found in pair.live.columns.items():
        if name.startswith("fw_new_"):
            yield Drift(Aspect.COLUMN, Kind.UNFINISHED, table, name, None, found)
        elif name not in kept and not name.startswith("fw_"):
            yield Drift(Aspect.COLUMN, Kind.EXTRA, table, name, None, found)


def _compare_promoted(table: str, declared: ColumnShape, sparse: ColumnShape) -> Iterator[Drift]:
    yield Drift(Aspect.COLUMN, Kind.CHANGED, table, declared.name, declared, sparse)
    if declared.default is not None:
        yield Drift(Aspect.DEFAULT, Kind.CHANGED, table, declared.name, declared)
    if not declared.nullable:
        yield Drift(Aspect.NULLABILITY, Kind.CHANGED, table, declared.name, declared)


def _compare_column(
    table: str, declared: ColumnShape, live: ColumnShape, parked: Parked | None
) -> Iterator[Drift]:
    if parked:
        yield Drift(Aspect.COLUMN, Kind.PARKED, table, declared.name, declared, live, parked)
    elif live.name != declared.name:
        yield Drift(Aspect.COLUMN, Kind.RENAMED, table, declared.name, declared, live)
    if live.type != declared.type:
        yield Drift(Aspect.TYPE, Kind.CHANGED, table, declared.name, declared, live, parked)
    # A column of another type is made anew, so it begins nullable and without a default.
    fresh = _is_replaced(declared, live) or parked is not None
    if (live.default is not None, live.seal) != (declared.default is not None, declared.seal) or (
        fresh and declared.default is not None
    ):
        yield Drift(Aspect.DEFAULT, Kind.CHANGED, table, declared.name, declared, live)
    if live.nullable != declared.nullable or (fresh and not declared.nullable):
        yield Drift(Aspect.NULLABILITY, Kind.CHANGED, table, declared.name, declared, live)
    if live.keys != declared.keys:
        yield Drift(Aspect.SPARSE, Kind.CHANGED, table, declared.name, declared, live)


def _remaining(pair: Pair, renames: Mapping[str, str]) -> TableShape:
    """Return the live table as it is when columns have left and taken their new names."""
    live, gone = pair.live, pair.gone
    names = {source: name for name, source in pair.sources.items() if source not in gone}
    return replace(
        live,
        checks={
            n: replace(c, columns=frozenset(names.get(one, one) for one in c.columns))
            for n, c in live.checks.items()
            if not c.columns & gone
        },
        foreign_keys={
            n: replace(k, column=names.get(k.column, k.column), target=renames.get(k.target, k.target))
            for n, k in live.foreign_keys.items()
            if k.column not in gone
        },
        indexes={n: _renamed_index(i, names) for n, i in live.indexes.items() if not i.touches & gone},
    )


def _renamed_index(index: IndexShape, names: Mapping[str, str]) -> IndexShape:
    def column(text: str) -> str:
        name, space, order = text.partition(" ")
        return names.get(name, name) + space + order

    return replace(index, columns=tuple(column(one) for one in index.columns))


def _compare_constraints(
    aspect: Aspect, table: str, declared: Mapping[str, Constraint], live: Mapping[str, Constraint]
) -> Iterator[Drift]:
    extra = {name: found for name, found in live.items() if name not in declared}
    for name, wanted in declared.items():
        found = live.get(name)
        other = None if found else next((x for x in extra.values() if _is_same(wanted, x)), None)
        if other:
            del extra[other.name]
            yield Drift(aspect, Kind.RENAMED, table, name, wanted, other)
        elif found is None:
            yield Drift(aspect, Kind.MISSING, table, name, wanted)
        elif not _is_same(wanted, found):
            yield Drift(aspect, Kind.CHANGED, table, name, wanted, found)
        there = found or other
        if there and not there.validated and _is_same(wanted, there):
            yield Drift(aspect, Kind.UNFINISHED, table, name, wanted, there)
    for name, found in extra.items():
        yield Drift(aspect, Kind.EXTRA, table, name, None, found)


def _is_same(declared: Constraint, live: Constraint) -> bool:
    if isinstance(declared, CheckShape) and isinstance(live, CheckShape):
        return declared.seal == live.seal
    if isinstance(declared, ForeignKeyShape) and isinstance(live, ForeignKeyShape):
        return declared.meaning == live.meaning
    return False


def _compare_indexes(
    table: str, declared: Mapping[str, IndexShape], live: Mapping[str, IndexShape]
) -> Iterator[Drift]:
    building = {name for name in live if name.startswith("fw_building_")}
    for name in building:
        yield Drift(Aspect.INDEX, Kind.UNFINISHED, table, name, None, live[name])
    extra = {name: found for name, found in live.items() if name not in {*declared, *building}}
    for name, wanted in declared.items():
        found = live.get(name)
        same = (one for one in extra.values() if one.meaning == wanted.meaning)
        other = None if found else next((one for one in same if one.valid and not one.owned), None)
        if other:
            del extra[other.name]
            yield Drift(Aspect.INDEX, Kind.RENAMED, table, name, wanted, other)
        elif found is None:
            yield Drift(Aspect.INDEX, Kind.MISSING, table, name, wanted)
        elif not found.valid:
            yield Drift(Aspect.INDEX, Kind.UNFINISHED, table, name, wanted, found)
        elif found.meaning != wanted.meaning or found.owned:
            yield Drift(Aspect.INDEX, Kind.CHANGED, table, name, wanted, found)
        elif not found.ours:
            yield Drift(Aspect.INDEX, Kind.UNMARKED, table, name, wanted, found)
    for name, found in extra.items():
        restricts = found.unique or found.owned or found.ours or not found.valid
        kind = Kind.EXTRA if restricts else Kind.FOREIGN
        yield Drift(Aspect.INDEX, kind, table, name, None, found)
