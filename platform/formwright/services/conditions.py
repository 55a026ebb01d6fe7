"""Filters written as expressions: checked against what the actor may see, compiled to SQL over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, select

from formwright.access import field_rights, may
from formwright.expressions import Expression, Kind, Scope, Type, compile_expression
from formwright.expressions.sql.source import Children
from formwright.metadata.model import EntityType
from formwright.metadata.shapes import value_type
from formwright.problems import Place, ProblemError
from formwright.services.documents import remembering
from formwright.services.reading import readable_rows
from formwright.services.refusals import Invalid
from formwright.services.rights import follows_parent
from formwright.services.work import Work
from formwright.storage.source import USER

__all__ = ["filter_where"]

LONGEST = 4_000
NAMES = {"user": Type(Kind.RECORD, entity=USER), "today": Type(Kind.DATE), "now": Type(Kind.DATETIME)}
PERSON = {name: Type(Kind.TEXT) for name in ("id", "name", "login")}


class _Seen:
    """The attributes that an actor may filter by; implements ``Schema`` of the expressions."""

    def __init__(self, work: Work) -> None:
        """Answer for the actor of *work*."""
        self._model, self._rights = work.model, work.rights
        self._fields: dict[str, Mapping[str, Type]] = {}

    def fields(self, entity: str) -> Mapping[str, Type]:
        """Return what is open to the actor; hidden and masked attributes are as unknown as any."""
        if entity not in self._fields:
            self._fields[entity] = self._find(entity)
        return self._fields[entity]

    def _find(self, entity: str) -> Mapping[str, Type]:
        if entity == USER:
            return PERSON
        found = self._model.entities.get(entity)
        if found is None or (may(found, "read", self._rights).denied and not follows_parent(found)):
            return {}
        rights = field_rights(found, self._rights)
        return {
            name: value_type(attribute.type, attribute.options, optional=attribute.required is not True)
            for name, attribute in found.attributes.items()
            if rights.open(name) and (attribute.stored or not attribute.type.stored)
        }

    def entities(self) -> Mapping[str, object]:
        """Return nothing: a filter asks about the record and what belongs to it."""
        return {}


class _Readable:
    """The tables as the actor sees them: other records that he may not read are not there."""

    def __init__(self, work: Work) -> None:
        """Narrow the tables of *work*."""
        self._work = work

    def table(self, entity: str) -> FromClause:
        """Return the readable rows of an entity type."""
        table = self._work.source.table(entity)
        if entity == USER:
            return table
        readable = readable_rows(self._work, self._work.model.entities[entity])
        return select(table).where(table.c.deleted_at.is_(None), readable).subquery()

    def reference(self, entity: str, attribute: str) -> str | None:
        """Return what the attribute points at."""
        return self._work.source.reference(entity, attribute)

    def children(self, entity: str, attribute: str) -> Children | None:
        """Return where the rows of a children attribute are."""
        return self._work.source.children(entity, attribute)

    def polymorphic(self, entity: str, attribute: str) -> bool:
        """Tell whether the attribute points at one of several entity types."""
        return self._work.source.polymorphic(entity, attribute)

    def live(self, row: FromClause) -> ColumnElement[Any]:
        """Return the condition that *row* is not deleted."""
        return self._work.source.live(row)


def filter_where(work: Work, entity: EntityType, text: str, field: str = "filter") -> ColumnElement[bool]:
    """Return the condition under which the filter *text* is true.

    Raises Invalid with every problem, its column in the text and *field*:
    unknown names (hidden and masked attributes are), wrong types, and parts
    that have no meaning in SQL (`not-in-sql`).
    """
    if len(text) > LONGEST:
        raise Invalid.of("filter-too-long", f"A filter has at most {LONGEST:,} characters.", field)
    rights = work.rights
    key = ("filter", work.source, entity.name, text, rights.roles, rights.all, rights.within, field)
    place = Place(line=1, column=1, field=field)
    try:
        expression: Expression = remembering(key, lambda: _compiled(work, entity, text, place))
        return expression.where(_Readable(work), work.names, work.source.table(entity.name))
    except ProblemError as error:
        raise Invalid(error.problems) from error


def _compiled(work: Work, entity: EntityType, text: str, place: Place) -> Expression:
    scope = Scope(_Seen(work), entity.name, NAMES)
    return compile_expression(text, scope, place=place, expects=Type(Kind.BOOLEAN))
