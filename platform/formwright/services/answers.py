"""Answers what expressions ask about other records: lookup, count and sum."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select

from formwright.access import SYSTEM, Actor, row_condition
from formwright.expressions import Expression, Question, RecordQuery
from formwright.expressions.queries import RECORDS
from formwright.metadata.model import Attribute, EntityType
from formwright.services.values import canonical, fields_of, row_values
from formwright.services.work import Work

__all__ = ["answer_requests"]

ROUNDS = 3
"""A question may depend on the answer to another, so often at most."""


async def answer_requests(
    work: Work, expression: Expression, context: dict[str, Any], rights: Actor = SYSTEM
) -> None:
    """Put the answers to all open questions of *expression* into the context.

    Counted are the living records that *rights* may read. In the write path
    these are the system's: what is computed or demanded must not depend on
    who happens to save.
    """
    answers = context.setdefault(RECORDS, {})
    for _ in range(ROUNDS):
        queries = expression.requests(context)
        if not queries:
            return
        for query in queries:
            answers[query] = await _answer(work, query, rights)


async def _answer(work: Work, query: RecordQuery, rights: Actor) -> Any:
    entity = work.model.entities[query.entity]
    table = work.source.table(entity.name)
    readable = row_condition(entity, "read", rights, work.source, work.names)
    conditions = [table.c.deleted_at.is_(None), readable]
    for name, value in query.criteria:
        conditions.append(_condition(work, entity, name, value))
    if query.question is Question.COUNT:
        return await work.session.fetchval(select(func.count()).select_from(table).where(*conditions))
    if query.question is Question.SUM:
        total = func.coalesce(func.sum(table.c[query.attribute]), 0)
        return await work.session.fetchval(select(total).where(*conditions))
    found = select(table).where(*conditions).order_by(table.c.id).limit(1)
    row = await work.session.fetchrow(found)
    return None if row is None else fields_of(entity, row_values(work.source, entity, row))


def _condition(work: Work, entity: EntityType, name: str, value: Any) -> ColumnElement[bool]:
    column = work.source.table(entity.name).c[name]
    if value is None:
        return column.is_(None)
    attribute = entity.attributes[name]
    if isinstance(value, tuple):
        return or_(*(column == _read(attribute, each) for each in value)) if value else false()
    same: ColumnElement[bool] = column == _read(attribute, value)
    return same


def _read(attribute: Attribute, value: Any) -> Any:
    return UUID(value) if attribute.name == "id" and isinstance(value, str) else canonical(attribute, value)
