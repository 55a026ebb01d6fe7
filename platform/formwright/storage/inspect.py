"""The live schema of a workspace as shapes, read from ``pg_catalog`` in five queries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import asyncpg

from formwright.storage.names import digest
from formwright.storage.shapes import (
    CheckShape,
    ColumnShape,
    ForeignKeyShape,
    IndexShape,
    Parked,
    TableShape,
)

__all__ = ["MARK", "Live", "inspect", "note_of"]

MARK = "formwright "
"""Begins the comments that an apply writes on what it makes; JSON follows."""


@dataclass(frozen=True, slots=True)
class Live:
    """What is there: tables by name (parked ones too) and what is parked, the newest first."""

    tables: dict[str, TableShape]
    parked: tuple[Parked, ...] = ()

    @property
    def used(self) -> dict[str, TableShape]:
        """The tables that are not parked."""
        aside = {one.table for one in self.parked if not one.column}
        return {name: table for name, table in self.tables.items() if name not in aside}


async def inspect(connection: asyncpg.Connection) -> Live:
    """Return all tables of the current schema except those of the system (``fw_…``), and what is parked."""
    relations = await connection.fetch(_TABLES)
    columns = _grouped(await connection.fetch(_COLUMNS))
    constraints = _grouped(await connection.fetch(_CONSTRAINTS))
    indexes = _grouped(await connection.fetch(_INDEXES))
    tables = (
        _table(row, columns[row["oid"]], constraints[row["oid"]], indexes[row["oid"]]) for row in relations
    )
    parked = tuple(_parked(row) for row in await connection.fetch(_PARKED))
    return Live({table.name: table for table in tables}, parked)


def note_of(comment: str | None) -> dict[str, Any]:
    """Return what an apply noted in a comment; empty for other comments."""
    if not comment or not comment.startswith(MARK):
        return {}
    try:
        found = json.loads(comment[len(MARK) :])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _grouped(rows: Iterable[asyncpg.Record]) -> dict[int, list[asyncpg.Record]]:
    groups: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        groups[row["table_oid"]].append(row)
    return groups


def _table(
    row: asyncpg.Record,
    columns: list[asyncpg.Record],
    constraints: list[asyncpg.Record],
    indexes: list[asyncpg.Record],
) -> TableShape:
    checks = [_check(one) for one in constraints if one["kind"] == "c"]
    keys = [_foreign_key(one) for one in constraints if one["kind"] == "f"]
    primary = [one["name"] for one in constraints if one["kind"] == "p" and one["columns"] == ["id"]]
    found = [_index(one) for one in indexes if one["name"] not in primary]
    return TableShape(
        name=row["name"],
        columns={one["name"]: _column(one) for one in columns},
        checks={one.name: one for one in checks},
        foreign_keys={one.name: one for one in keys},
        indexes={one.name: one for one in found},
        key=primary[0] if primary else "",
        fillfactor=int(row["fillfactor"]),
        was=tuple(note_of(row["comment"]).get("was", ())),
        ours=bool(note_of(row["comment"])),
    )


def _column(row: asyncpg.Record) -> ColumnShape:
    note = note_of(row["comment"])
    return ColumnShape(
        name=row["name"],
        type=row["type"],
        nullable=not row["required"],
        default=row["default"],
        seal=_seal(note, row["default"]),
        was=tuple(note.get("was", ())),
        keys=tuple(note.get("keys", ())),
    )


def _seal(note: dict[str, Any], sql: str | None) -> str:
    """Return what the object was made from, if it still is what was made then."""
    intact = sql is not None and note.get("live") == digest(sql)
    return str(note.get("seal", "")) if intact else ""


def _check(row: asyncpg.Record) -> CheckShape:
    return CheckShape(
        name=row["name"],
        sql=row["expression"],
        columns=frozenset(row["columns"]),
        validated=row["validated"],
        seal=_seal(note_of(row["comment"]), row["expression"]),
    )


def _foreign_key(row: asyncpg.Record) -> ForeignKeyShape:
    plain = row["columns_there"] == ["id"] and len(row["columns"]) == 1 and not row["deferrable"]
    return ForeignKeyShape(
        name=row["name"],
        column=",".join(row["columns"]),
        target=row["target"],
        # Anything unusual makes it differ from every declared one.
        action=row["on_delete"] if plain and row["on_update"] == "a" else "?",
        validated=row["validated"],
    )


def _index(row: asyncpg.Record) -> IndexShape:
    note = note_of(row["comment"])
    return IndexShape(
        name=row["name"],
        columns=tuple(row["columns"]),
        unique=row["unique"],
        method=row["method"],
        where=row["predicate"] or "",
        seal=_seal(note, row["predicate"]),
        touches=frozenset(row["touches"]),
        valid=row["valid"],
        owned=row["owned"],
        ours=bool(note),
    )


def _parked(row: asyncpg.Record) -> Parked:
    detail = row["detail"]
    known = json.loads(detail) if isinstance(detail, str) else detail
    return Parked(
        table=row["table_name"],
        column=row["column_name"],
        entity=row["entity"],
        attribute=row["attribute"],
        type=row["type"],
        reason=known.get("reason", "removed"),
    )


_TABLES = r"""
select c.oid, c.relname as name, obj_description(c.oid, 'pg_class') as comment,
       coalesce((select option_value from pg_options_to_table(c.reloptions)
                 where option_name = 'fillfactor'), '100') as fillfactor
from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  and (c.relname not like 'fw\_%' or c.relname like 'fw\_parked\_%')
order by c.relname
"""

_COLUMNS = """
select a.attrelid as table_oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       a.attnotnull as required, pg_get_expr(d.adbin, d.adrelid) as default,
       col_description(a.attrelid, a.attnum) as comment
from pg_attribute a
join pg_class c on c.oid = a.attrelid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
"""

_CONSTRAINTS = """
select k.conrelid as table_oid, k.conname as name, k.contype::text as kind, k.convalidated as validated,
       pg_get_expr(k.conbin, k.conrelid) as expression, t.relname as target, k.condeferrable as deferrable,
       k.confdeltype::text as on_delete, k.confupdtype::text as on_update,
       array(select a.attname::text from unnest(k.conkey) with ordinality n(number, place)
             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.number
             order by n.place) as columns,
       array(select a.attname::text from unnest(k.confkey) with ordinality n(number, place)
             join pg_attribute a on a.attrelid = k.confrelid and a.attnum = n.number
             order by n.place) as columns_there,
       obj_description(k.oid, 'pg_constraint') as comment
from pg_constraint k
left join pg_class t on t.oid = k.confrelid
where k.connamespace = current_schema()::regnamespace and k.conrelid <> 0 and k.contype in ('c', 'f', 'p')
order by k.conrelid, k.conname
"""

_INDEXES = """
select x.indrelid as table_oid, i.relname as name, x.indisunique as unique, m.amname as method,
       x.indisvalid and x.indisready as valid, pg_get_expr(x.indpred, x.indrelid) as predicate,
       exists (select from pg_constraint k
               where k.conindid = x.indexrelid and k.contype in ('u', 'p', 'x')) as owned,
       obj_description(i.oid, 'pg_class') as comment,
       array(select a.attname::text from pg_attribute a where a.attrelid = x.indrelid and a.attnum > 0
               and (a.attnum = any(x.indkey::int2[]) or exists (
                 select from pg_depend p where p.classid = 'pg_class'::regclass and p.objid = x.indexrelid
                   and p.refobjid = x.indrelid and p.refobjsubid = a.attnum))) as touches,
       array(select coalesce((select a.attname::text from pg_attribute a
                              where a.attrelid = x.indrelid and a.attnum = x.indkey[place - 1]),
                             pg_get_indexdef(x.indexrelid, place, true))
                    || case when o.opcdefault then '' else ' ' || o.opcname end
                    || case x.indoption[place - 1] & 3 when 0 then '' when 3 then ' desc'
                            when 1 then ' desc nulls last' else ' nulls first' end
             from generate_series(1, x.indnkeyatts) place
             join pg_opclass o on o.oid = x.indclass[place - 1] order by place)
       || case when x.indnatts > x.indnkeyatts then array['including others'] else array[]::text[] end
       || case when x.indnullsnotdistinct then array['nulls not distinct'] else array[]::text[] end as columns
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_am m on m.oid = i.relam
where i.relnamespace = current_schema()::regnamespace
order by x.indrelid, i.relname
"""

_PARKED = """
select table_name, column_name, entity, attribute, type, detail from fw_parked
order by parked_at desc, table_name, column_name desc
"""
