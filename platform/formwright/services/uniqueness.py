"""Is the value taken already? Asked before the write; and what the database says when a race was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg

from formwright.expressions import Expression
from formwright.metadata.model import EntityType, Model, UniqueKey
from formwright.problems import Place, Problem
from formwright.services.drafts import Draft
from formwright.services.probes import Probes, Taken
from formwright.services.refusals import Conflict, Invalid, Refusal
from formwright.services.work import Work
from formwright.storage.names import fitted

__all__ = ["Wanted", "ask_unique", "check_unique", "refusal_of", "tell_unique", "wanted_unique"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unique attribute or key of one draft that has to be asked about, and what to say when it is taken."""

    question: Taken
    values: tuple[Any, ...]
    problem: Callable[[], Problem]


async def check_unique(draft: Draft) -> None:
    """Note every unique attribute and key whose values another living record has."""
    probes, wanted = Probes(), await wanted_unique(draft)
    ask_unique(draft, wanted, probes)
    await probes.ask(draft.work)
    tell_unique(draft, wanted, probes)


async def wanted_unique(draft: Draft) -> list[Wanted]:
    """Return what has to be unique and may not be: what is new or changed here."""
    found: list[Wanted] = []
    returns = draft.was("deleted_at") is not None and draft.new.get("deleted_at") is None
    for name in draft.traits.unique:
        if draft.new.get(name) is not None and (returns or draft.changed(name)):
            say = partial(_problem_of_attribute, draft.entity, name, draft.at(name))
            found.append(_wanted(draft, (name,), None, say))
    for key in draft.entity.unique:
        touched = (
            draft.old is None
            or returns
            or any(draft.changed(name) for name in key.of)
            or key.when is not None
        )
        filled = all(draft.new.get(name) is not None for name in key.of)
        if touched and filled and (key.when is None or await draft.holds(key.when, failing=True)):
            say = partial(_problem_of_key, draft.entity, key, draft.at(key.of[0]), draft.work)
            found.append(_wanted(draft, key.of, key.when, say))
    return found


def _wanted(
    draft: Draft, names: Iterable[str], when: Expression | None, say: Callable[[], Problem]
) -> Wanted:
    table = draft.work.source.table(draft.entity.name)
    known = tuple(name for name in names if name in table.c)
    return Wanted(Taken(draft.entity.name, known, when), tuple(draft.new[name] for name in known), say)


def ask_unique(draft: Draft, wanted: Iterable[Wanted], probes: Probes) -> None:
    """Put what has to be unique among the questions to ask."""
    for each in wanted:
        probes.is_taken(each.question, draft.id, each.values)


def tell_unique(draft: Draft, wanted: Iterable[Wanted], probes: Probes) -> None:
    """Note what is taken, when the questions have been asked."""
    draft.problems.extend(each.problem() for each in wanted if probes.knows(each.question, draft.id))


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
