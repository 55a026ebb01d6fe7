"""Lists of records as JSON: a page by cursor, a count, or all of them as a stream of constant size."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Integer, Select, Table, func, literal_column, select

from formwright.access import Actor
from formwright.metadata.model import EntityType
from formwright.services.conditions import filter_where
from formwright.services.cursors import Key, after, decode, encode, ordering
from formwright.services.documents import (
    BODY,
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
ITEMS, FOUND = "$items", "$found"
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
    """A page: the records as a JSON array, the cursor of the next page (or empty), the count if asked."""

    items: bytes
    next: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a list needs of the database: *query* gives the rows in order, *page* all of them as one value."""

    entity: EntityType
    table: Table
    shape: Shape
    keys: Sequence[Key]
    condition: Sequence[ColumnElement[bool]]
    query: Select[Any]
    page: Select[Any] | None


def _plan(work: Work, asked: ListAsked) -> _Plan:
    """Return the plan; one that depends on no record and no moment is made once."""
    entity, rights = work.entity(asked.entity), work.rights
    if asked.filter or not always_readable(work, entity) or asked.shown is not NOTHING:
        return _planned(work, entity, asked)
    who = (rights.roles, rights.all, rights.system)
    key = ("list", work.source, entity.name, tuple(asked.sort), _limit(asked), who)
    found: _Plan = remembering(key, lambda: _planned(work, entity, asked))
    return found


def _limit(asked: ListAsked) -> int:
    return max(1, min(asked.limit, MOST))


def _planned(work: Work, entity: EntityType, asked: ListAsked) -> _Plan:
    check_shown(work, entity, asked.shown)
    table = work.source.table(entity.name)
    condition = [table.c.deleted_at.is_(None), readable_rows(work, entity)]
    if asked.filter:
        condition.append(filter_where(work, entity, asked.filter))
    shape = shape_of(work, entity, names_of(entity, asked.shown))
    keys = _keys(work, entity, asked.sort)
    rows = shape.select(*(table.c[key.name] for key in keys)).where(*condition)
    # Written out, so that the plan is made once: with a parameter PostgreSQL plans each execution anew.
    limit = _limit(asked)
    query = rows.order_by(*ordering(table, keys)).limit(literal_column(str(limit + 1)))
    page = None if shape.later else _paged(query, keys, limit)
    return _Plan(entity, table, shape, keys, condition, query, page)


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
    limit, query = _limit(asked), plan.query
    if not asked.cursor and plan.page is not None and asked.shown is NOTHING:
        items, more = await _whole_page(work, plan, plan.page, limit)
        return Listed(items=items, next=more, count=await _count(work, plan, asked.count))
    if asked.cursor:
        query = query.where(after(plan.table, plan.keys, decode(plan.table, plan.keys, asked.cursor)))
    found = await work.session.fetch(query)
    rows = found[:limit]
    bodies = await expand(work, plan.entity, await plan.shape.bodies(work, rows), asked.shown)
    more = encode(plan.keys, rows[-1]) if len(found) > limit else ""
    items = b"[" + b",".join(bodies) + b"]"
    return Listed(items=items, next=more, count=await _count(work, plan, asked.count))


async def _whole_page(work: Work, plan: _Plan, page: Select[Any], limit: int) -> tuple[bytes, str]:
    """Return a page that PostgreSQL builds as one value, and the cursor of the next."""
    row = await work.session.fetchrow(page)
    if row is None or not row[ITEMS]:
        return b"[]", ""
    if row[FOUND] <= limit:
        return row[ITEMS], ""
    return row[ITEMS], encode(plan.keys, {key.name: row[key.name][0] for key in plan.keys})


def _paged(query: Select[Any], keys: Sequence[Key], limit: int) -> Select[Any]:
    """Return one row for *query*: the rows shown as an array, the keys of the last, how many were found."""
    rows = query.subquery("fw_rows")
    numbered = select(rows, func.row_number().over().label("$at")).subquery("fw_numbered")
    at, shown = numbered.c["$at"], literal_column(str(limit), Integer())
    last = [func.array_agg(numbered.c[key.name]).filter(at == shown).label(key.name) for key in keys]
    items = func.json_agg(numbered.c[BODY]).filter(at <= shown).label(ITEMS)
    return select(items, func.count().label(FOUND), *last).select_from(numbered)


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


async def _count(work: Work, plan: _Plan, manner: str) -> int | None:
    if manner == "exact":
        query = select(func.count()).select_from(plan.table).where(*plan.condition)
        return int(await work.session.fetchval(query))
    if manner == "estimate":
        told = await work.session.fetchval(Estimate(select(plan.table.c.id).where(*plan.condition)))
        return int(msgspec.json.decode(told)[0]["Plan"]["Plan Rows"])
    return None


async def stream_documents(runtime: Runtime, asked: ListAsked) -> AsyncGenerator[list[bytes], None]:
    """Yield all records in portions, as they were at one moment; *limit* and *cursor* do not count.

    A connection is held until the end. Raises as `list_documents`, before the first portion.
    """
    async with runtime.database.transaction(isolation="repeatable_read") as transaction:
        work = open_work(runtime, transaction, asked.actor)
        plan = _plan(work, asked)
        await transaction.execute(Cursor(plan.query.limit(None)))
        while rows := await transaction.fetch(f"fetch {AT_ONCE} from fw_cursor"):
            found: Sequence[Mapping[str, Any]] = rows
            yield await expand(work, plan.entity, await plan.shape.bodies(work, found), asked.shown)
