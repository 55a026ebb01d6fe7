"""Tables as declared -> shapes, spelled as PostgreSQL spells them."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, MetaData, Table
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.elements import ColumnElement, UnaryExpression
from sqlalchemy.sql.operators import desc_op
from sqlalchemy.sql.visitors import iterate

from formwright.storage.names import digest
from formwright.storage.shapes import CheckShape, ColumnShape, ForeignKeyShape, IndexShape, TableShape
from formwright.storage.statements import DIALECT

_COMPILER: DDLCompiler = DIALECT.ddl_compiler(DIALECT, None)  # type: ignore[arg-type] # needs none for defaults

__all__ = ["canonical_type", "declared_shapes"]

_ALIASES = {
    "varchar": "character varying",
    "char": "character",
    "bpchar": "character",
    "decimal": "numeric",
    "float": "double precision",
    "float8": "double precision",
    "float4": "real",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "timetz": "time with time zone",
    "time": "time without time zone",
}
_PARTS = re.compile(r"^(?P<name>[^(\[]+?)\s*(?P<size>\([^)]*\))?(?P<rest>[^(\[]*)(?P<array>(\[\])*)$")


def canonical_type(text: str) -> str:
    """Return a type as ``format_type`` spells it: ``VARCHAR(20)`` is ``character varying(20)``."""
    found = _PARTS.match(" ".join(text.lower().split()))
    if found is None:
        return text.lower()
    name = _ALIASES.get((found["name"] + found["rest"]).strip(), "")
    size = (found["size"] or "").replace(" ", "")
    array = "[]" if found["array"] else ""
    return (f"{name}{size}" if name else f"{found['name']}{size}{found['rest']}") + array


def declared_shapes(metadata: MetaData) -> dict[str, TableShape]:
    """Return the shape of every table of *metadata* by its name."""
    return {table.name: _table(table) for table in metadata.tables.values()}


def _table(table: Table) -> TableShape:
    constraints = sorted(table.constraints, key=lambda one: str(one.name))
    checks = [_check(one) for one in constraints if isinstance(one, CheckConstraint)]
    keys = [_foreign_key(one) for one in constraints if isinstance(one, ForeignKeyConstraint)]
    indexes = [_index(one) for one in sorted(table.indexes, key=lambda one: str(one.name))]
    return TableShape(
        name=table.name,
        columns={column.name: _column(column) for column in table.columns},
        checks={one.name: one for one in checks},
        foreign_keys={one.name: one for one in keys},
        indexes={one.name: one for one in indexes},
        key=str(table.primary_key.name),
        fillfactor=table.info["fillfactor"],
        was=tuple(table.info["was"]),
    )


def _column(column: Column[Any]) -> ColumnShape:
    default = _COMPILER.get_column_default_string(column)
    fill = column.info.get("fill")
    return ColumnShape(
        name=str(column.name),
        type=canonical_type(column.type.compile(dialect=DIALECT)),
        nullable=bool(column.nullable),
        default=default,
        seal=digest(default) if default is not None else "",
        was=tuple(column.info.get("was", ())),
        fill=_sql(fill) if fill is not None else "",
        keys=tuple(column.info.get("keys", ())),
        many=bool(column.info.get("many")),
    )


def _check(constraint: CheckConstraint) -> CheckShape:
    sql = _sql(constraint.sqltext)
    return CheckShape(
        name=str(constraint.name),
        sql=sql,
        columns=_columns(constraint.sqltext),
        seal=digest(sql),
        rule=constraint.info["rule"],
    )


def _foreign_key(constraint: ForeignKeyConstraint) -> ForeignKeyShape:
    element = constraint.elements[0]
    return ForeignKeyShape(
        name=str(constraint.name),
        column=str(element.parent.name),
        target=element.target_fullname.rpartition(".")[0],
    )


def _index(index: Index) -> IndexShape:
    options = index.dialect_options["postgresql"]
    condition = options["where"]
    where = "" if condition is None else _sql(condition)
    expressions = [one for one in index.expressions if isinstance(one, ColumnElement)]
    touched = frozenset[str]().union(*(_columns(one) for one in expressions))
    return IndexShape(
        name=str(index.name),
        columns=tuple(_ordered(one) for one in expressions),
        unique=bool(index.unique),
        method=options["using"] or "btree",
        where=where,
        seal=digest(where) if where else "",
        touches=touched | (frozenset() if condition is None else _columns(condition)),
    )


def _ordered(expression: ColumnElement[Any]) -> str:
    if isinstance(expression, UnaryExpression) and expression.modifier is desc_op:
        return f"{next(iter(_columns(expression)))} desc"
    return next(iter(_columns(expression)))


def _columns(expression: ColumnElement[Any]) -> frozenset[str]:
    return frozenset(str(part.name) for part in iterate(expression) if isinstance(part, Column))


def _sql(expression: ColumnElement[Any]) -> str:
    compiler = DIALECT.statement_compiler(DIALECT, None)
    return str(compiler.process(expression, include_table=False, literal_binds=True))
