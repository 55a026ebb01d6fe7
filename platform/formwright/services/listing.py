"""Lists of records as JSON: a page by cursor, a count, or all of them as a stream of constant size."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, func, select

from formwright.access import Actor
from formwright.metadata.model import EntityType
from formwright.services.conditions import filter_where
from formwright.services.cursors import Key, after, decode, encode, ordering
from formwright.services.documents import (
    Document,
    Shape,
    always_readable,
    get_document,
    remembering,
    shape_of,
)
from formwright.services.expanding import NOTHING, Shown, check_shown, expand, names_of
from formwright.services.filters import find_column
from formwright.services.reading import readable_rows
from formwright.services.refusals import Invalid
from formwright.services.runtime import Runtime
from formwright.services.sql_forms import Cursor, Estimate
from formwright.services.work import Work, open_work

__all__ = ["MOST", "MOST_KEYS", "ListAsked", "Listed", "list_documents", "read_document", "stream_documents"]

MOST = 500
MOST_KEYS = 6
AT_ONCE = 500
"""How many records of a stream are in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAsked:
    """What to list.

    *filter* is an expression, *sort* (attribute, descending) pairs; without
    them the records come in the order in which they were made, which a new
    record never changes. *count* is empty, ``exact`` or ``estimate``.
    """

    entity: str
    actor: Actor
    filter: str = ""
    sort: Sequence[tuple[str, bool]] = ()
    shown: Shown = field(default=NOTHING)
    limit: int = 50
    cursor: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page: the JSON of each record, the cursor of the next page (empty at the end), the count if asked."""

    bodies: Sequence[bytes]
    next: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a list needs of the database."""

    work: Work
    entity: EntityType
    shape: Shape
    keys: Sequence[Key]
    condition: Sequence[ColumnElement[bool]]

    @property
    def query(self) -> Select[Any]:
        """All rows, in order, without a limit."""
        table = self.work.source.table(self.entity.name)
        columns = {column.name: column for column in self.shape.columns}
        columns |= {key.name: table.c[key.name] for key in self.keys}
        return select(*columns.values()).where(*self.condition).order_by(*ordering(table, self.keys))


def _plan(work: Work, asked: ListAsked) -> _Plan:
    entity = work.entity(asked.entity)
    check_shown(work, entity, asked.shown)
    table = work.source.table(entity.name)
    condition = [table.c.deleted_at.is_(None), readable_rows(work, entity)]
    if asked.filter:
        condition.append(filter_where(work, entity, asked.filter))
    shape = shape_of(work, entity, names_of(entity, asked.shown))
    return _Plan(work, entity, shape, _keys(work, entity, asked.sort), condition)


def _keys(work: Work, entity: EntityType, sort: Sequence[tuple[str, bool]]) -> list[Key]:
    if len(sort) > MOST_KEYS:
        raise Invalid.of("too-many-keys", f"A list is sorted by at most {MOST_KEYS} attributes.", "sort")
    columns = work.source.table(entity.name).c
    keys: list[Key] = []
    for name, falls in sort:
        attribute = find_column(work, entity, name, "sort")
        if name not in columns:
            raise Invalid.of("not-sortable", f"{attribute.label} cannot be used here (sort).", "sort")
        if all(key.name != name for key in keys):
            keys.append(Key(name, falls))
    if all(key.name != "id" for key in keys):
        keys.append(Key("id", keys[-1].falls if keys else False))
    return keys


async def list_documents(runtime: Runtime, asked: ListAsked) -> Listed:
    """Return a page of the records that the actor may read.

    Raises NotFound for an unknown entity type; Invalid for what the filter,
    sort, fields or expand name wrongly, and for a cursor of another order.
    """
    work = open_work(runtime, runtime.database, asked.actor)
    plan = _plan(work, asked)
    table = work.source.table(plan.entity.name)
    limit = max(1, min(asked.limit, MOST))
    query = _query(plan, plain=not asked.filter)
    if asked.cursor:
        query = query.where(after(table, plan.keys, decode(table, plan.keys, asked.cursor)))
    found = await work.session.fetch(query, most=limit + 1)
    rows = found[:limit]
    bodies = await expand(work, plan.entity, await plan.shape.bodies(work, rows), asked.shown)
    more = encode(plan.keys, rows[-1]) if len(found) > limit else ""
    return Listed(bodies=bodies, next=more, count=await _count(plan, asked.count))


async def read_document(
    runtime: Runtime, entity: str, identity: UUID, actor: Actor, shown: Shown = NOTHING
) -> Document:
    """Return one record with what *shown* asks for. Raises NotFound, Invalid."""
    if not shown.fields and not shown.expand:
        return await get_document(runtime, entity, identity, actor)
    work = open_work(runtime, runtime.database, actor)
    found = work.entity(entity)
    check_shown(work, found, shown)
    document = await get_document(runtime, entity, identity, actor, names_of(found, shown))
    bodies = await expand(work, found, [document.body], shown)
    return Document(bodies[0], document.version)


def _query(plan: _Plan, *, plain: bool) -> Select[Any]:
    def make() -> Select[Any]:
        return plan.query.limit(bindparam("most"))

    if plain and always_readable(plan.work, plan.entity):
        found: Select[Any] = remembering(("list", plan.shape, tuple(plan.keys)), make)
        return found
    return make()


async def _count(plan: _Plan, manner: str) -> int | None:
    table = plan.work.source.table(plan.entity.name)
    if manner == "exact":
        query = select(func.count()).select_from(table).where(*plan.condition)
        return int(await plan.work.session.fetchval(query))
    if manner == "estimate":
        told = await plan.work.session.fetchval(Estimate(select(table.c.id).where(*plan.condition)))
        return int(msgspec.json.decode(told)[0]["Plan"]["Plan Rows"])
    return None


async def stream_documents(runtime: Runtime, asked: ListAsked) -> AsyncGenerator[list[bytes], None]:
    """Yield all records in portions, as they were at one moment; *limit* and *cursor* do not count.

    A connection is held until the end. Raises as `list_documents`, before the first portion.
    """
    async with runtime.database.transaction(isolation="repeatable_read") as transaction:
        work = open_work(runtime, transaction, asked.actor)
        plan = _plan(work, asked)
        await transaction.execute(Cursor(plan.query))
        while rows := await transaction.fetch(f"fetch {AT_ONCE} from fw_cursor"):
            found: Sequence[Mapping[str, Any]] = rows
            yield await expand(work, plan.entity, await plan.shape.bodies(work, found), asked.shown)
