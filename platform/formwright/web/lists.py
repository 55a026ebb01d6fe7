"""Fetches what a list shows: rows of a table, cards of a board, cards on the days of a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from formwright.metadata.model import EntityType, ListView
from formwright.problems import Problem
from formwright.services.filters import Filter
from formwright.services.queries import Page, Query, count_records, list_records
from formwright.web.asked import Asked
from formwright.web.calendars import CalendarCard, build_calendar, month_of, month_range
from formwright.web.cells import Column, Shower, label_of
from formwright.web.list_filters import filter_states, filters_asked
from formwright.web.listing import (
    BoardColumn,
    Line,
    ListPage,
    count_text,
    extra_columns,
    headings,
    lines,
)
from formwright.web.visit import Visit

__all__ = ["Scene", "badges", "show_nothing", "show_view"]

PER_PAGE = 50
PER_COLUMN = 20
PER_MONTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A view of an entity type as it was asked for; *base* is the page without its records."""

    visit: Visit
    entity: EntityType
    view: ListView
    asked: Asked
    base: ListPage

    @property
    def shower(self) -> Shower:
        """What turns values into cells here."""
        return Shower(self.visit)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the view that the actor may see."""
        return self.shower.columns(self.entity, self.view.columns)

    def query(self, columns: Sequence[Column]) -> Query:
        """Return what finds the records of the view, with filters, search and order as asked."""
        names = tuple(column.name for column in columns)
        return Query(
            entity=self.entity.name,
            actor=self.visit.who,
            view=self.view.name,
            columns=tuple(dict.fromkeys((*names, *extra_columns(columns)))) or ("title",),
            filters=filters_asked(self.entity, self.asked, self.visit.locale),
            search=self.asked.q,
            sort=self.asked.orders,
            limit=PER_PAGE,
        )


async def badges(visit: Visit, entity: EntityType) -> dict[str, str]:
    """Return the counts of the lists that ask for one, as texts."""
    found = {}
    for view in entity.lists.values():
        if view.badge:
            query = Query(entity=entity.name, actor=visit.who, view=view.name)
            count, capped = await count_records(visit.work.runtime, query)
            found[view.name] = count_text(count, capped=capped)
    return found


async def show_nothing(scene: Scene, problems: tuple[Problem, ...] = ()) -> ListPage:
    """Return the page of a list that cannot be shown as asked, with its filters to set right."""
    return replace(
        scene.base,
        appearance="table",
        filters=await filter_states(scene.visit, scene.entity, scene.asked, scene.columns),
        problems=(*scene.base.problems, *problems),
        clear_href=Asked(scene.entity.name, scene.view.name).href(),
        narrowed=True,
    )


async def show_view(scene: Scene, *, with_filters: bool) -> ListPage:
    """Return the page with its records. Raises Invalid for what cannot be filtered, sorted or paged so."""
    show = {"board": _board, "calendar": _calendar}.get(scene.view.appearance, _table)
    page = await show(scene)
    if with_filters:
        filters = await filter_states(scene.visit, scene.entity, scene.asked, scene.columns)
        page = replace(page, filters=filters)
    return page


async def _table(scene: Scene) -> ListPage:
    asked, columns = scene.asked, scene.columns
    query = replace(
        scene.query(columns),
        cursor=asked.cursor or asked.before,
        backward=bool(asked.before) and not asked.cursor,
        count="capped",
    )
    page = await list_records(scene.visit.work.runtime, query)
    return replace(
        scene.base,
        columns=headings(scene.visit, scene.entity, columns, asked, page.sort),
        rows=lines(scene.shower, page, columns),
        count=_records(scene.visit, page),
        first_href=asked.href() if page.previous else "",
        previous_href=asked.href(before=page.previous) if page.previous else "",
        next_href=asked.href(cursor=page.next) if page.next else "",
    )


def _records(visit: Visit, page: Page) -> str:
    one = page.count == 1 and not page.capped
    count = count_text(page.count, capped=page.capped)
    return visit.translate("1 record" if one else "{count} records", count=count)


async def _board(scene: Scene) -> ListPage:
    entity, by = scene.entity, scene.entity.attributes[scene.view.by]
    abstract = {n for n, t in entity.types.items() if t.abstract} if by.name == "type" else set()
    wanted = scene.asked.filters.get(by.name)
    columns = tuple(column for column in scene.columns if column.name != by.name)
    query = replace(scene.query(columns), limit=PER_COLUMN, count="capped")
    board = []
    for value in by.type.choices(by.options):
        if value in abstract or wanted not in (None, value):
            continue
        here = replace(query, filters=(*query.filters, Filter(by.name, "is", (value,))))
        page = await list_records(scene.visit.work.runtime, here)
        label, color = label_of(entity, by, value, scene.visit.locale)
        count = count_text(page.count, capped=page.capped)
        more = _as_table(scene, by.name, value) if page.next else ""
        board.append(
            BoardColumn(label, color or "secondary", count, lines(scene.shower, page, columns), more)
        )
    return replace(scene.base, board=tuple(board))


def _as_table(scene: Scene, name: str, value: str) -> str:
    """Return the address of a table of all records, narrowed to one value; empty without such a list."""
    views = scene.entity.lists.values()
    tables = [view.name for view in views if view.appearance == "table" and view.filter is None]
    filters = {**scene.asked.filters, name: value}
    return scene.asked.href(list=tables[0], filters=filters) if tables else ""


async def _calendar(scene: Scene) -> ListPage:
    zone, columns, by = ZoneInfo(scene.visit.who.zone), scene.columns, scene.view.by
    runtime, locale = scene.visit.work.runtime, scene.visit.locale
    today = runtime.clock().astimezone(zone).date()
    first = month_of(scene.asked.month, today)
    start, end = month_range(first, locale)
    moments = scene.entity.attributes[by].type.kind == "datetime"
    values = _between(start, end, zone) if moments else (start.isoformat(), (end - timedelta(1)).isoformat())
    query = scene.query(columns)
    page = await list_records(
        runtime,
        replace(
            query,
            columns=tuple(dict.fromkeys((*query.columns, by))),
            filters=(*query.filters, Filter(by, "between", values)),
            sort=((by, False),),
            limit=PER_MONTH,
        ),
    )
    cards: dict[date, list[CalendarCard]] = {}
    for row, line in zip(page.rows, lines(scene.shower, page, columns), strict=True):
        day, card = _card(row.values[by], line, zone)
        cards.setdefault(day, []).append(card)
    grid = build_calendar(first, today, cards, locale, lambda month: scene.asked.href(month=month))
    note = scene.visit.translate("There are more records than a month can show: narrow the list.")
    return replace(scene.base, calendar=grid, count=note if page.next else "")


def _between(start: date, end: date, zone: ZoneInfo) -> tuple[str, str]:
    """Return the first moment of *start* and the last of the day before *end*, where the actor is."""
    opening = datetime(start.year, start.month, start.day, tzinfo=zone)
    closing = datetime(end.year, end.month, end.day, tzinfo=zone) - timedelta(milliseconds=1)
    return opening.isoformat(), closing.isoformat()


def _card(value: date | datetime, line: Line, zone: ZoneInfo) -> tuple[date, CalendarCard]:
    color = next((cell.color for cell in line.cells if cell.color), "")
    if isinstance(value, datetime):
        there = value.astimezone(zone)
        return there.date(), CalendarCard(line.title, line.href, f"{there:%H:%M}", color)
    return value, CalendarCard(line.title, line.href, "", color)
