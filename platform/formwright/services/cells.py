"""The cells of a list: values as the actor may see them, through one reference where a column asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import any_, bindparam, select
from sqlalchemy.types import ARRAY, Uuid

from formwright.access import field_rights, row_condition
from formwright.metadata.model import EntityType
from formwright.services.loading import enrich
from formwright.services.needs import Needs, needs_of
from formwright.services.reading import seen
from formwright.services.titles import Titles, ids_in, title_of, titles_of
from formwright.services.values import canonical, fields_of, row_values
from formwright.services.work import Work

__all__ = ["fill_cells", "needs_of_columns"]

IDS = bindparam("ids", type_=ARRAY(Uuid()))
Values = Mapping[str, Any]


def needs_of_columns(entity: EntityType, columns: Sequence[str]) -> Needs:
    """Return what has to be loaded of each row: the columns, the title, what computed columns read."""
    computed = [
        entity.attributes[name].computed
        for name in columns
        if name in entity.attributes and not entity.attributes[name].stored
    ]
    needs = needs_of([entity.title, *(each for each in computed if each is not None)]).record
    for name in columns:
        needs.setdefault(name.partition(".")[0], {})
    return needs


async def fill_cells(
    work: Work, entity: EntityType, columns: Sequence[str], rows: Sequence[dict[str, Any]], needs: Needs
) -> tuple[list[dict[str, Any]], Titles]:
    """Return the cells of each row by column (and always ``title``), and titles of what they point at."""
    rights = field_rights(entity, work.rights)
    records = [(values, fields_of(entity, values)) for values in rows]
    # Columns alone need no more than the row itself; what is read through references, the title and
    # computed columns ask for.
    await enrich(
        work, entity, records, {n: below for n, below in needs.items() if _is_deep(entity, n, below)}
    )
    through = {name for name in columns if "." in name}
    far = {name: await _far(work, entity, name, rows) for name in through}
    cells: list[dict[str, Any]] = []
    for values, fields in records:
        shown = {n: v for n, v in fields.items() if rights.open(n)}
        cell: dict[str, Any] = {"title": title_of(work, entity, shown)}
        for name in columns:
            if name in through:
                cell[name] = far[name].get(values.get(name.partition(".")[0]))
            elif name in entity.attributes:
                cell[name] = _cell(work, entity, name, values, fields)
        cells.append(cell)
    wanted = [
        pair
        for values in rows
        for name in columns
        if name in entity.attributes and rights.open(name)
        for pair in ids_in(entity.attributes[name], values.get(name))
    ]
    wanted += [pair for name in through for pair in _far_links(work, entity, name, far[name].values())]
    return cells, await titles_of(work, wanted)


def _far_links(
    work: Work, entity: EntityType, column: str, values: Iterable[Any]
) -> Iterator[tuple[str, UUID]]:
    """Yield what references point at that lie behind a reference."""
    head, _, name = column.partition(".")
    target = work.model.entities[entity.attributes[head].target]
    if name in target.attributes and field_rights(target, work.rights).open(name):
        for value in values:
            yield from ids_in(target.attributes[name], value)


def _is_deep(entity: EntityType, name: str, below: Needs) -> bool:
    attribute = entity.attributes.get(name)
    return attribute is not None and (bool(below) or not attribute.stored)


def _cell(work: Work, entity: EntityType, name: str, values: Values, fields: Values) -> Any:
    attribute, rights = entity.attributes[name], field_rights(entity, work.rights)
    if not attribute.type.stored:
        return len(fields.get(name, ()))
    value = values.get(name) if attribute.stored else canonical(attribute, fields.get(name), values)
    return seen(rights, attribute, value, values)


async def _far(work: Work, entity: EntityType, column: str, rows: Sequence[Values]) -> dict[UUID | None, Any]:
    """Return the values of ``reference.attribute`` by the id that the reference holds.

    The rights to the other entity type hold: rows that the actor may not read
    and attributes that are hidden give nothing, masked ones a mask.
    """
    head, _, name = column.partition(".")
    attribute = entity.attributes[head]
    target = work.model.entities.get(attribute.target)
    ids = {row[head] for row in rows if isinstance(row.get(head), UUID)}
    if target is None or not ids:
        return {}
    rights, table = field_rights(target, work.rights), work.source.table(target.name)
    if name == "title":
        titles = await titles_of(work, ((target.name, each) for each in ids))
        return {UUID(identity): title for (_, identity), title in titles.items()}
    if name not in table.c or not rights.readable(name):
        return {}
    readable = row_condition(target, "read", work.rights, work.source, work.names)
    query = select(table.c.id, table.c[name]).where(table.c.id == any_(IDS), readable)
    found = [row_values(work.source, target, row) for row in await work.session.fetch(query, ids=list(ids))]
    return {v["id"]: seen(rights, target.attributes[name], v.get(name), v) for v in found}
