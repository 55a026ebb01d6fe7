"""Puts other records into documents where they are pointed at: one query for each level and entity type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, select

from formwright.access import field_rights
from formwright.metadata.model import Attribute, EntityType
from formwright.problems import suggest
from formwright.services.documents import shape_of, shown_attributes
from formwright.services.reading import readable_rows
from formwright.services.refusals import Invalid
from formwright.services.work import Work
from formwright.storage.source import USER

__all__ = ["NOTHING", "Shown", "Tree", "check_shown", "expand", "names_of"]

DEEPEST = 4
MOST_ROWS = 10_000
IDS = bindparam("ids", type_=ARRAY(Uuid()))

Tree = Mapping[str, "Tree"]
Body = dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Shown:
    """What documents show.

    *fields* are attributes by name, with those of expanded records below;
    empty: all. *expand* are the references and children that show their
    records instead of ids.
    """

    fields: Tree = field(default_factory=dict)
    expand: Tree = field(default_factory=dict)

    def below(self, name: str) -> Shown:
        """Return what is shown of the records at *name*."""
        return Shown(self.fields.get(name, {}), self.expand.get(name, {}))


NOTHING = Shown()


def check_shown(work: Work, entity: EntityType, shown: Shown, depth: int = 1) -> None:
    """Raise Invalid for names that are none, or none that can be shown so."""
    for name in shown.expand:
        attribute = _known(work, entity, name, "expand")
        target = _target(work, attribute)
        if not target and attribute.type.name not in ("any", "user"):
            raise Invalid.of("not-expandable", f"{attribute.label} points at no record.", "expand")
        if depth > DEEPEST:
            raise Invalid.of("too-deep-expand", f"Records expand {DEEPEST} levels at most.", "expand")
        below = shown.below(name)
        if target:
            check_shown(work, work.model.entities[target], below, depth + 1)
        elif below.expand or below.fields:
            raise Invalid.of("not-expandable", f"Nothing can be chosen below {attribute.label}.", "expand")
    for name, below_fields in shown.fields.items():
        attribute = _known(work, entity, name, "fields")
        if name not in shown.expand and (below_fields or not attribute.type.stored):
            hint = f"add it to `expand`: expand={name}"
            raise Invalid.of("not-expanded", f"{attribute.label} is not expanded.", "fields", hint)


def _known(work: Work, entity: EntityType, name: str, use: str) -> Attribute:
    attribute, rights = entity.attributes.get(name), field_rights(entity, work.rights)
    if attribute is None or not rights.readable(name):
        known = [n for n in entity.attributes if rights.readable(n)]
        sentence = f"{entity.label} has no attribute `{name[:60]}`."
        raise Invalid.of("unknown-attribute", sentence, use, suggest(name[:60], known))
    if use == "expand" and not rights.open(name):
        raise Invalid.of("not-expandable", f"{attribute.label} points at no record.", use)
    return attribute


def _target(work: Work, attribute: Attribute) -> str:
    return attribute.target if attribute.target in work.model.entities else ""


def names_of(entity: EntityType, shown: Shown) -> tuple[str, ...] | None:
    """Return the attributes to read for *shown*; None for all."""
    if not shown.fields:
        return None
    wanted = dict.fromkeys([*shown.fields, *shown.expand])
    return tuple(name for name in wanted if entity.attributes[name].type.stored)


@dataclass(slots=True)
class _Group:
    """Documents of one entity type at one level, and what is wanted of them."""

    ids: set[UUID] = field(default_factory=set)
    fields: dict[str, Tree] = field(default_factory=dict)
    expand: dict[str, Tree] = field(default_factory=dict)
    everything: bool = False

    def want(self, ids: Iterable[UUID], shown: Shown) -> None:
        self.ids.update(ids)
        self.everything |= not shown.fields
        self.fields.update(shown.fields)
        self.expand.update(shown.expand)

    @property
    def shown(self) -> Shown:
        return Shown({} if self.everything else self.fields, self.expand)


async def expand(work: Work, entity: EntityType, bodies: list[bytes], shown: Shown) -> list[bytes]:
    """Return the documents with the records in them that *shown* expands.

    What the actor may not read stays an id. Two references of one level to
    one entity type share a query, and show the same of their records.
    """
    if not shown.expand or not bodies:
        return bodies
    documents = [msgspec.json.decode(body, type=Body) for body in bodies]
    await _expand(work, entity, documents, shown)
    return [msgspec.json.encode(document) for document in documents]


async def _expand(work: Work, entity: EntityType, documents: Sequence[Body], shown: Shown) -> None:
    attributes = [entity.attributes[name] for name in shown.expand]
    groups: dict[str, _Group] = {}
    for attribute in (each for each in attributes if each.type.stored):
        for document in documents:
            for target, identity in _links(attribute, document):
                groups.setdefault(target, _Group()).want([identity], shown.below(attribute.name))
    found = {target: await _fetch(work, target, group) for target, group in groups.items()}
    for attribute in attributes:
        if attribute.type.stored:
            for document in documents:
                _place(attribute, document, found)
        else:
            await _children(work, entity, attribute, documents, shown.below(attribute.name))


def _links(attribute: Attribute, document: Body) -> list[tuple[str, UUID]]:
    value = msgspec.json.decode(document.get(attribute.name, b"null"))
    if not value:
        return []
    if attribute.type.name == "any":
        return [(value["entity"], UUID(value["id"]))]
    target = USER if attribute.type.name == "user" else attribute.target
    return [(target, UUID(each)) for each in (value if isinstance(value, list) else [value])]


def _place(attribute: Attribute, document: Body, found: Mapping[str, Mapping[UUID, bytes]]) -> None:
    links = _links(attribute, document)
    shown = [found.get(target, {}).get(identity) for target, identity in links]
    if attribute.type.multiple:
        parts = [
            body or msgspec.json.encode(identity) for body, (_, identity) in zip(shown, links, strict=True)
        ]
        document[attribute.name] = msgspec.Raw(b"[" + b",".join(parts) + b"]")
    elif shown and shown[0] is not None:
        body = shown[0]
        if attribute.type.name == "any":
            body = b'{"entity":' + msgspec.json.encode(links[0][0]) + b"," + body[1:]
        document[attribute.name] = msgspec.Raw(body)


async def _fetch(work: Work, target: str, group: _Group) -> dict[UUID, bytes]:
    """Return the readable records of a group as JSON by id."""
    if target == USER:
        table = work.source.table(USER)
        query = select(table.c.id, table.c.name).where(table.c.id == any_(IDS))
        people = await work.session.fetch(query, ids=list(group.ids))
        return {row["id"]: msgspec.json.encode({"id": row["id"], "name": row["name"]}) for row in people}
    entity = work.model.entities[target]
    table = work.source.table(target)
    shape = shape_of(work, entity, names_of(entity, group.shown))
    living = table.c.deleted_at.is_(None)
    query = shape.select().where(table.c.id == any_(IDS), living, readable_rows(work, entity))
    rows = await work.session.fetch(query, ids=list(group.ids))
    bodies = await expand(work, entity, await shape.bodies(work, rows), group.shown)
    return {row["id"]: body for row, body in zip(rows, bodies, strict=True)}


async def _children(
    work: Work, parent: EntityType, attribute: Attribute, documents: Sequence[Body], shown: Shown
) -> None:
    """Put the rows of a children attribute into each document, the oldest first."""
    entity, by = work.model.entities[attribute.target], str(attribute.options["by"])
    table = work.source.table(entity.name)
    several = entity.attributes[by].type.name == "any"
    keys = [msgspec.json.decode(document["id"]) for document in documents]
    values: list[Any] = [f"{parent.name}/{key}" for key in keys] if several else [UUID(key) for key in keys]
    names = names_of(entity, shown) or shown_attributes(entity, work.rights)
    shape = shape_of(work, entity, names)
    wanted = bindparam("keys", type_=ARRAY(Text() if several else Uuid()))
    living = (table.c.deleted_at.is_(None), readable_rows(work, entity))
    query = shape.select(table.c[by]).where(table.c[by] == any_(wanted), *living)
    rows = await work.session.fetch(query.order_by(table.c.id).limit(MOST_ROWS + 1), keys=values)
    if len(rows) > MOST_ROWS:
        raise Invalid.of("too-much-expanded", f"More than {MOST_ROWS:,} rows would be shown.", "expand")
    bodies = await expand(work, entity, await shape.bodies(work, rows), shown)
    found: dict[Any, list[bytes]] = {}
    for row, body in zip(rows, bodies, strict=True):
        found.setdefault(row[by], []).append(body)
    for document, value in zip(documents, values, strict=True):
        document[attribute.name] = msgspec.Raw(b"[" + b",".join(found.get(value, ())) + b"]")
