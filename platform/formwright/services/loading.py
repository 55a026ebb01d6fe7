"""Fetches records for expressions: as deep as they look, one query for each entity type and level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Text, Uuid, any_, bindparam, select

from formwright.metadata.model import Attribute, EntityType
from formwright.services.needs import Needs, needs_of
from formwright.services.values import context_value, fields_of, row_values
from formwright.services.work import Work
from formwright.storage.source import USER
from formwright.storage.tables import SPARSE

__all__ = ["Record", "enrich", "fetch_children", "fetch_records"]

Record = tuple[Mapping[str, Any], dict[str, Any]]
"""Canonical values of a record, and its context form, which is what gets enriched."""

USER_FIELDS = ("id", "login", "name", "email", "roles", "teams", "locale")


async def enrich(work: Work, entity: EntityType, records: Sequence[Record], needs: Needs) -> None:
    """Put what *needs* names below references and children into the context forms of *records*."""
    if not records:
        return
    wanted: dict[str, tuple[set[UUID], Needs]] = {}
    links = [(entity.attributes[n], below) for n, below in needs.items() if n in entity.attributes]
    for attribute, below in links:
        if attribute.type.stored and below:
            for target, ids in _targets(work, attribute, records).items():
                known, tree = wanted.setdefault(target, (set(), {}))
                known.update(ids)
                tree.update(below)
    found = {target: await fetch_records(work, target, ids, tree) for target, (ids, tree) in wanted.items()}
    for attribute, below in links:
        if attribute.type.stored and below:
            _place(attribute, records, found, work)
        elif not attribute.type.stored and attribute.target:
            await _place_children(work, entity, attribute, records, below)
    _compute_unstored(work, entity, records, needs)


def _targets(work: Work, attribute: Attribute, records: Iterable[Record]) -> dict[str, set[UUID]]:
    """Return the ids that an attribute points at, by entity type."""
    found: dict[str, set[UUID]] = {}
    for values, _ in records:
        for target, identity in _links(work, attribute, values.get(attribute.name)):
            found.setdefault(target, set()).add(identity)
    return found


def _links(work: Work, attribute: Attribute, value: Any) -> list[tuple[str, UUID]]:
    if value is None:
        return []
    if attribute.type.name == "any":
        target, _, identity = value.partition("/")
        return [(target, UUID(identity))] if target in work.model.entities else []
    target = USER if attribute.type.name == "user" else attribute.target
    if not target:
        return []
    return [(target, each) for each in (value if isinstance(value, list) else [value])]


def _place(
    attribute: Attribute,
    records: Iterable[Record],
    found: Mapping[str, Mapping[UUID, dict[str, Any]]],
    work: Work,
) -> None:
    for values, fields in records:
        links = _links(work, attribute, values.get(attribute.name))
        shown = [found.get(target, {}).get(identity) or {"id": str(identity)} for target, identity in links]
        if attribute.type.name == "any":
            shown = [{**each, "entity": target} for each, (target, _) in zip(shown, links, strict=True)]
        if isinstance(values.get(attribute.name), list):
            fields[attribute.name] = shown
        elif shown:
            fields[attribute.name] = shown[0]


async def fetch_records(
    work: Work, target: str, ids: Iterable[UUID], needs: Needs
) -> dict[UUID, dict[str, Any]]:
    """Return the context forms of records by id, with as much as *needs* names."""
    wanted = list(ids)
    if not wanted:
        return {}
    if target == USER:
        rows = await work.session.fetch(_by_ids(work.source.table(USER), USER_FIELDS), ids=wanted)
        return {row["id"]: _user_fields(row) for row in rows}
    entity = work.model.entities[target]
    rows = await work.session.fetch(
        _by_ids(work.source.table(target), _columns(work, entity, needs)), ids=wanted
    )
    return {values["id"]: fields for values, fields in await _records(work, entity, rows, needs)}


def _user_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(row[name]) if name == "id" else row[name] for name in USER_FIELDS if row[name] is not None
    }


async def fetch_children(
    work: Work, attribute: Attribute, parent: EntityType, ids: Iterable[UUID], needs: Needs
) -> dict[UUID, list[dict[str, Any]]]:
    """Return the context forms of the living children of each parent, oldest first."""
    entity, by = work.model.entities[attribute.target], str(attribute.options["by"])
    table = work.source.table(entity.name)
    columns = _columns(work, entity, {**needs, by: {}})
    keys: list[Any] = list(ids)
    if entity.attributes[by].type.name == "any":
        keys = [f"{parent.name}/{identity}" for identity in keys]
    rows = await work.session.fetch(_by_parent(table, by, columns), keys=keys)
    found: dict[UUID, list[dict[str, Any]]] = {}
    for values, fields in await _records(work, entity, rows, needs):
        owner = values[by]
        found.setdefault(UUID(owner.partition("/")[2]) if isinstance(owner, str) else owner, []).append(
            fields
        )
    return found


async def _place_children(
    work: Work, entity: EntityType, attribute: Attribute, records: Sequence[Record], below: Needs
) -> None:
    ids = [values["id"] for values, _ in records]
    found = await fetch_children(work, attribute, entity, ids, below)
    for values, fields in records:
        fields[attribute.name] = found.get(values["id"], [])


async def _records(work: Work, entity: EntityType, rows: Iterable[Any], needs: Needs) -> list[Record]:
    records: list[Record] = []
    for row in rows:
        values = row_values(work.source, entity, row)
        records.append((values, fields_of(entity, values)))
    await enrich(work, entity, records, needs)
    return records


def _compute_unstored(work: Work, entity: EntityType, records: Iterable[Record], needs: Needs) -> None:
    """Give computed values that have no column their value, where they are read."""
    for name in entity.order:
        attribute = entity.attributes[name]
        if attribute.stored or attribute.computed is None or name not in needs:
            continue
        for _, fields in records:
            value = attribute.computed.value({**fields, **work.names, "record": fields})
            if value is not None:
                fields[name] = context_value(attribute, value)


def _columns(work: Work, entity: EntityType, needs: Needs) -> tuple[str, ...]:
    """Return the columns to select for *needs*; values without a column bring what they read."""
    names = {"id", *needs, *_bring(entity, needs)}
    table = work.source.table(entity.name)
    if any(name in work.source.sparse(entity.name) for name in names):
        names.add(SPARSE)
    return tuple(sorted(name for name in names if name in table.c))


def _bring(entity: EntityType, needs: Needs) -> set[str]:
    """Add to *needs* what computed values without a column read, and return those names."""
    brought: set[str] = set()
    for name in reversed(entity.order):
        attribute = entity.attributes[name]
        if name in needs and not attribute.stored and attribute.computed is not None:
            for other, below in needs_of([attribute.computed]).record.items():
                needs.setdefault(other, {}).update(below)
                brought.add(other)
    return brought


@lru_cache(maxsize=2048)
def _by_ids(table: Table, columns: tuple[str, ...]) -> Select[Any]:
    ids = bindparam("ids", type_=ARRAY(Uuid()))
    return select(*(table.c[name] for name in columns)).where(table.c.id == any_(ids))


@lru_cache(maxsize=2048)
def _by_parent(table: Table, by: str, columns: tuple[str, ...]) -> Select[Any]:
    keys = bindparam("keys", type_=ARRAY(Text() if isinstance(table.c[by].type, Text) else Uuid()))
    chosen = select(*(table.c[name] for name in columns))
    return chosen.where(table.c[by] == any_(keys), table.c.deleted_at.is_(None)).order_by(table.c.id)
