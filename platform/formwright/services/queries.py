"""Lists: row rule, filter of the view, filters of the user, quick search, order, and a page by cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, select

from formwright.access import SYSTEM, Actor, field_rights
from formwright.expressions import Expression
from formwright.metadata.model import EntityType
from formwright.problems import suggest
from formwright.services.cells import fill_cells, needs_of_columns
from formwright.services.cursors import Key, after, decode, encode, ordering
from formwright.services.filters import Filter, filter_condition, find_column, search_condition
from formwright.services.reading import get_in, readable_rows
from formwright.services.refusals import Invalid, NotFound
from formwright.services.runtime import Runtime
from formwright.services.titles import Titles
from formwright.services.values import row_values
from formwright.services.work import Work, open_work
from formwright.storage.tables import SPARSE

__all__ = ["CAP", "Page", "Query", "Row", "condition_of", "count_records", "list_records"]

CAP = 1_000
"""Counts stop here: an exact count of a large table costs more than the page."""

MOST = 500
NEWEST = (("created_at", True),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to list.

    *view* is the name of a list of the metadata (empty: none). *columns* and
    *sort* win over those of the view; *sort* is (attribute, descending)
    pairs. *within* names children: (entity type, id, children attribute).
    *where* is a checked condition beyond the user's filters. *backward*: the
    page before the cursor instead of the one after it. *count* is ``none``,
    ``capped`` (up to 1,000) or ``exact``.
    """

    entity: str
    actor: Actor = SYSTEM
    view: str = ""
    columns: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    search: str = ""
    sort: Sequence[tuple[str, bool]] = ()
    where: Expression | None = None
    within: tuple[str, UUID, str] | None = None
    limit: int = 50
    cursor: str = ""
    backward: bool = False
    count: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record of a page. *values*: canonical by column (masked ones are texts); *cursor*: its place."""

    id: UUID
    title: str
    type: str | None
    state: str | None
    version: int
    values: Mapping[str, Any]
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a list.

    *columns* are those that the actor may see. *next* is the cursor of the
    following page, *previous* that of the page before; empty at the ends.
    *count* is None when it was not asked
    for; *capped* says that there are at least so many. *titles* name what
    references point at.
    """

    entity: EntityType
    columns: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...]
    rows: tuple[Row, ...]
    next: str = ""
    previous: str = ""
    count: int | None = None
    capped: bool = False
    titles: Titles = field(default_factory=dict)
    masked: frozenset[str] = frozenset()


async def list_records(runtime: Runtime, query: Query) -> Page:
    """Return a page of records that the actor may read.

    Raises Invalid for unknown, hidden, masked or unfit attributes in filters
    and sort, and for a cursor of another order; NotFound for an unknown
    entity type or view, or a parent that the actor may not read.
    """
    work = open_work(runtime, runtime.database, query.actor)
    entity = work.entity(query.entity)
    table = work.source.table(entity.name)
    condition = await condition_of(work, entity, query)
    keys, sort = _keys(work, entity, query)
    columns = _columns(work, entity, query)
    needs = needs_of_columns(entity, columns)
    chosen = {"id", "version", "number", "type", "state", *needs, *(key.name for key in keys)}
    if set(needs) & set(work.source.sparse(entity.name)):
        chosen.add(SPARSE)
    limit = max(1, min(query.limit, MOST))
    statement = select(*(table.c[n] for n in sorted(chosen) if n in table.c)).where(*condition)
    backward = query.backward and bool(query.cursor)
    walk = [Key(key.name, not key.falls) for key in keys] if backward else keys
    if query.cursor:
        statement = statement.where(after(table, walk, decode(table, keys, query.cursor)))
    found = await work.session.fetch(statement.order_by(*ordering(table, walk)).limit(limit + 1))
    rows = [row_values(work.source, entity, row) for row in found[:limit]][:: -1 if backward else 1]
    more = len(found) > limit
    cells, titles = await fill_cells(work, entity, columns, rows, needs)
    count, capped = await _count(work, table, condition, query.count)
    return Page(
        entity=entity,
        columns=columns,
        sort=sort,
        rows=tuple(
            _row(values, shown, encode(keys, values)) for values, shown in zip(rows, cells, strict=True)
        ),
        next=encode(keys, rows[-1]) if rows and (more or backward) else "",
        previous=encode(keys, rows[0]) if rows and (more if backward else query.cursor) else "",
        count=count,
        capped=capped,
        titles=titles,
        masked=field_rights(entity, work.rights).masked,
    )


async def count_records(runtime: Runtime, query: Query) -> tuple[int, bool]:
    """Return how many records *query* finds, and whether there are more than that: counts stop at 1,000."""
    work = open_work(runtime, runtime.database, query.actor)
    entity = work.entity(query.entity)
    condition = await condition_of(work, entity, query)
    count, capped = await _count(work, work.source.table(entity.name), condition, "capped")
    return count or 0, capped


def _row(values: Mapping[str, Any], shown: Mapping[str, Any], cursor: str) -> Row:
    return Row(
        id=values["id"],
        title=shown["title"],
        type=values.get("type"),
        state=values.get("state"),
        version=values["version"],
        values=shown,
        cursor=cursor,
    )


async def condition_of(work: Work, entity: EntityType, query: Query) -> list[ColumnElement[bool]]:
    """Return all conditions of *query* without the cursor; the row rule is always among them."""
    table = work.source.table(entity.name)
    conditions = [table.c.deleted_at.is_(None), readable_rows(work, entity)]
    if query.view:
        view = entity.lists.get(query.view)
        if view is None:
            hint = suggest(query.view[:60], entity.lists)
            raise NotFound.of("unknown-list", f"There is no list `{query.view[:60]}`.", hint=hint)
        if view.filter is not None:
            conditions.append(view.filter.where(work.source, work.names))
    if query.where is not None:
        conditions.append(query.where.where(work.source, work.names))
    if query.within is not None:
        conditions.append(await _within(work, entity, *query.within))
    conditions.extend(filter_condition(work, entity, each) for each in query.filters)
    searched = search_condition(work, entity, query.search[:200]) if query.search.strip() else None
    if searched is not None:
        conditions.append(searched)
    return conditions


async def _within(
    work: Work, entity: EntityType, parent: str, identity: UUID, name: str
) -> ColumnElement[bool]:
    """Return the condition that rows are children of a record, which the actor must be able to read."""
    above = await get_in(work, parent, identity)
    attribute = above.entity.attributes.get(name)
    if attribute is None or attribute.target != entity.name or not above.rights.readable(name):
        raise NotFound.of("unknown-attribute", f"{above.entity.label} has no rows `{name[:60]}` here.")
    by = str(attribute.options["by"])
    column = work.source.table(entity.name).c[by]
    polymorphic = entity.attributes[by].type.name == "any"
    found: ColumnElement[bool] = column == (f"{parent}/{identity}" if polymorphic else identity)
    return found


def _keys(work: Work, entity: EntityType, query: Query) -> tuple[list[Key], tuple[tuple[str, bool], ...]]:
    view = entity.lists.get(query.view)
    rights = field_rights(entity, work.rights)
    # A view may sort by what this actor does not see: then it is not part of the order.
    shipped = tuple(pair for pair in (view.sort if view else ()) if rights.open(pair[0]))
    wanted = tuple(query.sort) or shipped or NEWEST
    keys = []
    for name, falls in wanted:
        target = _sorted_title(entity) if name == "title" and "title" not in entity.attributes else name
        if query.sort:
            find_column(work, entity, target, "sort")
        keys.append(Key(target, falls))
    keys.append(Key("id", keys[-1].falls))
    return keys, wanted


def _sorted_title(entity: EntityType) -> str:
    """Return the attribute that stands for the title in an order; raise Invalid when it is an expression."""
    text = entity.title.text.strip()
    if text not in entity.attributes:
        raise Invalid.of("not-sortable", "The title is put together and cannot be sorted by.", "title")
    return text


def _columns(work: Work, entity: EntityType, query: Query) -> tuple[str, ...]:
    """Return the columns that the actor may see; those of a view that are hidden from him are left out."""
    view, rights = entity.lists.get(query.view), field_rights(entity, work.rights)
    wanted: Iterable[str] = query.columns or (view.columns if view else ()) or ("title",)
    columns = []
    for name in wanted:
        head = name.partition(".")[0]
        known = head in entity.attributes and rights.readable(head)
        if known or name == "title":
            columns.append(name)
        elif query.columns:
            raise Invalid.of(
                "unknown-attribute", f"{entity.label} has no attribute `{head[:60]}`.", head[:60]
            )
    return tuple(dict.fromkeys(columns))


async def _count(
    work: Work, table: Table, condition: list[ColumnElement[bool]], manner: str
) -> tuple[int | None, bool]:
    if manner == "exact":
        count = await work.session.fetchval(select(func.count()).select_from(table).where(*condition))
        return int(count), False
    if manner == "capped":
        some = select(table.c.id).where(*condition).limit(CAP + 1).subquery()
        count = int(await work.session.fetchval(select(func.count()).select_from(some)))
        return min(count, CAP), count > CAP
    return None, False
