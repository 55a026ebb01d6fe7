"""Rows that ship with metadata: brought in through the write path, found again by key, never doubled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from formwright.access import SYSTEM
from formwright.attributes import Invalid as InvalidValue
from formwright.metadata.model import EntityType, Link, RecordSet, Row
from formwright.problems import Problem, ProblemError
from formwright.services.commands import Save
from formwright.services.records import save_in
from formwright.services.refusals import Invalid
from formwright.services.runtime import Runtime
from formwright.services.work import Work, open_work
from formwright.storage.source import USER

__all__ = ["Loaded", "follow_link", "load_records"]

BATCH = 200
"""Rows in one transaction."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were new, how many changed, and how many were as they are."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def plus(self, name: str) -> Loaded:
        """Return the same with one more of *name*."""
        return replace(self, **{name: getattr(self, name) + 1})


async def load_records(runtime: Runtime, *, demo: bool = False, progress: Progress | None = None) -> Loaded:
    """Bring in the shipped rows of the Model (or, *demo*, its demo rows) and return what happened.

    Every rule holds for them as for everybody. A row that exists, by its key,
    is updated; rows of its children are written only when it is new. Raises
    ProblemError with the place of each row that could not be saved; rows of
    earlier batches stay.
    """
    sets = [each for each in runtime.model.records if each.demo is demo]
    total, done, loaded = sum(len(each.rows) for each in sets), 0, Loaded()
    for each in sets:
        for start in range(0, len(each.rows), BATCH):
            rows = each.rows[start : start + BATCH]
            loaded = await _load_batch(runtime, each, rows, loaded)
            done += len(rows)
            if progress is not None:
                progress(done, total)
    return loaded


async def _load_batch(runtime: Runtime, of: RecordSet, rows: tuple[Row, ...], loaded: Loaded) -> Loaded:
    problems: list[Problem] = []
    async with runtime.database.transaction() as transaction:
        work = replace(open_work(runtime, transaction, SYSTEM), channel="data", internal=True)
        for row in rows:
            try:
                loaded = loaded.plus(await _load_row(work, of, row))
            except ProblemError as error:
                problems += [_placed(problem, row) for problem in error.problems]
        if problems:
            raise Invalid(problems)
    return loaded


def _placed(problem: Problem, row: Row) -> Problem:
    return replace(problem, place=replace(row.place, field=problem.place.field))


async def _load_row(work: Work, of: RecordSet, row: Row) -> str:
    entity = work.model.entities[of.entity]
    work = replace(work, answers={}, saving=set())
    values = {name: await _resolved(work, value) for name, value in row.values.items()}
    existing = await _find(work, entity, {name: values.get(name) for name in of.key}) if of.key else None
    if existing is not None:
        values = {n: v for n, v in values.items() if entity.attributes[n].type.stored}
    saved = await save_in(work, Save(entity=of.entity, id=existing, values=values, channel="data"))
    if existing is None:
        return "created"
    return "updated" if saved.changed else "unchanged"


async def _resolved(work: Work, value: Any) -> Any:
    """Return a value with ids in place of links, and mappings in place of rows of children."""
    if isinstance(value, Link):
        return await follow_link(work, value)
    if isinstance(value, Row):
        return {name: await _resolved(work, each) for name, each in value.values.items()}
    if isinstance(value, tuple):
        return [await _resolved(work, each) for each in value]
    return value


async def follow_link(work: Work, link: Link) -> Any:
    """Return the id of the record that *link* names (with its entity type: an `any` reference takes both)."""
    if link.entity == USER:
        table = work.source.table(USER)
        found = await work.session.fetchval(select(table.c.id).where(table.c.login == link.values[0]))
    else:
        entity = work.model.entities[link.entity]
        wanted = dict(zip(link.key, link.values, strict=True))
        try:
            keys = {
                n: entity.attributes[n].type.parse(v, entity.attributes[n].options) for n, v in wanted.items()
            }
        except InvalidValue:
            keys = {}
        found = await _find(work, entity, keys) if keys else None
    if found is None:
        named = ", ".join(link.values)
        raise Invalid.of("unknown-link", f"There is no {link.entity.strip('$')} called {named[:80]}.")
    return {"id": str(found), "entity": link.entity}


async def _find(work: Work, entity: EntityType, keys: Mapping[str, Any]) -> UUID | None:
    table = work.source.table(entity.name)
    if any(name not in table.c for name in keys):
        return None
    same = [table.c[n] == _plain(v) if v is not None else table.c[n].is_(None) for n, v in keys.items()]
    query = select(table.c.id).where(*same, table.c.deleted_at.is_(None)).limit(1)
    found: UUID | None = await work.session.fetchval(query)
    return found


def _plain(value: Any) -> Any:
    return UUID(value["id"]) if isinstance(value, dict) and "id" in value else value
