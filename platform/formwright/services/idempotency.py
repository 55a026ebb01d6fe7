"""A retry of the same command gets the first answer; the same key for something else is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from formwright.services.commands import Command, Saved
from formwright.services.refusals import Conflict, Invalid
from formwright.services.runtime import Runtime
from formwright.services.work import Work

__all__ = ["KEPT_FOR", "purge_answers", "remember", "remembered"]

KEPT_FOR = timedelta(hours=24)

CLAIM = """
insert into fw_idempotency as i (actor, key, request_hash, at) values ($1, $2, $3, $4)
on conflict (actor, key) do update set request_hash = $3, answer = null, at = $4
where i.at < $4 - $5::interval
returning key
"""
FIND = "select request_hash, answer from fw_idempotency where actor = $1 and key = $2"
PURGE = "delete from fw_idempotency where at <= $1"
ANSWER = "update fw_idempotency set answer = $3 where actor = $1 and key = $2"

APART = frozenset({"actor", "request_id", "idempotency_key"})
"""Parts of a command that may differ between a request and its retry, or are the key itself."""


def _hash(command: Command) -> bytes:
    parts = {f.name: getattr(command, f.name) for f in fields(command) if f.name not in APART}
    parts["acknowledged"] = sorted(command.acknowledged)
    text = msgspec.json.encode([type(command).__name__, parts], order="deterministic", enc_hook=str)
    return hashlib.sha256(text).digest()


async def remembered(work: Work, command: Command) -> Saved | None:
    """Return the stored answer to *command*, or None when it is to be done now.

    The key is claimed in the transaction of the command: a second request
    with it waits for the first, and finds its answer or, when it failed,
    nothing.
    """
    key = command.idempotency_key
    if not key:
        return None
    if len(key) > 255 or not key.isprintable():
        raise Invalid.of("bad-idempotency-key", "An idempotency key has 1 to 255 printable characters.")
    actor, wanted = UUID(work.actor.id), _hash(command)
    if await work.session.fetchval(CLAIM, actor, key, wanted, work.now, KEPT_FOR) is not None:
        return None
    row = await work.session.fetchrow(FIND, actor, key)
    if row is None or row["request_hash"] != wanted:
        sentence = "This idempotency key was used for another request."
        raise Conflict(Invalid.of("idempotency-key-reused", sentence, hint="use a new key").problems)
    return _read(row["answer"] or {})


async def remember(work: Work, command: Command, saved: Saved) -> None:
    """Store the answer for retries."""
    if command.idempotency_key:
        answer = {
            "id": str(saved.id),
            "number": saved.number,
            "version": saved.version,
            "changed": list(saved.changed),
            "result": saved.result,
        }
        await work.session.execute(ANSWER, UUID(work.actor.id), command.idempotency_key, answer)


async def purge_answers(runtime: Runtime) -> int:
    """Delete answers that are older than a day; return how many."""
    return await runtime.database.execute(PURGE, runtime.clock() - KEPT_FOR)


def _read(answer: Mapping[str, Any]) -> Saved:
    return Saved(
        id=UUID(answer["id"]),
        number=answer["number"],
        version=answer["version"],
        changed=tuple(answer["changed"]),
        result=answer.get("result"),
        repeated=True,
    )
