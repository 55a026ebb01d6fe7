"""The records that an actor has changed last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, bindparam, literal_column, select

from formwright.access import Actor, field_rights, may
from formwright.metadata.model import EntityType
from formwright.services.loading import enrich
from formwright.services.needs import needs_of
from formwright.services.reading import readable_rows
from formwright.services.runtime import Runtime
from formwright.services.titles import title_of
from formwright.services.values import fields_of, row_values
from formwright.services.work import Work, open_work
from formwright.storage.system_tables import history

__all__ = ["Recent", "recent_records"]

KEPT = timedelta(days=60)
FORM: ColumnElement[str] = literal_column(
    "'form'"
)  # a literal, so that the partial index of the history answers
IDS = bindparam("ids", type_=ARRAY(Uuid()))
LOOKED_AT = 100
"""How many of the actor's newest changes are looked at: one record often has several."""


@dataclass(frozen=True, slots=True)
class Recent:
    """One record, and when the actor changed it."""

    entity: EntityType
    id: UUID
    title: str
    at: datetime
    state: str | None


async def recent_records(runtime: Runtime, actor: Actor, limit: int = 8) -> tuple[Recent, ...]:
    """Return the records with pages that the actor changed last and may still read, newest first.

    One query for the changes, then one for each entity type among them.
    """
    work = open_work(runtime, runtime.database, actor)
    query = (
        select(history.c.entity, history.c.record_id, history.c.at)
        .where(history.c.actor == work.actor_id, history.c.channel == FORM, history.c.at > work.now - KEPT)
        .order_by(history.c.at.desc())
        .limit(LOOKED_AT)
    )
    moments: dict[tuple[str, UUID], datetime] = {}
    for row in await work.session.fetch(query):
        entity = work.model.entities.get(row["entity"])
        if entity is not None and not entity.embedded and not may(entity, "read", actor).denied:
            moments.setdefault((entity.name, row["record_id"]), row["at"])
    newest = dict(list(moments.items())[: 2 * limit])
    found: list[Recent] = []
    for name in dict.fromkeys(entity for entity, _ in newest):
        wanted = {identity: at for (entity, identity), at in newest.items() if entity == name}
        found += await _records(work, work.model.entities[name], wanted)
    return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:limit])


async def _records(work: Work, entity: EntityType, moments: dict[UUID, datetime]) -> list[Recent]:
    table, needs, rights = (
        work.source.table(entity.name),
        needs_of([entity.title]).record,
        field_rights(entity, work.rights),
    )
    columns = [table.c[n] for n in sorted({"id", "number", "state", *needs}) if n in table.c]
    query = select(*columns).where(
        table.c.id == any_(IDS), table.c.deleted_at.is_(None), readable_rows(work, entity)
    )
    rows = await work.session.fetch(query, ids=list(moments))
    records = [(v, fields_of(entity, v)) for v in (row_values(work.source, entity, row) for row in rows)]
    await enrich(work, entity, records, needs)
    return [
        Recent(
            entity=entity,
            id=values["id"],
            title=title_of(work, entity, {n: v for n, v in fields.items() if rights.open(n)}),
            at=moments[values["id"]],
            state=values.get("state") if rights.open("state") else None,
        )
        for values, fields in records
    ]
