"""What records are called, for links and cells: only those that the actor may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import any_, bindparam, select
from sqlalchemy.types import ARRAY, Uuid

from formwright.access import row_condition
from formwright.metadata.model import Attribute, EntityType
from formwright.problems import ProblemError
from formwright.services.loading import enrich
from formwright.services.needs import needs_of
from formwright.services.values import fields_of, row_values
from formwright.services.work import Work
from formwright.storage.source import USER

__all__ = ["Titles", "ids_in", "title_of", "titles_of"]

Titles = dict[tuple[str, str], str]
"""By entity type (``$user`` for users) and the text of the id."""

IDS = bindparam("ids", type_=ARRAY(Uuid()))


def title_of(work: Work, entity: EntityType, fields: Mapping[str, Any]) -> str:
    """Return the title of the record with these context values; its number or id when it has none."""
    try:
        title = entity.title.value({**fields, **work.names, "record": fields})
    except ProblemError:
        title = None
    return str(title) if title not in (None, "") else str(fields.get("number") or fields.get("id", ""))


def ids_in(attribute: Attribute, value: Any) -> list[tuple[str, UUID]]:
    """Return the records that a canonical value points at, with their entity types."""
    if value is None or not attribute.type.stored:
        return []
    if attribute.type.name == "any":
        entity, _, identity = str(value).partition("/")
        return [(entity, UUID(identity))]
    if attribute.type.name == "user":
        return [(USER, value)]
    if attribute.target and attribute.type.name in ("reference", "references"):
        return [(attribute.target, each) for each in (value if isinstance(value, list) else [value])]
    return []


async def titles_of(work: Work, wanted: Iterable[tuple[str, UUID]]) -> Titles:
    """Return the titles of the *wanted* records, one query for each entity type.

    Records that the actor may not read are left out.
    """
    by_entity: dict[str, set[UUID]] = {}
    for entity, identity in wanted:
        by_entity.setdefault(entity, set()).add(identity)
    found: Titles = {}
    for name, ids in by_entity.items():
        if name == USER:
            table = work.source.table(USER)
            rows = await work.session.fetch(
                select(table.c.id, table.c.name).where(table.c.id == any_(IDS)), ids=list(ids)
            )
            found.update({(USER, str(row["id"])): row["name"] for row in rows})
        elif name in work.model.entities:
            found.update(await _titles(work, work.model.entities[name], ids))
    return found


async def _titles(work: Work, entity: EntityType, ids: set[UUID]) -> Titles:
    table, needs = work.source.table(entity.name), needs_of([entity.title]).record
    columns = [table.c[n] for n in sorted({"id", "number", *needs}) if n in table.c]
    readable = row_condition(entity, "read", work.rights, work.source, work.names)
    rows = await work.session.fetch(select(*columns).where(table.c.id == any_(IDS), readable), ids=list(ids))
    records = [(v, fields_of(entity, v)) for v in (row_values(work.source, entity, row) for row in rows)]
    await enrich(work, entity, records, needs)
    return {(entity.name, str(values["id"])): title_of(work, entity, fields) for values, fields in records}
