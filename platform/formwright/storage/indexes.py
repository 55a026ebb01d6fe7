"""Which indexes an entity type has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ARRAY, ColumnElement, Table
from sqlalchemy.dialects.postgresql import JSONB

from formwright.metadata.model import Attribute, EntityType, UniqueKey
from formwright.storage.inline import inline_rule

__all__ = ["Wanted", "indexes_of"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An index: *columns* with True for descending ones."""

    subject: str
    columns: tuple[tuple[str, bool], ...]
    unique: bool = False
    method: str = "btree"
    where: ColumnElement[bool] | None = None


_NEWEST = (("created_at", True), ("id", True))


def indexes_of(entity: EntityType, table: Table) -> Iterator[Wanted]:
    """Yield the indexes of *table*, each once: uniques, the default order, then what lists need.

    A unique key whose condition SQL cannot say has none: services check it.
    """
    living = table.c["deleted_at"].is_(None)
    if entity.number:
        yield Wanted("number", (("number", False),), unique=True)
    yield from _uniques(entity, table, living)
    yield Wanted("new", _NEWEST)
    if entity.lifecycle:
        yield Wanted("state", (("state", False), *_NEWEST))
    sorted_by = {name for view in entity.lists.values() for name, _ in view.sort}
    for attribute in entity.attributes.values():
        if attribute.name in table.c and _is_wanted(attribute, sorted_by):
            yield _of_attribute(attribute, table)


def _uniques(entity: EntityType, table: Table, living: ColumnElement[bool]) -> Iterator[Wanted]:
    for attribute in entity.attributes.values():
        if attribute.unique and attribute.name in table.c:
            yield Wanted(attribute.name, ((attribute.name, False),), unique=True, where=living)
    for key in entity.unique:
        where = _condition(key, entity, table, living)
        if where is not None and all(name in table.c for name in key.of):
            yield Wanted(key.name, tuple((name, False) for name in key.of), unique=True, where=where)


def _condition(
    key: UniqueKey, entity: EntityType, table: Table, living: ColumnElement[bool]
) -> ColumnElement[bool] | None:
    if key.when is None:
        return living
    when = inline_rule(key.when, entity, table)
    return None if when is None else living & when


def _is_wanted(attribute: Attribute, sorted_by: Iterable[str]) -> bool:
    """Whether lists filter or sort by the attribute, or find records by it; what has an index is left out.

    Every reference is wanted, those to several entity types, too: rows are found by their parent, and what is
    removed by what points at it.
    """
    if attribute.name in {"id", "number", "state", "created_at", "sparse"}:
        return False
    refers = (attribute.type.kind == "record" and bool(attribute.target)) or attribute.type.name == "any"
    return refers or attribute.index or attribute.facet or attribute.name in sorted_by


def _of_attribute(attribute: Attribute, table: Table) -> Wanted:
    if isinstance(table.c[attribute.name].type, ARRAY | JSONB):
        return Wanted(attribute.name, ((attribute.name, False),), method="gin")
    return Wanted(attribute.name, ((attribute.name, False), ("id", False)))
