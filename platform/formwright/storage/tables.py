"""Model -> SQLAlchemy tables: one for each entity type, one column for each stored attribute.

The tables carry everything that the database is to keep: types, NOT NULL,
checks, foreign keys, unique and other indexes. `formwright.storage.planning` compares
them with what is there; services build their statements on them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import literal

from formwright.metadata.model import Attribute, EntityType, Model
from formwright.problems import Problems
from formwright.storage.checks import Check, checks_of, is_required
from formwright.storage.indexes import Wanted, indexes_of
from formwright.storage.names import fitted
from formwright.storage.shapes import SPARSE

__all__ = ["FILLFACTOR", "SPARSE", "build_tables", "sparse_attributes"]

FILLFACTOR = 85
"""Room on each page for HOT updates (measured: all of them instead of nine in ten)."""

_HIDDEN = frozenset({"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"})
_RESERVED = ("fw_", "pg_")


def build_tables(model: Model, *, rules: bool = True) -> MetaData:
    """Return the tables of *model* by name of entity type. *rules*: checks of metadata rules too.

    Each table's ``info`` holds ``was`` and each column's ``info`` its ``was``. Raises
    ProblemError for names that PostgreSQL keeps for itself.
    """
    _check_names(model)
    metadata = MetaData()
    for entity in model.entities.values():
        _build(entity, metadata)
    for entity in model.entities.values():
        table = metadata.tables[entity.name]
        _add_references(entity, table, model)
        for check in checks_of(entity, table, rules=rules):
            table.append_constraint(_constraint(check, entity.name))
        for wanted in indexes_of(entity, table):
            _add_index(wanted, table)
    return metadata


def sparse_attributes(entity: EntityType) -> dict[str, Attribute]:
    """Return the attributes that share the column of sparse ones."""
    return {n: a for n, a in entity.stored.items() if not a.system and a.sparse}


def _check_names(model: Model) -> None:
    problems = Problems()
    for entity in model.entities.values():
        if entity.name.startswith(_RESERVED):
            sentence = f"`{entity.name}` begins as names of the system do, so no entity type can have it."
            problems.add("reserved-entity-name", sentence, entity.place, "choose another name")
        sparse = {SPARSE} if sparse_attributes(entity) else set()
        for name, attribute in entity.attributes.items():
            if not attribute.system and (name in _HIDDEN | sparse or name.startswith(_RESERVED)):
                sentence = f"`{entity.name}.{name}`: PostgreSQL or Formwright keeps this name for itself."
                problems.add("reserved-attribute-name", sentence, attribute.place, "choose another name")
    problems.raise_errors()


def _build(entity: EntityType, metadata: MetaData) -> Table:
    own = [_column(attribute) for attribute in entity.stored.values() if _has_column(attribute)]
    sparse = sparse_attributes(entity)
    if sparse:
        column = Column(SPARSE, JSONB, nullable=False, server_default=text("'{}'"))
        column.info["keys"] = tuple(sparse)
        own.append(column)
    key = PrimaryKeyConstraint("id", name=fitted(f"{entity.name}_pk"))
    table = Table(entity.name, metadata, *_system(entity), *own, key)
    table.info.update(was=entity.was, fillfactor=FILLFACTOR)
    table.dialect_options["postgresql"]["with"] = {"fillfactor": FILLFACTOR}
    return table


def _has_column(attribute: Attribute) -> bool:
    return not attribute.system and attribute.type.stored and not attribute.sparse


def _system(entity: EntityType) -> list[Column[Any]]:
    def moment(name: str, *, required: bool) -> Column[Any]:
        default = func.now() if required else None
        return Column(name, DateTime(timezone=True), nullable=not required, server_default=default)

    owner = entity.attributes.get("owner")
    return [
        Column("id", Uuid, nullable=False),
        Column("number", Text),
        _named("type", _default_type(entity), required=bool(entity.types)),
        _named(
            "state", entity.lifecycle.initial if entity.lifecycle else "", required=bool(entity.lifecycle)
        ),
        Column("version", Integer, nullable=False, server_default=text("1")),
        Column("owner", Uuid, nullable=not (owner and is_required(owner))),
        moment("created_at", required=True),
        Column("created_by", Uuid),
        moment("updated_at", required=True),
        Column("updated_by", Uuid),
        moment("deleted_at", required=False),
        Column("external_refs", JSONB, nullable=False, server_default=text("'{}'")),
        Column("release", Integer),
    ]


def _named(name: str, first: str, *, required: bool) -> Column[Any]:
    """Return the column of `type` or `state`; rows from a time without them get *first*."""
    column: Column[Any] = Column(name, Text, nullable=not required)
    if required and first:
        column.info["fill"] = literal(first, Text())
    return column


def _default_type(entity: EntityType) -> str:
    attribute = entity.attributes.get("type")
    value = attribute.default.literal if attribute and attribute.default else None
    return value if isinstance(value, str) else ""


def _column(attribute: Attribute) -> Column[Any]:
    """Return the column. Only a required one carries its default: else a cleared value would return."""
    required = is_required(attribute) and not attribute.types
    type_ = attribute.type.column(attribute.options)
    value = attribute.default.literal if required and attribute.default else None
    default = None if value is None else literal(value, type_)
    column: Column[Any] = Column(attribute.name, type_, nullable=not required, server_default=default)
    column.info.update(was=attribute.was, fill=default, many=attribute.type.name == "any")
    return column


def _add_references(entity: EntityType, table: Table, model: Model) -> None:
    for attribute in entity.stored.values():
        refers = attribute.type.kind == "record" and attribute.target in model.entities
        if attribute.name in table.c and not attribute.system and refers:
            name = fitted(f"{entity.name}_{attribute.name}_fk")
            target = f"{attribute.target}.id"
            table.append_constraint(ForeignKeyConstraint([attribute.name], [target], name=name))


def _constraint(check: Check, table: str) -> CheckConstraint:
    name = fitted(f"{table}_{check.subject}_{check.aspect}_ck")
    constraint = CheckConstraint(check.condition, name=name)
    constraint.info["rule"] = check.rule
    return constraint


def _add_index(wanted: Wanted, table: Table) -> None:
    end = "uq" if wanted.unique else "ix"
    columns = [table.c[name].desc() if falls else table.c[name] for name, falls in wanted.columns]
    Index(
        fitted(f"{table.name}_{wanted.subject}_{end}"),
        *columns,
        unique=wanted.unique,
        postgresql_using=wanted.method,
        postgresql_where=wanted.where,
    )
