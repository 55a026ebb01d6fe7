"""Many operations on records of one entity type in one transaction: all of them, or those that go through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
from sqlalchemy import select

from formwright.problems import Place, Problem, ProblemError, Problems
from formwright.services.commands import Command, Remove, Save, Saved, Transition
from formwright.services.moves import transition_in
from formwright.services.reading import readable_rows
from formwright.services.records import save_in
from formwright.services.refusals import Conflict, Invalid, NotFound, Refusal
from formwright.services.removing import remove_in
from formwright.services.running import check_texts, run
from formwright.services.runtime import Runtime
from formwright.services.uniqueness import refusal_of
from formwright.services.work import Work
from formwright.storage.database import RETRIED, Transaction

__all__ = ["MOST", "OPERATIONS", "Bulk", "BulkRefused", "Operation", "Outcome", "bulk"]

MOST = 1_000
OPERATIONS = ("create", "update", "upsert", "delete", "transition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One of *OPERATIONS*.

    ``upsert`` finds its record by *key*: ``{"number": …}`` or ``{"external_refs": {name: text}}``,
    or makes one. *version* guards like If-Match; without it the newest is meant.
    """

    op: str
    id: UUID | None = None
    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    key: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    acknowledged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk(Command):
    """Operations and their mode: *atomic* keeps all or nothing, else each stands for itself."""

    operations: Sequence[Operation]
    atomic: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one operation: HTTP *status*, the record, or the *problems* why not."""

    index: int
    status: int
    id: UUID | None = None
    number: str = ""
    version: int = 0
    problems: tuple[Problem, ...] = ()


class BulkRefused(Refusal):
    """An atomic bulk was undone: *problems* have the index of their operation in their field."""

    status: ClassVar[int] = 422


async def bulk(runtime: Runtime, command: Bulk) -> list[Outcome]:
    """Do the operations in order and return what became of each.

    Raises BulkRefused when an atomic one fails, with the problems of all operations, and keeps nothing.
    """
    if len(command.operations) > MOST:
        sentence = f"At most {MOST:,} operations fit into one request."
        raise Invalid.of("too-many-operations", sentence, "operations", "send several requests")
    saved = await run(runtime, command, _bulk_in)
    return [_outcome(index, each) for index, each in enumerate(saved.result)]


def _outcome(index: int, told: Mapping[str, Any]) -> Outcome:
    """Return the outcome of what is stored for retries."""
    problems = tuple(
        Problem(each["code"], each["sentence"], Place(field=each["field"]), each["hint"])
        for each in told["problems"]
    )
    identity = UUID(told["id"]) if told["id"] else None
    return Outcome(
        index=index,
        status=told["status"],
        id=identity,
        number=told["number"],
        version=told["version"],
        problems=problems,
    )


async def _bulk_in(work: Work, command: Bulk) -> Saved:
    results, problems = [], []
    for index, operation in enumerate(command.operations):
        try:
            results.append(await _apart(work, command, operation))
        except Refusal as refusal:
            results.append(_told(refusal.status, problems=refusal.problems))
            problems += [each.in_field(f"operations[{index}]") for each in refusal.problems]
    if command.atomic and problems:
        raise BulkRefused(problems)
    return Saved(id=UUID(int=0), result=results)


def _told(status: int, saved: Saved | None = None, problems: Sequence[Problem] = ()) -> dict[str, Any]:
    return {
        "status": status,
        "id": str(saved.id) if saved else "",
        "number": saved.number if saved else "",
        "version": saved.version if saved else 0,
        "problems": [
            {"code": p.code, "sentence": p.sentence, "field": p.place.field, "hint": p.hint} for p in problems
        ],
    }


async def _apart(work: Work, command: Bulk, operation: Operation) -> dict[str, Any]:
    """Do one operation so that its failure undoes nothing else; raise Refusal."""
    problems = Problems()
    for part in (operation.values, operation.params, operation.key):
        check_texts(part, problems)
    if problems:
        raise Invalid(tuple(problems))
    session = work.session
    if not isinstance(session, Transaction):
        raise TypeError("a bulk runs in a transaction")
    own = replace(work, answers={}, saving=set(), acknowledged=operation.acknowledged)
    try:
        async with session.savepoint():
            return await STEPS[operation.op](own, command, operation)
    except RETRIED:
        raise
    except asyncpg.PostgresError as error:
        refusal = refusal_of(error, work.model)
        if refusal is None:
            raise
        raise refusal from error
    except Refusal:
        raise
    except ProblemError as error:
        raise Invalid(error.problems) from error


def _about(command: Bulk, operation: Operation) -> dict[str, Any]:
    """Return what the command of an operation takes over."""
    own = {"id", "version", "acknowledged", "idempotency_key"}
    shared = {f.name: getattr(command, f.name) for f in fields(Command) if f.name not in own}
    return {**shared, "id": operation.id, "version": operation.version}


async def _create(work: Work, command: Bulk, operation: Operation) -> dict[str, Any]:
    about = {**_about(command, operation), "id": None, "version": None}
    return _told(201, await save_in(work, Save(values=operation.values, **about)))


async def _update(work: Work, command: Bulk, operation: Operation) -> dict[str, Any]:
    return _told(200, await save_in(work, Save(values=operation.values, **_about(command, operation))))


async def _upsert(work: Work, command: Bulk, operation: Operation) -> dict[str, Any]:
    identity, values = await _find(work, command.entity, operation)
    if identity is None:
        return await _create(work, command, replace(operation, values=values))
    return await _update(work, command, replace(operation, id=identity, values=values))


async def _find(work: Work, name: str, operation: Operation) -> tuple[UUID | None, Mapping[str, Any]]:
    """Return the record that the key means, and the values with which a new one would have that key."""
    entity = work.entity(name)
    table, values = work.source.table(name), operation.values
    number, refs = operation.key.get("number"), operation.key.get("external_refs")
    if isinstance(number, str) and number and refs is None:
        condition: Any = table.c.number == number
    elif isinstance(refs, dict) and len(refs) == 1 and number is None and all(map(_is_text, refs.values())):
        condition = table.c.external_refs.contains(refs)
        given = values.get("external_refs")
        values = {**values, "external_refs": {**(given if isinstance(given, dict) else {}), **refs}}
    else:
        hint = 'for example {"number": "X-1"} or {"external_refs": {"erp": "4711"}}'
        raise Invalid.of("bad-key", "This key names no record.", "key", hint)
    query = select(table.c.id).where(condition, table.c.deleted_at.is_(None), readable_rows(work, entity))
    rows = await work.session.fetch(query.limit(2))
    if len(rows) > 1:
        raise Conflict([Problem("ambiguous-key", "Several records have this key.", Place(field="key"))])
    if not rows and number is not None:
        raise NotFound.of("not-found", "There is no record with this number.", "key")
    return (rows[0]["id"], operation.values) if rows else (None, values)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


async def _delete(work: Work, command: Bulk, operation: Operation) -> dict[str, Any]:
    return _told(204, await remove_in(work, Remove(**_about(command, operation))))


async def _transition(work: Work, command: Bulk, operation: Operation) -> dict[str, Any]:
    about = _about(command, operation)
    taken = Transition(name=operation.name, params=operation.params, **about)
    return _told(200, await transition_in(work, taken))


STEPS = {
    "create": _create,
    "update": _update,
    "upsert": _upsert,
    "delete": _delete,
    "transition": _transition,
}
