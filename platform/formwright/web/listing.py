"""A list as values: tabs, filters, columns, rows, ways to other pages. No HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from formwright.access import field_rights, may
from formwright.metadata.model import Attribute, EntityType, ListView
from formwright.problems import Problem
from formwright.services.queries import Page, Row
from formwright.web.asked import Asked
from formwright.web.calendars import Calendar
from formwright.web.cells import Cell, Column, Shower
from formwright.web.visit import Visit

__all__ = [
    "BoardColumn",
    "Heading",
    "Line",
    "ListPage",
    "Tab",
    "count_text",
    "create_address",
    "extra_columns",
    "headings",
    "lines",
    "opening",
    "tabs",
    "view_of",
]

ICONS = {"table": "list", "board": "layout-kanban", "calendar": "calendar"}


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to look at the records; *count* is a text, empty without a badge."""

    label: str
    href: str
    here: bool
    icon: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column; *sorted* is ``ascending``, ``descending`` or empty. *sort_href* may be empty."""

    label: str
    number: bool
    sorted: str = ""
    sort_href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a list or on a board."""

    href: str
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """The records of one value, the first of them as cards; *more_href* leads to the others."""

    label: str
    color: str
    count: str
    cards: tuple[Line, ...]
    more_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """What the template of lists shows."""

    name: str
    label: str
    appearance: str
    tabs: tuple[Tab, ...]
    query: str
    sort: str
    narrowed: bool
    clear_href: str
    create_href: str
    filters: tuple[Any, ...] = ()
    columns: tuple[Heading, ...] = ()
    rows: tuple[Line, ...] = ()
    board: tuple[BoardColumn, ...] = ()
    calendar: Calendar | None = None
    count: str = ""
    first_href: str = ""
    previous_href: str = ""
    next_href: str = ""
    problems: tuple[Problem, ...] = ()


def view_of(entity: EntityType, name: str) -> ListView | None:
    """Return the view called *name*, without a name the default one; None when there is none so called."""
    if name:
        return entity.lists.get(name)
    return next((each for each in entity.lists.values() if each.default), next(iter(entity.lists.values())))


def tabs(entity: EntityType, here: str, counts: dict[str, str], locale: str) -> tuple[Tab, ...]:
    """Return a tab for each view, with the counts that there are."""
    return tuple(
        Tab(
            label=view.label.get(locale),
            href=f"/{entity.name}?list={view.name}",
            here=view.name == here,
            icon="" if view.appearance == "table" else ICONS[view.appearance],
            count=counts.get(view.name, ""),
        )
        for view in entity.lists.values()
    )


def count_text(count: int | None, *, capped: bool) -> str:
    """Return ``12``, or ``1,000+`` where counting stopped."""
    return "" if count is None else f"{count:,}+" if capped else f"{count:,}"


def extra_columns(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the attributes that hold the currencies of *columns*: amounts are shown with them."""
    names = (c.attribute.options.get("currency_of") for c in columns if c.attribute and "." not in c.name)
    return tuple(str(name) for name in names if name)


def headings(
    visit: Visit,
    entity: EntityType,
    columns: Sequence[Column],
    asked: Asked,
    order: Sequence[tuple[str, bool]],
) -> tuple[Heading, ...]:
    """Return the heads; the one that the list is sorted by first says so and turns the order around."""
    found, first = [], order[0] if order else ("", False)
    for column in columns:
        name = column.name
        here = bool(asked.sort or order) and name == first[0]
        href = (
            asked.sorted_by(name, descending=here and not first[1])
            if _sortable(visit, entity, column)
            else ""
        )
        word = "descending" if first[1] else "ascending"
        found.append(Heading(column.label, column.number, word if here else "", href))
    return tuple(found)


def _sortable(visit: Visit, entity: EntityType, column: Column) -> bool:
    if column.attribute is None:
        text = entity.title.text.strip()
        titled = entity.attributes.get(text)
        return column.name == "title" and titled is not None and _has_order(visit, entity, titled)
    return "." not in column.name and _has_order(visit, entity, column.attribute)


def _has_order(visit: Visit, entity: EntityType, attribute: Attribute) -> bool:
    stored = attribute.stored and attribute.type.stored and not attribute.sparse
    # Ids in the order of their bytes tell nobody anything.
    named = attribute.type.kind != "record" and attribute.type.name not in ("any", "references")
    visible = field_rights(entity, visit.who).open(attribute.name)
    return stored and named and attribute.type.sortable and visible


def opening(entity: EntityType, columns: Sequence[Column]) -> int:
    """Return the position of the column that leads to the record: its title, its number, or the first."""
    names = [column.name for column in columns]
    for name in ("title", entity.title.text.strip(), "number"):
        if name in names:
            return names.index(name)
    return 0


def lines(shower: Shower, page: Page, columns: Sequence[Column]) -> tuple[Line, ...]:
    """Return a line for each record of *page*."""
    opens = opening(page.entity, columns)
    return tuple(_line(shower, page, columns, row, opens) for row in page.rows)


def _line(shower: Shower, page: Page, columns: Sequence[Column], row: Row, opens: int) -> Line:
    cells = []
    for index, column in enumerate(columns):
        value = (
            row.title if column.name == "title" and column.attribute is None else row.values.get(column.name)
        )
        cell = shower.cell(column, value, row.values, page.titles)
        if index == opens:
            cell = replace(cell, text=cell.text or row.title, opens=True, href="")
        cells.append(cell)
    return Line(f"/{page.entity.name}/{row.id}", row.title, tuple(cells))


def create_address(visit: Visit, entity: EntityType) -> str:
    """Return the address of the form for a new record; empty when the actor may not create any."""
    return "" if may(entity, "create", visit.who).denied else f"/{entity.name}/new"
