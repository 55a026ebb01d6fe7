"""Reading one record: what the actor may see of it, and what others are called that it points at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, or_, select, true

from formwright.access import Actor, FieldRights, field_rights, masked_text, row_condition
from formwright.metadata.model import Attribute, EntityType
from formwright.services.graph import graph_of
from formwright.services.loading import enrich
from formwright.services.needs import needs_of
from formwright.services.rights import follows_parent, missing
from formwright.services.runtime import Runtime
from formwright.services.titles import Titles, ids_in, title_of, titles_of
from formwright.services.values import canonical, fields_of, options_of, row_values
from formwright.services.work import Work, open_work

__all__ = ["Record", "get", "get_in", "readable_rows", "seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record as an actor sees it.

    *values* are canonical by attribute: hidden ones are not there, masked
    ones are texts such as ``•••1234`` and named in *masked*. *titles* name
    the records that references point at.
    """

    entity: EntityType
    id: UUID
    title: str
    values: Mapping[str, Any]
    rights: FieldRights
    titles: Titles = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The version, for optimistic locking."""
        return int(self.values.get("version") or 0)

    @property
    def type(self) -> str | None:
        """The sub-type."""
        kind: str | None = self.values.get("type")
        return kind


async def get(
    runtime: Runtime, entity: str, identity: UUID, actor: Actor, *, deleted: bool = False
) -> Record:
    """Return one record; raise NotFound when there is none that the actor may read."""
    return await get_in(open_work(runtime, runtime.database, actor), entity, identity, deleted=deleted)


async def get_in(work: Work, name: str, identity: UUID, *, deleted: bool = False) -> Record:
    """Return the same inside a use case that is already open."""
    entity = work.entity(name)
    table = work.source.table(name)
    living = true() if deleted else table.c.deleted_at.is_(None)
    query = select(table).where(table.c.id == identity, living, readable_rows(work, entity))
    row = await work.session.fetchrow(query)
    if row is None:
        raise missing(entity)
    values = row_values(work.source, entity, row)
    fields = fields_of(entity, values)
    computed = {
        n: a for n, a in entity.attributes_of(values.get("type")).items() if not a.stored and a.computed
    }
    needs = needs_of([entity.title, *(a.computed for a in computed.values() if a.computed)]).record
    await enrich(work, entity, [(values, fields)], {**needs, **{n: {} for n in computed}})
    values.update({n: canonical(a, fields.get(n), values) for n, a in computed.items()})
    rights = field_rights(entity, work.rights)
    shown = {
        n: seen(rights, entity.attributes[n], v, values) for n, v in values.items() if rights.readable(n)
    }
    wanted = [pair for n, v in values.items() if rights.open(n) for pair in ids_in(entity.attributes[n], v)]
    titles = await titles_of(work, wanted)
    return Record(
        entity=entity,
        id=identity,
        title=_title(work, entity, fields, rights),
        values=shown,
        rights=rights,
        titles=titles,
    )


def _title(work: Work, entity: EntityType, fields: Mapping[str, Any], rights: FieldRights) -> str:
    """Return the title without what the actor may not see in full."""
    return title_of(work, entity, {n: v for n, v in fields.items() if rights.open(n)})


def seen(rights: FieldRights, attribute: Attribute, value: Any, values: Mapping[str, Any]) -> Any:
    """Return a value as the actor sees it: masked ones as a text with only their end."""
    if value is None or rights.open(attribute.name):
        return value
    return masked_text(attribute.type.display(value, options_of(attribute, values)))


def readable_rows(work: Work, entity: EntityType) -> ColumnElement[bool]:
    """Return the condition that the actor may read a row.

    Rows of embedded entity types without grants of their own are read with
    their parent: the parent must be there and readable.
    """
    if not follows_parent(entity) or work.rights.system:
        return row_condition(entity, "read", work.rights, work.source, work.names)
    conditions = []
    for link in graph_of(work.model).parents.get(entity.name, ()):
        parent = work.model.entities[link.entity]
        if not follows_parent(parent):
            conditions.append(_with_parent(work, entity, link.by, parent))
    return (
        or_(*conditions)
        if conditions
        else row_condition(entity, "read", work.rights, work.source, work.names)
    )


def _with_parent(work: Work, entity: EntityType, by: str, parent: EntityType) -> ColumnElement[bool]:
    table, above = work.source.table(entity.name), work.source.table(parent.name)
    readable = row_condition(parent, "read", work.rights, work.source, work.names)
    ids: Any = above.c.id
    if entity.attributes[by].type.name == "any":
        ids = func.concat(f"{parent.name}/", cast(above.c.id, Text()))
    chosen = select(ids).where(above.c.deleted_at.is_(None), readable).correlate(None)
    return table.c[by].in_(chosen)
