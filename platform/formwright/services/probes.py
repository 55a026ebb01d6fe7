"""What a save asks the database before it writes, in one statement: what is there, and what is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Table,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
    union_all,
)

from formwright.expressions import Expression
from formwright.problems import ProblemError
from formwright.services.work import Work
from formwright.storage import system_tables
from formwright.storage.source import USER, ModelSource

__all__ = ["FILE", "Living", "Probes", "Taken", "reads_names"]

FILE = "$file"
"""Stands for uploaded files where a probe names an entity type."""

NAMES = frozenset({"user", "today", "now", "params", "old", "parent", "record"})


@dataclass(frozen=True, slots=True)
class Living:
    """Which of these ids are those of living records (active users, files) for which *where* is true?"""

    entity: str
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """For which of these records is there another living one with the same values?

    *when* limits it to those others for which it is true.
    """

    entity: str
    names: tuple[str, ...]
    when: Expression | None = None


Question: TypeAlias = Living | Taken


@dataclass(slots=True)
class Probes:
    """Collects questions, asks them together, and keeps the answers."""

    living: dict[Living, set[UUID]] = field(default_factory=dict)
    taken: dict[Taken, dict[UUID, tuple[Any, ...]]] = field(default_factory=dict)
    found: dict[Question, set[UUID]] = field(default_factory=dict)

    def is_living(self, question: Living, ids: Iterable[UUID]) -> None:
        """Have asked which of *ids* are there."""
        self.living.setdefault(question, set()).update(ids)

    def is_taken(self, question: Taken, identity: UUID, values: tuple[Any, ...]) -> None:
        """Have asked whether a record other than *identity* has these values."""
        self.taken.setdefault(question, {})[identity] = values

    def knows(self, question: Question, identity: UUID) -> bool:
        """Return the answer: the id is there; the values of the record with this id are taken."""
        return identity in self.found.get(question, ())

    async def ask(self, work: Work) -> None:
        """Ask everything that was collected."""
        questions: list[Question] = [*self.living, *self.taken]
        if not questions:
            return
        given: dict[str, Any] = {}
        for place, question in enumerate(questions):
            if isinstance(question, Living):
                given[f"ids_{place}"] = list(self.living[question])
            else:
                rows = self.taken[question]
                given[f"ids_{place}"] = list(rows)
                for index, name in enumerate(question.names):
                    given[f"{name}_{place}"] = [values[index] for values in rows.values()]
        self.found = {question: set() for question in questions}
        for part, identity in await work.session.fetch(_statement(work, tuple(questions)), **given):
            self.found[questions[part]].add(identity)


def reads_names(expression: Expression) -> bool:
    """Return whether a condition depends on more than the row that it is about."""
    heads = {path.replace("[", ".").split(".", 1)[0] for path in expression.dependencies}
    return bool(heads & NAMES or expression.queries)


def _statement(work: Work, questions: tuple[Question, ...]) -> Any:
    whens = (question.when for question in questions if isinstance(question, Taken))
    if any(when is not None and reads_names(when) for when in whens):
        return _build(work.source, questions, work.names)
    return _kept(work.source, questions)


@lru_cache(maxsize=512)
def _kept(source: ModelSource, questions: tuple[Question, ...]) -> Any:
    return _build(source, questions, {})


def _build(source: ModelSource, questions: tuple[Question, ...], names: dict[str, Any]) -> Any:
    parts = [
        _living(source, question, place)
        if isinstance(question, Living)
        else _taken(source, question, place, names)
        for place, question in enumerate(questions)
    ]
    return parts[0] if len(parts) == 1 else union_all(*parts)


def _part(place: int) -> ColumnElement[int]:
    return literal_column(str(place), Integer()).label("part")


def _living(source: ModelSource, question: Living, place: int) -> Select[Any]:
    table = system_tables.file if question.entity == FILE else source.table(question.entity)
    ids = bindparam(f"ids_{place}", type_=ARRAY(Uuid()))
    found = select(_part(place), table.c.id).where(table.c.id == any_(ids))
    if question.entity == USER:
        return found.where(table.c.active)
    if question.entity != FILE:
        found = found.where(table.c.deleted_at.is_(None))
    return found if question.where is None else found.where(question.where.where(source, {}))


def _taken(source: ModelSource, question: Taken, place: int, names: dict[str, Any]) -> Select[Any]:
    """Return the query for one kind of uniqueness.

    The inner query is a scalar one on purpose: it stays a look-up in the
    index for each row, whatever the planner believes about the table.
    """
    table: Table = source.table(question.entity)
    arrays = [bindparam(f"{n}_{place}", type_=ARRAY(table.c[n].type)) for n in question.names]
    columns = [column(f"v{index}", table.c[n].type) for index, n in enumerate(question.names)]
    asked: Any = func.unnest(bindparam(f"ids_{place}", type_=ARRAY(Uuid())), *arrays)
    asked = asked.table_valued(column("own", Uuid()), *columns, name=f"asked_{place}").render_derived()
    same = [table.c[n] == asked.c[f"v{index}"] for index, n in enumerate(question.names)]
    other = select(table.c.id).where(*same, table.c.id != asked.c.own, table.c.deleted_at.is_(None))
    if question.when is not None:
        other = other.where(_condition(source, question.when, names))
    return select(_part(place), asked.c.own).where(
        other.limit(1).correlate(asked).scalar_subquery().is_not(None)
    )


def _condition(source: ModelSource, when: Expression, names: dict[str, Any]) -> ColumnElement[bool]:
    """Return the condition of a key; one that cannot be put in SQL leaves nobody out."""
    try:
        return when.where(source, names)
    except ProblemError:
        return true()
