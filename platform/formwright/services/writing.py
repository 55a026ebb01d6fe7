"""The write itself: row, history and outbox in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, Table, Text, Uuid, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from formwright.problems import Problem
from formwright.services.drafts import Draft
from formwright.services.refusals import Stale
from formwright.services.values import dumped
from formwright.storage.system_tables import history, outbox
from formwright.storage.tables import SPARSE

__all__ = ["ACKNOWLEDGED", "Writing", "diff_of", "emit", "write", "write_all"]

ACKNOWLEDGED = "$acknowledged"
"""The key of a diff that names the warnings which the actor accepted."""

KEPT_BY_WRITE = frozenset(
    {"id", "version", "updated_at", "updated_by", "created_at", "created_by", "release"}
)


def diff_of(draft: Draft, names: tuple[str, ...]) -> dict[str, Any]:
    """Return ``{attribute: [old, new]}`` in JSON form for what changed."""
    attributes = draft.entity.attributes
    diff = {
        name: [
            dumped(attributes[name], draft.was(name), draft.old or {}),
            dumped(attributes[name], draft.new.get(name), draft.new),
        ]
        for name in names
        if name not in KEPT_BY_WRITE
    }
    if draft.accepted:
        diff[ACKNOWLEDGED] = [None, sorted(draft.accepted)]
    return diff


@dataclass(frozen=True, slots=True)
class Writing:
    """One row to write: with which operation, and what its event says besides what changed."""

    draft: Draft
    op: str
    payload: Mapping[str, Any] = field(default_factory=dict)


async def write(draft: Draft, op: str, payload: Mapping[str, Any] | None = None) -> None:
    """Insert or update the row, with its history and its event, in one statement.

    Afterwards the draft has the new version. Raises Stale when the row has
    another version than the draft: it was changed although it was locked by
    nobody, which only a lost lock explains.
    """
    await write_all([Writing(draft, op, payload or {})])


async def write_all(writings: Iterable[Writing]) -> None:
    """Write several rows: one statement for each entity type and set of changed columns, sent in one go."""
    groups: dict[Select[Any], list[tuple[Draft, dict[str, Any]]]] = {}
    for each in writings:
        statement, values = _statement(each)
        groups.setdefault(statement, []).append((each.draft, values))
    for statement, rows in groups.items():
        session = rows[0][0].work.session
        if len(rows) == 1:
            versions = [await session.fetchval(statement, **rows[0][1])]
        else:
            versions = [row["version"] for row in await session.fetchmany(statement, [v for _, v in rows])]
        if len(versions) != len(rows) or None in versions:
            raise Stale([Problem("stale", "The record was changed by somebody else meanwhile.")])
        for (draft, _), version in zip(rows, versions, strict=True):
            draft.put("version", version)


def _statement(writing: Writing) -> tuple[Select[Any], dict[str, Any]]:
    """Return the statement that writes a row, one object for each shape, and its parameters."""
    draft, entity = writing.draft, writing.draft.entity
    names = draft.changes()
    columns = _columns(draft, names)
    diff = diff_of(draft, names)
    about = {"changed": sorted(diff), **writing.payload}
    table = draft.work.source.table(entity.name)
    statement = (_insert if draft.old is None else _update)(table, tuple(sorted(columns)))
    values = {f"v_{name}": value for name, value in columns.items()}
    if draft.old is not None:
        values |= {"row_id": draft.id, "row_version": draft.was("version")}
    return statement, values | _about(draft, writing.op, diff, about)


def _about(draft: Draft, op: str, diff: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    work = draft.work
    return {
        "entity": draft.entity.name,
        "actor": work.actor_id,
        "channel": work.channel,
        "request_id": work.request_id,
        "reason": work.reason,
        "op": op,
        "diff": diff,
        "release": work.runtime.release(),
        "payload": payload,
        "at": work.now,
    }


def _columns(draft: Draft, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns to write with their values."""
    work, entity = draft.work, draft.entity
    sparse = work.source.sparse(entity.name)
    columns = {n: draft.new.get(n) for n in names if n not in sparse and n not in KEPT_BY_WRITE}
    if columns.get("external_refs", {}) is None:
        columns["external_refs"] = {}
    if any(name in sparse for name in names):
        columns[SPARSE] = {
            n: dumped(a, draft.new[n], draft.new) for n, a in sparse.items() if draft.new.get(n) is not None
        }
    columns.update(updated_at=work.now, updated_by=work.actor_id, release=work.runtime.release())
    if draft.old is None:
        columns.update(id=draft.id, created_at=work.now, created_by=work.actor_id)
        columns = {name: value for name, value in columns.items() if value is not None}
    return columns


def _values(table: Table, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: bindparam(f"v_{name}", type_=table.c[name].type) for name in columns}


@lru_cache(maxsize=4096)
def _insert(table: Table, columns: tuple[str, ...]) -> Select[Any]:
    row = insert(table).values(_values(table, columns)).returning(table.c.id, table.c.version).cte("written")
    return _recorded(row)


@lru_cache(maxsize=4096)
def _update(table: Table, columns: tuple[str, ...]) -> Select[Any]:
    matching = (
        table.c.id == bindparam("row_id", type_=Uuid()),
        table.c.version == bindparam("row_version", type_=Integer()),
    )
    changed = update(table).where(*matching).values(**_values(table, columns), version=table.c.version + 1)
    return _recorded(changed.returning(table.c.id, table.c.version).cte("written"))


def _recorded(row: Any) -> Select[Any]:
    """Return the statement that writes history and outbox for what *row* wrote, and gives its version."""
    text, uuid, json = Text(), Uuid(), JSONB()
    told = {
        "entity": bindparam("entity", type_=text),
        "record_id": row.c.id,
        "version": row.c.version,
        "op": bindparam("op", type_=text),
        "at": bindparam("at", type_=history.c.at.type),
    }
    kept = {
        **told,
        "actor": bindparam("actor", type_=uuid),
        "channel": bindparam("channel", type_=text),
        "request_id": bindparam("request_id", type_=text),
        "reason": bindparam("reason", type_=text),
        "diff": bindparam("diff", type_=json),
        "release": bindparam("release", type_=Integer()),
    }
    sent = {**told, "payload": bindparam("payload", type_=json)}
    past = insert(history).from_select(list(kept), select(*kept.values())).cte("kept")
    event = insert(outbox).from_select(list(sent), select(*sent.values())).cte("sent")
    return select(row.c.version).add_cte(past, event)


_EMIT = insert(outbox).values(
    {
        name: bindparam(name, type_=outbox.c[name].type)
        for name in ("entity", "record_id", "version", "op", "payload", "at")
    }
)


async def emit(draft: Draft, op: str, payload: Mapping[str, Any]) -> None:
    """Write an event of its own into the outbox."""
    await draft.work.session.execute(
        _EMIT,
        entity=draft.entity.name,
        record_id=draft.id,
        version=draft.new.get("version"),
        op=op,
        payload=dict(payload),
        at=draft.work.now,
    )
