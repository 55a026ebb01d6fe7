"""Is the value taken already? Asked before the write; and what the database says when a race was lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy import Select, Table, Uuid, bindparam, select, true

from formwright.expressions import Expression
from formwright.metadata.model import EntityType, Model, UniqueKey
from formwright.problems import Place, Problem, ProblemError
from formwright.services.drafts import Draft
from formwright.services.refusals import Conflict, Invalid, Refusal
from formwright.services.work import Work
from formwright.storage.names import fitted

__all__ = ["check_unique", "refusal_of"]


async def check_unique(draft: Draft) -> None:
    """Note every unique attribute and key whose values another living record has."""
    returns = draft.was("deleted_at") is not None and draft.new.get("deleted_at") is None
    for name, attribute in draft.attributes.items():
        wanted = attribute.unique and attribute.type.stored and draft.new.get(name) is not None
        if wanted and (returns or draft.changed(name)) and await _taken(draft, (name,), None):
            draft.problems.extend([_problem_of_attribute(draft.entity, name, draft.at(name))])
    for key in draft.entity.unique:
        touched = (
            draft.old is None
            or returns
            or any(draft.changed(name) for name in key.of)
            or key.when is not None
        )
        filled = all(draft.new.get(name) is not None for name in key.of)
        meant = touched and filled and (key.when is None or await draft.holds(key.when, failing=True))
        if meant and await _taken(draft, key.of, key.when):
            draft.problems.extend([_problem_of_key(draft.entity, key, draft.at(key.of[0]), draft.work)])


async def _taken(draft: Draft, names: Iterable[str], when: Expression | None) -> bool:
    work = draft.work
    table = work.source.table(draft.entity.name)
    known = tuple(name for name in names if name in table.c)
    if when is None:
        values = {f"v_{name}": draft.new[name] for name in known}
        return await work.session.fetchval(_same(table, known), own_id=draft.id, **values) is not None
    same = [table.c[name] == draft.new[name] for name in known]
    try:
        condition = when.where(work.source, work.names)
    except ProblemError:
        condition = true()
    query = select(table.c.id).where(*same, table.c.id != draft.id, table.c.deleted_at.is_(None), condition)
    return await work.session.fetchval(query.limit(1)) is not None


@lru_cache(maxsize=1024)
def _same(table: Table, names: tuple[str, ...]) -> Select[Any]:
    """Return the query for another living record with the same values, built once."""
    same = [table.c[name] == bindparam(f"v_{name}", type_=table.c[name].type) for name in names]
    other = table.c.id != bindparam("own_id", type_=Uuid())
    return select(table.c.id).where(*same, other, table.c.deleted_at.is_(None)).limit(1)


def _problem_of_attribute(entity: EntityType, name: str, place: Place) -> Problem:
    label = entity.attributes[name].label
    return Problem("taken", f"Another {str(entity.label).lower()} has this value of {label}.", place)


def _problem_of_key(entity: EntityType, key: UniqueKey, place: Place, work: Work | None = None) -> Problem:
    locale = work.actor.locale if work is not None else "en"
    labels = " and ".join(str(entity.attributes[name].label) for name in key.of)
    said = key.message.get(locale) if key.message else ""
    others = tuple(Place(field=name) for name in key.of[1:])
    sentence = said or f"Another {str(entity.label).lower()} has the same {labels}."
    return Problem("taken", sentence, place, related=others)


def refusal_of(error: asyncpg.PostgresError, model: Model) -> Refusal | None:
    """Return the refusal that a constraint violation of an entity table stands for; None for anything else.

    The checks before the write have passed, so this is a lost race or a value
    that only the database knows to refuse.
    """
    entity = model.entities.get(getattr(error, "table_name", None) or "")
    name = getattr(error, "constraint_name", None) or ""
    if isinstance(error, asyncpg.DataError):
        sentence = "The database cannot hold one of the values."
        return Invalid(
            [Problem("not-storable", sentence, hint="check very large numbers and odd characters")]
        )
    if entity is None or not isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return None
    problem = next(_meanings(entity, error, name), None)
    if problem is None:
        problem = Problem("constraint-broken", f"The database keeps a rule that this breaks: {name[:63]}.")
    return Conflict([problem]) if isinstance(error, asyncpg.UniqueViolationError) else Invalid([problem])


def _meanings(entity: EntityType, error: Any, name: str) -> Iterator[Problem]:
    for key in entity.unique:
        if name == fitted(f"{entity.name}_{key.name}_uq"):
            yield _problem_of_key(entity, key, Place(field=key.of[0]))
    for attribute in entity.attributes:
        label, place = entity.attributes[attribute].label, Place(field=attribute)
        if name == fitted(f"{entity.name}_{attribute}_uq"):
            yield _problem_of_attribute(entity, attribute, place)
        elif name == fitted(f"{entity.name}_{attribute}_fk"):
            yield Problem("unknown-reference", f"{label}: there is no such record any more.", place)
        elif name.startswith(f"{entity.name}_{attribute}_") and name.endswith("_ck"):
            yield Problem("constraint-broken", f"{label} has a value that is not allowed.", place)
    if isinstance(error, asyncpg.NotNullViolationError):
        column = getattr(error, "column_name", "") or ""
        if column in entity.attributes:
            label = entity.attributes[column].label
            yield Problem("required", f"{label} is required.", Place(field=column))
    for rule in entity.rules:
        if name == fitted(f"{entity.name}_{rule.name}_rule_ck"):
            yield Problem(rule.name, str(rule.message), Place(field=rule.fields[0] if rule.fields else ""))
