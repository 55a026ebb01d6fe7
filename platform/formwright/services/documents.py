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
    Integer,
    Label,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from formwright.access import Actor, field_rights, may
from formwright.attributes import AttributeType
from formwright.attributes.types.money import Money
from formwright.metadata.model import Attribute, EntityType
from formwright.services.loading import enrich
from formwright.services.needs import needs_of
from formwright.services.reading import readable_rows, seen
from formwright.services.rights import follows_parent, missing
from formwright.services.runtime import Runtime
from formwright.services.sql_forms import RowJson
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

    *columns* are to be selected. *later* are attributes that only Python can write as JSON:
    masked and sparse ones, computed ones without a column, those of plugins.
    """

    entity: EntityType
    names: tuple[str, ...]
    columns: tuple[ColumnElement[Any], ...]
    later: tuple[Attribute, ...]

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
    rights = field_rights(entity, work.rights)
    always = ("id", "type") if entity.types and rights.readable("type") else ("id",)
    chosen = tuple(dict.fromkeys((*always, *names))) if names is not None else None

    def make() -> Shape:
        return _shape(work, entity, chosen or shown_attributes(entity, work.rights))

    found: Shape = remembering(("shape", work.source, entity.name, chosen, rights), make)
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
    return Shape(entity, names, (*columns.values(), _body(entity, table, forms).label(BODY)), tuple(later))


def _body(entity: EntityType, table: Any, forms: Mapping[str, Label[Any]]) -> ColumnElement[Any]:
    """Return the object; a record has only the attributes of its sub-type."""
    apart = {name for name in forms if entity.attributes[name].types}
    if not apart:
        return RowJson(*forms.values())
    common = [form for name, form in forms.items() if name not in apart]
    whens = []
    for name, kind in entity.types.items():
        if not kind.abstract:
            own = [form for n, form in forms.items() if entity.attributes[n].belongs_to(name)]
            whens.append((table.c.type == name, RowJson(*own)))
    return case(*whens, else_=RowJson(*common))


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
        return cast(func.round(column, kind.digits(attribute.options)), Text())
    if kind.name == "any":
        parts = ("entity", func.split_part(column, "/", 1), "id", func.split_part(column, "/", 2))
        return case((column.is_(None), null()), else_=func.json_build_object(*parts))
    return None


def always_readable(work: Work, entity: EntityType) -> bool:
    """Return whether the actor may read every record, so that no query depends on who he is."""
    return work.rights.system or (may(entity, "read", work.rights).allowed and not follows_parent(entity))


def _by_id(work: Work, shape: Shape) -> Select[Any]:
    table = work.source.table(shape.entity.name)
    wanted = table.c.id == bindparam("record_id", type_=Uuid())
    living = table.c.deleted_at.is_(None)
    return select(*shape.columns).where(wanted, living, readable_rows(work, shape.entity))


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
