"""Records as JSON: PostgreSQL builds the object, and what it cannot build is added behind it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from formwright.access import Actor, field_rights, may
from formwright.attributes import AttributeType
from formwright.attributes.types.money import Money
from formwright.expressions.sql.literals import quoted
from formwright.metadata.model import Attribute, EntityType
from formwright.services.loading import enrich
from formwright.services.needs import needs_of
from formwright.services.reading import readable_rows, seen
from formwright.services.rights import follows_parent, missing
from formwright.services.runtime import Runtime
from formwright.services.values import canonical, dumped, fields_of, row_values
from formwright.services.work import Work, open_work

__all__ = [
    "BODY",
    "Document",
    "Shape",
    "always_readable",
    "get_document",
    "remembering",
    "shape_of",
    "shown_attributes",
]

BODY = "$body"
"""The label of the column with the JSON object."""

AS_IT_IS = frozenset({"date", "datetime", "time", "reference", "references", "user", "file", "image", "id"})
"""Types whose JSON form is what PostgreSQL makes of the column."""

KEPT = 1000


@dataclass(frozen=True, slots=True)
class Document:
    """One record as JSON, and its version."""

    body: bytes
    version: int


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Which attributes of an entity type are shown, and how they come out of the database.

    *columns* are to be selected from *source*. *later* are attributes that only Python can write as JSON:
    masked and sparse ones, computed ones without a column, those of plugins.
    """

    entity: EntityType
    names: tuple[str, ...]
    source: FromClause
    columns: tuple[ColumnElement[Any], ...]
    later: tuple[Attribute, ...]

    def select(self, *more: ColumnElement[Any]) -> Select[Any]:
        """Return the query of all rows, with *more* columns."""
        columns = {column.name: column for column in (*self.columns, *more)}
        return select(*columns.values()).select_from(self.source)

    async def bodies(self, work: Work, rows: Sequence[Mapping[str, Any]]) -> list[bytes]:
        """Return the JSON object of each row."""
        if not self.later or not rows:
            return [row[BODY] for row in rows]
        entity, rights = self.entity, field_rights(self.entity, work.rights)
        records = [(v, fields_of(entity, v)) for v in (row_values(work.source, entity, row) for row in rows)]
        computed = [a for a in self.later if not a.stored and a.computed is not None]
        needs = needs_of([a.computed for a in computed if a.computed is not None]).record
        await enrich(work, entity, records, {**needs, **{a.name: {} for a in computed}})
        bodies = []
        for row, (values, fields) in zip(rows, records, strict=True):
            more = bytearray(row[BODY][:-1])
            for attribute in self.later:
                if attribute.belongs_to(values.get("type")):
                    value = values.get(attribute.name)
                    if not attribute.stored:
                        value = canonical(attribute, fields.get(attribute.name), values)
                    is_open = rights.open(attribute.name)
                    shown = (
                        dumped(attribute, value, values)
                        if is_open
                        else seen(rights, attribute, value, values)
                    )
                    more += b',"%s":%s' % (attribute.name.encode(), msgspec.json.encode(shown))
            bodies.append(bytes(more) + b"}")
        return bodies


_remembered: OrderedDict[Any, Any] = OrderedDict()


def remembering(key: Any, make: Any) -> Any:
    """Return what *make* gave for *key*, made once and kept among the last thousand."""
    found = _remembered.get(key)
    if found is None:
        found = _remembered[key] = make()
        if len(_remembered) > KEPT:
            _remembered.popitem(last=False)
    else:
        _remembered.move_to_end(key)
    return found


def shown_attributes(entity: EntityType, actor: Actor) -> tuple[str, ...]:
    """Return the attributes that a document has when none are asked for by name."""
    rights = field_rights(entity, actor)
    without = {"deleted_at"}
    without |= {"type"} if not entity.types else set()
    without |= {"state"} if entity.lifecycle is None else set()
    without |= {"number"} if entity.number is None else set()
    return tuple(
        name
        for name, attribute in entity.attributes.items()
        if name not in without and attribute.type.stored and rights.readable(name)
    )


def shape_of(work: Work, entity: EntityType, names: Iterable[str] | None = None) -> Shape:
    """Return the shape of documents with *names*, which the actor may read; always with id and sub-type."""
    who = work.rights
    chosen = None if names is None else tuple(names)

    def make() -> Shape:
        if chosen is None:
            return _shape(work, entity, shown_attributes(entity, who))
        kind = ("type",) if entity.types and field_rights(entity, who).readable("type") else ()
        return _shape(work, entity, tuple(dict.fromkeys(("id", *kind, *chosen))))

    key = ("shape", work.source, entity.name, chosen, who.roles, who.all, who.system)
    found: Shape = remembering(key, make)
    return found


def _shape(work: Work, entity: EntityType, names: tuple[str, ...]) -> Shape:
    rights, table = field_rights(entity, work.rights), work.source.table(entity.name)
    forms: dict[str, Label[Any]] = {}
    later = []
    for name in names:
        attribute = entity.attributes[name]
        found = json_form(attribute, table.c[name]) if name in table.c and rights.open(name) else None
        if found is None:
            later.append(attribute)
        else:
            forms[name] = found.label(name)
    columns: dict[str, ColumnElement[Any]] = {"id": table.c.id, "version": table.c.version}
    if later:
        columns.update({column.name: column for column in table.c})
    body, source = _body(entity, table, forms)
    return Shape(entity, names, source, (*columns.values(), body.label(BODY)), tuple(later))


def _body(
    entity: EntityType, table: Table, forms: Mapping[str, Label[Any]]
) -> tuple[ColumnElement[Any], FromClause]:
    """Return the object, and where it comes from; a record has only the attributes of its sub-type.

    The planner pulls each lateral row up into the row itself: it costs no join, and only the object
    that is asked for is built. Constants are written out: a statement with parameters would be planned
    anew each time, which costs more than these reads.
    """
    source: FromClause = table

    def made(name: str, chosen: Iterable[str]) -> ColumnElement[Any]:
        nonlocal source
        row = select(*(forms[each] for each in chosen)).correlate(table).lateral(f"fw_{name}")
        source = source.join(row, true())
        return func.row_to_json(row.table_valued())

    if not any(entity.attributes[name].types for name in forms):
        return made("row", forms), source
    kinds = [name for name, kind in entity.types.items() if not kind.abstract]
    whens = [
        (
            table.c.type == literal_column(quoted(kind), Text()),
            made(kind, (n for n in forms if entity.attributes[n].belongs_to(kind))),
        )
        for kind in kinds
    ]
    others = made("row", (n for n in forms if not entity.attributes[n].types))
    return case(*whens, else_=others), source


def json_form(attribute: Attribute, column: ColumnElement[Any]) -> ColumnElement[Any] | None:
    """Return *column* so that `row_to_json` writes the attribute's JSON form; None when only Python can."""
    kind = attribute.type
    if type(kind).dump is AttributeType.dump:
        return column if isinstance(column.type, (Text, Boolean, Integer, ARRAY, JSONB)) else None
    if not type(kind).__module__.startswith("formwright."):
        return None
    if kind.name in AS_IT_IS:
        return column
    if kind.name in ("decimal", "percent"):
        return cast(func.trim_scale(column), Text())
    if isinstance(kind, Money) and kind.currency(attribute.options):
        return cast(func.round(column, literal_column(str(kind.digits(attribute.options)))), Text())
    if kind.name == "any":
        parts = ("entity", func.split_part(column, "/", 1), "id", func.split_part(column, "/", 2))
        return case((column.is_(None), null()), else_=func.json_build_object(*parts))
    return None


def always_readable(work: Work, entity: EntityType) -> bool:
    """Return whether the actor may read every record, so that no query depends on who he is."""
    rights = work.rights
    if rights.system:
        return True
    who = ("always", work.source, entity.name, rights.roles, rights.all, rights.within)
    found: bool = remembering(who, lambda: _readable_by(work, entity))
    return found


def _readable_by(work: Work, entity: EntityType) -> bool:
    return may(entity, "read", work.rights).allowed and not follows_parent(entity)


def _by_id(work: Work, shape: Shape) -> Select[Any]:
    table = work.source.table(shape.entity.name)
    wanted = table.c.id == bindparam("record_id", type_=Uuid())
    living = table.c.deleted_at.is_(None)
    return shape.select().where(wanted, living, readable_rows(work, shape.entity))


async def get_document(
    runtime: Runtime, entity: str, identity: UUID, actor: Actor, names: Iterable[str] | None = None
) -> Document:
    """Return one record as JSON; raise NotFound when there is none that the actor may read."""
    work = open_work(runtime, runtime.database, actor)
    found = work.entity(entity)
    shape = shape_of(work, found, names)
    if always_readable(work, found):
        query = remembering(("by id", shape), lambda: _by_id(work, shape))
    else:
        query = _by_id(work, shape)
    row = await work.session.fetchrow(query, record_id=identity)
    if row is None:
        raise missing(found)
    return Document((await shape.bodies(work, [row]))[0], row["version"])
