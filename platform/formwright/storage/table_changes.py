"""Changes of whole tables: create, rename, park, bring back, and their small properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from formwright.storage.changes import Change, Lock, Seal, Statement, Symbol, Transact
from formwright.storage.ddl import (
    add_foreign_key,
    alter,
    create_index,
    create_table,
    drop_constraint,
    text,
)
from formwright.storage.names import quote
from formwright.storage.shapes import ColumnShape, Parked, TableShape

__all__ = [
    "create",
    "mark",
    "park",
    "rename",
    "rename_key",
    "restore",
    "seal_of",
    "seals_of",
    "set_fillfactor",
    "set_key",
]


def create(table: TableShape) -> Iterator[Change]:
    """Yield the creation of a table with its indexes, then its foreign keys, when all tables are there."""
    indexes = [create_index(table.name, index, online=False) for index in table.indexes.values()]
    yield Change(
        action="create-table",
        symbol=Symbol.CREATE,
        table=table.name,
        subject=table.name,
        sentence=f"create table {table.name} with {len(table.columns)} columns, {len(indexes)} indexes",
        phase=10,
        lock=Lock.NONE,
        steps=(Transact((create_table(table), *indexes, *seals_of(table))),),
    )
    keys = tuple(add_foreign_key(table.name, key, valid=True) for key in table.foreign_keys.values())
    if keys:
        columns = ", ".join(key.column for key in table.foreign_keys.values())
        yield Change(
            action="add-references",
            symbol=Symbol.CREATE,
            table=table.name,
            subject=table.name,
            sentence=f"add foreign keys of {columns}",
            phase=100,
            steps=(Transact(keys),),
        )


def seals_of(table: TableShape) -> Iterator[Seal]:
    """Yield the marks of a table that was just made as declared."""
    yield Seal("table", table.name)
    for check in table.checks.values():
        yield Seal("constraint", table.name, check.name, seal=check.seal)
    for index in table.indexes.values():
        yield Seal("index", table.name, index.name, seal=index.seal)
    for column in table.columns.values():
        if column.seal or column.keys:
            yield seal_of(table.name, column)


def seal_of(table: str, column: ColumnShape) -> Seal:
    """Return the mark of a column."""
    return Seal("column", table, column.name, seal=column.seal, keys=column.keys)


def rename(live: TableShape, declared: TableShape, many: Iterable[tuple[str, str]]) -> Change:
    """Return the rename of a table, with what other tables say about its records.

    *many* are the (table, column) pairs whose values are ``entity/id``.
    """
    old, new = live.name, declared.name
    return Change(
        action="rename-table",
        symbol=Symbol.RENAME,
        table=new,
        subject=new,
        sentence=f"rename table {old} to {new}",
        phase=0,
        steps=(
            Transact(
                (
                    alter(old, f"rename to {quote(new)}"),
                    Seal("table", new, was=old),
                    *_told(old, new),
                    *(_repointed(table, column, old, new) for table, column in many),
                    f"update fw_history set entity = {text(new)} where entity = {text(old)}",
                    f"update fw_comment set entity = {text(new)} where entity = {text(old)}",
                    f"update fw_outbox set entity = {text(new)} where entity = {text(old)}",
                ),
                scans=True,
            ),
        ),
        touching=f"count(*) from fw_history where entity = {text(old)}",
    )


def _repointed(table: str, column: str, old: str, new: str) -> str:
    name, tail = quote(column), f"substr({quote(column)}, {len(old) + 1})"
    where = f"starts_with({name}, {text(old + '/')})"
    return f"update {quote(table)} set {name} = {text(new)} || {tail} where {where}"


def _told(old: str, new: str) -> Iterator[str]:
    yield f"update fw_parked set table_name = {text(new)} where table_name = {text(old)}"
    yield f"update fw_parked set entity = {text(new)} where entity = {text(old)}"


def park(live: TableShape, name: str, everything: Iterable[TableShape]) -> Change:
    """Return what sets a table aside under *name*: nothing is lost, nothing points at it any more."""
    keys = [drop_constraint(live.name, key) for key in live.foreign_keys]
    for other in everything:
        pointing = [key.name for key in other.foreign_keys.values() if key.target == live.name]
        keys += [drop_constraint(other.name, key) for key in pointing if other.name != live.name]
    moved = f"update fw_parked set table_name = {text(name)} where table_name = {text(live.name)}"
    row = f"({text(name)}, '', {text(live.name)}, jsonb_build_object('reason', 'removed'))"
    noted = f"insert into fw_parked (table_name, column_name, entity, detail) values {row}"
    return Change(
        action="park-table",
        symbol=Symbol.REMOVE,
        table=live.name,
        subject=live.name,
        sentence=f"set table {live.name} aside as {name}; its rows stay",
        phase=120,
        steps=(Transact((*keys, alter(live.name, f"rename to {quote(name)}"), moved, noted)),),
        touching=f"count(*) from {quote(live.name)}",
    )


def restore(live: TableShape, declared: TableShape, parked: Parked) -> Change:
    """Return what brings a parked table back with all its rows."""
    statements: tuple[Statement, ...] = (
        alter(live.name, f"rename to {quote(declared.name)}"),
        f"delete from fw_parked where table_name = {text(parked.table)} and column_name = ''",
        *_told(live.name, declared.name),
        Seal("table", declared.name),
    )
    return Change(
        action="restore-table",
        symbol=Symbol.RESTORE,
        table=declared.name,
        subject=declared.name,
        sentence=f"bring table {declared.name} back with its rows",
        phase=0,
        steps=(Transact(statements),),
        touching=f"count(*) from {quote(live.name)}",
    )


def rename_key(live: TableShape, declared: TableShape) -> Change:
    """Return the rename of the primary key, which no two tables may share."""
    action = f"rename constraint {quote(live.key)} to {quote(declared.key)}"
    return _small(declared.name, "rename-key", f"rename primary key to {declared.key}", action, 5)


def set_key(declared: TableShape) -> Change:
    """Return what makes ``id`` the primary key again."""
    action = f"add constraint {quote(declared.key)} primary key (id)"
    return _small(declared.name, "set-key", "make id the primary key", action, 25)


def set_fillfactor(declared: TableShape) -> Change:
    """Return the change of the fill factor; it holds for pages written from now on."""
    action = f"set (fillfactor = {declared.fillfactor})"
    return _small(declared.name, "set-fillfactor", f"fill pages to {declared.fillfactor} %", action, 15)


def _small(table: str, action: str, sentence: str, sql: str, phase: int) -> Change:
    return Change(
        action=action,
        symbol=Symbol.CHANGE,
        table=table,
        subject=table,
        sentence=sentence,
        phase=phase,
        steps=(Transact((alter(table, sql),)),),
    )


def mark(seal: Seal, subject: str) -> Change:
    """Return the mark of something that is as declared but was not made by an apply."""
    return Change(
        action="mark",
        symbol=Symbol.CHANGE,
        table=seal.table,
        subject=subject,
        sentence=f"note that {subject} is kept by metadata",
        phase=15,
        steps=(Transact((seal,)),),
    )
