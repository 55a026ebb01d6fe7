"""What happened to a record and to what hangs below it, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_, union_all

from formwright.access import Actor
from formwright.metadata.model import Attribute, EntityType
from formwright.services.reading import get_in, readable_rows
from formwright.services.runtime import Runtime
from formwright.services.titles import Titles, titles_of
from formwright.services.work import Work, open_work
from formwright.storage.source import USER
from formwright.storage.system_tables import history

__all__ = ["Happening", "Position", "timeline_of"]

MOST = 200
QUIET = "compute"  # recomputed values are a consequence, not something that happened

Position = tuple[datetime, UUID, int]
"""Where a page of the timeline ends: moment, record, version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One version of the record or of a child. *title* is empty when it is gone or may not be read."""

    entity: str
    id: UUID
    title: str
    version: int
    at: datetime
    op: str
    actor: str
    channel: str
    reason: str

    @property
    def position(self) -> Position:
        """Where the next page begins."""
        return self.at, self.id, self.version


async def timeline_of(
    runtime: Runtime,
    entity: str,
    identity: UUID,
    actor: Actor,
    *,
    before: Position | None = None,
    limit: int = 50,
) -> list[Happening]:
    """Return what happened to the record and to its children that the actor may read.

    Newest first, *before* a position if given. Raises NotFound when the
    actor may not read the record.
    """
    work = open_work(runtime, runtime.database, actor)
    record = await get_in(work, entity, identity, deleted=True)
    count = max(1, min(limit, MOST))
    parts = [_part(part, before, count) for part in _sources(work, record.entity, identity)]
    everything = union_all(*(part.subquery().select() for part in parts)).subquery()
    newest = (everything.c.at.desc(), everything.c.record_id.desc(), everything.c.version.desc())
    rows = await work.session.fetch(select(everything).order_by(*newest).limit(count))
    titles = await titles_of(work, _wanted(work, rows))
    return [_happening(row, titles) for row in rows]


def _sources(work: Work, entity: EntityType, identity: UUID) -> Iterator[Select[Any]]:
    """Yield the versions of the record, then those of each collection of children."""
    columns = ("entity", "record_id", "version", "at", "op", "actor", "channel", "reason")
    rows = select(*(history.c[name] for name in columns)).where(history.c.op != QUIET)
    yield rows.where(history.c.entity == entity.name, history.c.record_id == identity)
    for attribute in entity.attributes.values():
        if attribute.type.name == "children":
            yield rows.where(
                history.c.entity == attribute.target,
                history.c.record_id.in_(_children(work, entity, attribute, identity)),
            )


def _children(work: Work, entity: EntityType, attribute: Attribute, identity: UUID) -> Select[Any]:
    child, by = work.model.entities[attribute.target], str(attribute.options["by"])
    table = work.source.table(child.name)
    several = child.attributes[by].type.name == "any"
    key: Any = f"{entity.name}/{identity}" if several else identity
    return select(table.c.id).where(table.c[by] == key, readable_rows(work, child))


def _part(part: Select[Any], before: Position | None, count: int) -> Select[Any]:
    order = (history.c.at, history.c.record_id, history.c.version)
    if before is not None:
        part = part.where(tuple_(*order) < before)
    return part.order_by(*(column.desc() for column in order)).limit(count)


def _wanted(work: Work, rows: list[Any]) -> list[tuple[str, UUID]]:
    users = [(USER, row["actor"]) for row in rows if row["actor"] is not None]
    return [*users, *((r["entity"], r["record_id"]) for r in rows if r["entity"] in work.model.entities)]


def _happening(row: Mapping[str, Any], titles: Titles) -> Happening:
    return Happening(
        entity=row["entity"],
        id=row["record_id"],
        title=titles.get((row["entity"], str(row["record_id"])), ""),
        version=row["version"],
        at=row["at"],
        op=row["op"],
        actor=titles.get((USER, str(row["actor"])), "") if row["actor"] else "System",
        channel=row["channel"],
        reason=row["reason"],
    )
