"""Marks on what an apply makes, kept as comments in the catalog.

PostgreSQL rewrites conditions and defaults in its own words, so a live one
cannot be compared with a declared one. The mark holds the digest of the declaration and the
digest of PostgreSQL's words: as long as the latter fits, the former says what it was made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import asyncpg

from formwright.storage.changes import Seal
from formwright.storage.ddl import text
from formwright.storage.inspect import MARK, note_of
from formwright.storage.names import digest, quote

__all__ = ["write_seals"]


async def write_seals(connection: asyncpg.Connection, seals: Iterable[Seal]) -> None:
    """Write the comments of *seals*, whose objects exist: two round trips for each run of one table."""
    for table, group in groupby(seals, key=lambda seal: seal.table):
        rows = await connection.fetch(_THERE, quote(table))
        there = {(row["kind"], row["name"]): row for row in rows}
        statements = [_comment(seal, there.get((seal.kind, seal.name))) for seal in group]
        await connection.execute(";\n".join(statements))


def _comment(seal: Seal, row: asyncpg.Record | None) -> str:
    note = _note(seal, note_of(row["comment"]) if row else {}, row["words"] if row else None)
    words = text(MARK + json.dumps(note, sort_keys=True))
    match seal.kind:
        case "table":
            return f"comment on table {quote(seal.table)} is {words}"
        case "column":
            return f"comment on column {quote(seal.table)}.{quote(seal.name)} is {words}"
        case "constraint":
            return f"comment on constraint {quote(seal.name)} on {quote(seal.table)} is {words}"
        case _:
            return f"comment on index {quote(seal.name)} is {words}"


def _note(seal: Seal, before: dict[str, Any], words: str | None) -> dict[str, Any]:
    note = {"kept": True, **before}
    if seal.was:
        note["was"] = [*note.get("was", ()), seal.was]
    if seal.seal and words is not None:
        note["seal"], note["live"] = seal.seal, digest(words)
    if seal.keys:
        note["keys"] = list(seal.keys)
    return note


_THERE = """
select 'table' as kind, '' as name, null as words, obj_description(to_regclass($1), 'pg_class') as comment
union all
select 'constraint', conname, pg_get_expr(conbin, conrelid), obj_description(oid, 'pg_constraint')
from pg_constraint where conrelid = to_regclass($1) and contype = 'c'
union all
select 'column', a.attname, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)
from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
union all
select 'index', i.relname, pg_get_expr(x.indpred, x.indrelid), obj_description(i.oid, 'pg_class')
from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = to_regclass($1)
"""
