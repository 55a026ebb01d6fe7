"""The feed of changes: every version of every record once, in an order that no late commit disturbs.

A sequence number is drawn before its transaction commits, so a reader that remembers the greatest
number it saw skips whatever commits later with a smaller one. Here each version carries the number of
its transaction, and only those below the oldest transaction that still runs are served: all of them have
ended, so nothing can appear before what was served. A transaction that runs for long holds the feed up.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from formwright.access import Actor, field_rights
from formwright.problems import suggest
from formwright.services.reading import readable_rows
from formwright.services.refusals import Invalid, NotFound
from formwright.services.runtime import Runtime
from formwright.services.work import Work, open_work

__all__ = ["MOST", "Change", "ChangesAsked", "Feed", "changes_since"]

MOST = 1_000
NEVER = (0, "0001-01-01T00:00:00+00:00", "00000000-0000-0000-0000-000000000000", 0)
LATEST = "9999-01-01T00:00:00+00:00"

# The snapshot of the condition is the one that decides which rows are seen: one statement has one snapshot.
FIND = """
select xid::text::bigint xid, at, entity, record_id, version, op, diff from fw_history
where (xid, at, record_id, version) > ($1::text::xid8, $2::timestamptz, $3::uuid, $4::int)
  and xid < pg_snapshot_xmin(pg_current_snapshot()) and entity = any($5::text[])
order by xid, at, record_id, version limit $6
"""
NOW = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesAsked:
    """From where on: *since* is a cursor of the feed, empty for its beginning, ``now`` for its end."""

    actor: Actor
    since: str = ""
    entities: Sequence[str] = ()
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One version of one record: *op* as in the history, *changed* names attributes the actor may see."""

    entity: str
    id: UUID
    version: int
    op: str
    at: datetime
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A part of the feed. *next* is where to go on, always; *more*: there is more at once."""

    changes: tuple[Change, ...]
    next: str
    more: bool


Position = tuple[int, str, str, int]


async def changes_since(runtime: Runtime, asked: ChangesAsked) -> Feed:
    """Return the next changes of records that the actor may read now.

    Raises Invalid for a cursor that is none, NotFound for an unknown entity type.
    """
    work = open_work(runtime, runtime.database, asked.actor)
    entities = _entities(work, asked.entities)
    if asked.since == "now":
        number = await work.session.fetchval(NOW)
        return Feed(changes=(), next=_encode((number - 1, LATEST, *NEVER[2:])), more=False)
    xid, at, record, version = _decode(asked.since) if asked.since else NEVER
    limit = max(1, min(asked.limit, MOST))
    values = (str(xid), datetime.fromisoformat(at), UUID(record), version, entities, limit + 1)
    found = await work.session.fetch(FIND, *values)
    rows = found[:limit]
    readable = await _readable(work, rows)
    changes = [_change(work, row) for row in rows if (row["entity"], row["record_id"]) in readable]
    last = _position(rows[-1]) if rows else (xid, at, record, version)
    return Feed(changes=tuple(changes), next=_encode(last), more=len(found) > limit)


def _entities(work: Work, wanted: Iterable[str]) -> list[str]:
    names = list(wanted)
    for name in names:
        if name not in work.model.entities:
            hint = suggest(name[:60], work.model.entities)
            raise NotFound.of("unknown-entity", f"There is no entity type `{name[:60]}`.", "entity", hint)
    return names or list(work.model.entities)


async def _readable(work: Work, rows: Iterable[Mapping[str, Any]]) -> set[tuple[str, UUID]]:
    """Return which records the actor may read, removed ones included: one query for each entity type."""
    ids: dict[str, set[UUID]] = {}
    for row in rows:
        ids.setdefault(row["entity"], set()).add(row["record_id"])
    found: set[tuple[str, UUID]] = set()
    wanted = bindparam("ids", type_=ARRAY(Uuid()))
    for name, some in ids.items():
        entity, table = work.model.entities[name], work.source.table(name)
        query = select(table.c.id).where(table.c.id == any_(wanted), readable_rows(work, entity))
        found.update((name, row["id"]) for row in await work.session.fetch(query, ids=list(some)))
    return found


def _change(work: Work, row: Mapping[str, Any]) -> Change:
    entity = work.model.entities[row["entity"]]
    rights = field_rights(entity, work.rights)
    changed = [name for name in row["diff"] if name in entity.attributes and rights.readable(name)]
    return Change(
        entity=entity.name,
        id=row["record_id"],
        version=row["version"],
        op=row["op"],
        at=row["at"],
        changed=tuple(sorted(changed)),
    )


def _position(row: Mapping[str, Any]) -> Position:
    return row["xid"], row["at"].isoformat(), str(row["record_id"]), row["version"]


def _encode(position: Position) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def _decode(cursor: str) -> Position:
    try:
        data = base64.b64decode(cursor[:400].encode() + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        position: Position = msgspec.json.decode(data, type=Position)
        aware = datetime.fromisoformat(position[1]).tzinfo is not None
        UUID(position[2])
        possible = aware and 0 <= position[0] < 2**63 and 0 <= position[3] < 2**31
    except (ValueError, UnicodeError, binascii.Error, msgspec.DecodeError):
        possible = False
    if not possible:
        hint = "begin without `since`"
        raise Invalid.of("bad-cursor", "The feed has no such place.", "since", hint)
    return position
