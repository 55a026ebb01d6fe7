"""Comments on a record: whoever may read it may read and write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from formwright.access import Actor
from formwright.attributes import Invalid as InvalidValue
from formwright.attributes.texts import storable
from formwright.problems import Place, Problem
from formwright.services.identifiers import new_id
from formwright.services.reading import get_in
from formwright.services.refusals import Forbidden, Invalid, NotFound
from formwright.services.runtime import Runtime
from formwright.services.titles import titles_of
from formwright.services.work import Work, open_work
from formwright.storage.source import USER
from formwright.storage.system_tables import comment as table
from formwright.storage.system_tables import outbox

__all__ = ["Comment", "add_comment", "comments_on", "edit_comment", "remove_comment"]

LONGEST = 10_000
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment; *mine*: the actor wrote it and may change it."""

    id: UUID
    author: str
    text: str
    at: datetime
    edited_at: datetime | None = None
    mine: bool = False


async def comments_on(runtime: Runtime, entity: str, identity: UUID, actor: Actor) -> list[Comment]:
    """Return the comments on a record, oldest first; raise NotFound when the actor may not read it."""
    work = open_work(runtime, runtime.database, actor)
    await _check(work, entity, identity)
    query = select(table).where(table.c.entity == entity, table.c.record_id == identity)
    rows = await work.session.fetch(query.order_by(table.c.created_at, table.c.id).limit(MOST))
    names = await titles_of(work, [(USER, row["author"]) for row in rows if row["author"]])
    return [
        Comment(
            id=row["id"],
            author=names.get((USER, str(row["author"])), "") if row["author"] else "System",
            text=row["text"],
            at=row["created_at"],
            edited_at=row["edited_at"],
            mine=str(row["author"]) == actor.id,
        )
        for row in rows
    ]


async def add_comment(runtime: Runtime, entity: str, identity: UUID, actor: Actor, text: str) -> UUID:
    """Write a comment and return its id. Raises NotFound, or Invalid for an empty or unfit text."""
    text = _checked(text)
    async with runtime.database.transaction() as transaction:
        work = open_work(runtime, transaction, actor)
        await _check(work, entity, identity)
        made, author = new_id(), work.actor_id
        values = {"id": made, "entity": entity, "record_id": identity, "author": author, "text": text}
        await transaction.execute(insert(table).values(**values, created_at=work.now))
        event = {"entity": entity, "record_id": identity, "op": "comment", "payload": {"comment": str(made)}}
        await transaction.execute(insert(outbox).values(**event, at=work.now))
    return made


async def edit_comment(runtime: Runtime, comment: UUID, actor: Actor, text: str) -> None:
    """Change the text of the actor's own comment."""
    text = _checked(text)
    work = open_work(runtime, runtime.database, actor)
    await _check_own(work, comment)
    await work.session.execute(
        update(table).where(table.c.id == comment).values(text=text, edited_at=work.now)
    )


async def remove_comment(runtime: Runtime, comment: UUID, actor: Actor) -> None:
    """Delete the actor's own comment; who may do everything deletes any."""
    work = open_work(runtime, runtime.database, actor)
    await _check_own(work, comment, any_for_all=True)
    await work.session.execute(delete(table).where(table.c.id == comment))


def _checked(text: str) -> str:
    place = Place(field="text")
    try:
        text = storable(text).strip()
    except InvalidValue as invalid:
        raise Invalid([Problem(invalid.code, invalid.sentence, place, invalid.hint)]) from invalid
    if not text:
        raise Invalid([Problem("required", "Write something first.", place)])
    if len(text) > LONGEST:
        raise Invalid([Problem("too-long", f"At most {LONGEST:,} characters fit here.", place)])
    return text


async def _check(work: Work, entity: str, identity: UUID) -> None:
    record = await get_in(work, entity, identity)
    if "comments" not in record.entity.features:
        raise NotFound.of("no-comments", f"{record.entity.label} has no comments.")


async def _check_own(work: Work, comment: UUID, *, any_for_all: bool = False) -> None:
    row = await work.session.fetchrow(select(table).where(table.c.id == comment))
    if row is None:
        raise NotFound.of("not-found", "There is no such comment.")
    await get_in(work, row["entity"], row["record_id"])
    if row["author"] != work.actor_id and not (any_for_all and work.actor.all):
        raise Forbidden.of("forbidden", "Only who wrote a comment may change it.")
