"""Changes of checks, foreign keys and indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from formwright.storage.changes import Change, Failing, Lock, Online, Seal, Statement, Step, Symbol, Transact
from formwright.storage.ddl import add_check, add_foreign_key, alter, create_index, drop_constraint
from formwright.storage.impact import Projection
from formwright.storage.names import building_name, quote
from formwright.storage.shapes import CheckShape, ForeignKeyShape, IndexShape

__all__ = [
    "build_index",
    "drop",
    "drop_index",
    "rename_constraint",
    "rename_index",
    "set_check",
    "set_foreign_key",
    "validate_check",
    "validate_foreign_key",
]


def set_check(check: CheckShape, projection: Projection) -> Change:
    """Return what adds a check, or puts it in the place of another of the same name."""
    table = projection.pair.declared.name
    added = Transact(
        (
            drop_constraint(table, check.name),
            add_check(table, check),
            Seal("constraint", table, check.name, seal=check.seal),
        )
    )
    return Change(
        action="add-check",
        symbol=Symbol.CREATE,
        table=table,
        subject=check.name,
        sentence=f"check {check.sql}",
        phase=80,
        steps=(added, _validated(table, check.name)),
        failing=_breaking(check, projection),
    )


def validate_check(check: CheckShape, projection: Projection) -> Change:
    """Return what makes old rows keep a check that so far holds for new ones only."""
    table = projection.pair.declared.name
    return Change(
        action="validate-check",
        symbol=Symbol.CHANGE,
        table=table,
        subject=check.name,
        sentence=f"look at old rows for check {check.sql}",
        phase=85,
        lock=Lock.NONE,
        steps=(_validated(table, check.name),),
        failing=_breaking(check, projection),
    )


def _breaking(check: CheckShape, projection: Projection) -> Failing:
    """A rule of the metadata waits for old rows (services keep it on every save); other checks stop."""
    return Failing(
        projection.breaking(check),
        "check-fails",
        f"{check.name} rejects records ({check.sql}):",
        "correct these records first",
        stops=not check.rule,
    )


def _validated(table: str, name: str) -> Online:
    return Online(alter(table, f"validate constraint {quote(name)}"))


def set_foreign_key(key: ForeignKeyShape, projection: Projection) -> Change:
    """Return what adds a foreign key, or puts it in the place of another of the same name."""
    table = projection.pair.declared.name
    added = Transact((drop_constraint(table, key.name), add_foreign_key(table, key)))
    return Change(
        action="add-reference",
        symbol=Symbol.CREATE,
        table=table,
        subject=key.name,
        sentence=f"foreign key from {key.column} to {key.target}",
        phase=100,
        steps=(added, _validated(table, key.name)),
        failing=_dangling(key, projection),
    )


def validate_foreign_key(key: ForeignKeyShape, projection: Projection) -> Change:
    """Return what makes old rows keep a foreign key that so far holds for new ones only."""
    table = projection.pair.declared.name
    return Change(
        action="validate-reference",
        symbol=Symbol.CHANGE,
        table=table,
        subject=key.name,
        sentence=f"look at old rows for the foreign key to {key.target}",
        phase=100,
        lock=Lock.NONE,
        steps=(_validated(table, key.name),),
        failing=_dangling(key, projection),
    )


def _dangling(key: ForeignKeyShape, projection: Projection) -> Failing:
    table = projection.pair.declared.name
    return Failing(
        projection.dangling(key),
        "reference-dangling",
        f"{table}.{key.column} points at {key.target} records that do not exist:",
        "clear or correct these references",
    )


def drop(table: str, name: str, what: str) -> Change:
    """Return the removal of a constraint that nothing declares."""
    return Change(
        action=f"drop-{what.replace(' ', '-')}",
        symbol=Symbol.REMOVE,
        table=table,
        subject=name,
        sentence=f"drop {what} {name}",
        phase=30,
        steps=(Transact((drop_constraint(table, name),)),),
    )


def rename_constraint(table: str, old: str, new: str) -> Change:
    """Return the rename of a constraint."""
    action = alter(table, f"rename constraint {quote(old)} to {quote(new)}")
    return _renamed("rename-constraint", table, old, new, action)


def rename_index(table: str, old: str, index: IndexShape) -> Change:
    """Return the rename of an index."""
    action = f"alter index {quote(old)} rename to {quote(index.name)}"
    seal = Seal("index", table, index.name, seal=index.seal)
    return _renamed("rename-index", table, old, index.name, action, seal)


def _renamed(action: str, table: str, old: str, new: str, *statements: Statement) -> Change:
    return Change(
        action=action,
        symbol=Symbol.RENAME,
        table=table,
        subject=new,
        sentence=f"rename {old} to {new}",
        phase=25,
        steps=(Transact(statements),),
    )


def build_index(index: IndexShape, projection: Projection) -> Change:
    """Return what builds an index while reads and writes go on.

    It takes its name, and the place of another of that name, when it is whole.
    """
    table = projection.pair.declared.name
    failing = Failing(
        projection.doubles(index) if index.unique else "",
        "value-not-unique",
        f"{', '.join(index.columns)} of {table} must be unique, but these records share values:",
        "make them differ first",
    )
    return Change(
        action="add-unique" if index.unique else "add-index",
        symbol=Symbol.CREATE,
        table=table,
        subject=index.name,
        sentence=f"{'unique ' if index.unique else ''}index on {', '.join(index.columns)}",
        phase=90,
        lock=Lock.NONE,
        steps=tuple(_building(table, index, projection.pair.live.indexes)),
        failing=failing if index.unique else None,
    )


def _building(table: str, index: IndexShape, live: Mapping[str, IndexShape]) -> Iterator[Step]:
    building = building_name(table, index.meaning)
    begun, there = live.get(building), live.get(index.name)
    if begun and not begun.valid:
        yield _dropped(table, begun)
    if not begun or not begun.valid:
        yield Online(create_index(table, replace(index, name=building), online=True))
    swap: list[Statement] = []
    if there:
        swap.append(_drop_now(table, there))
    swap.append(f"alter index {quote(building)} rename to {quote(index.name)}")
    yield Transact((*swap, Seal("index", table, index.name, seal=index.seal)))


def drop_index(table: str, index: IndexShape) -> Change:
    """Return the removal of an index that nothing declares."""
    return Change(
        action="drop-index",
        symbol=Symbol.REMOVE,
        table=table,
        subject=index.name,
        sentence=f"drop {'unique ' if index.unique else ''}index on {', '.join(index.columns)}",
        phase=30,
        lock=Lock.BRIEF if index.owned else Lock.NONE,
        steps=(_dropped(table, index),),
    )


def _dropped(table: str, index: IndexShape) -> Step:
    if index.owned:
        return Transact((_drop_now(table, index),))
    return Online(f"drop index concurrently if exists {quote(index.name)}")


def _drop_now(table: str, index: IndexShape) -> str:
    return drop_constraint(table, index.name) if index.owned else f"drop index if exists {quote(index.name)}"
