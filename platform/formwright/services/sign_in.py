"""Signing in and out, and who is behind a session."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from formwright.access import Actor
from formwright.services.passwords import MOST, PASSWORDS
from formwright.services.refusals import NotSignedIn
from formwright.services.runtime import Runtime
from formwright.services.throttle import clear, note_attempt
from formwright.services.users import BY_LOGIN, actor_of_row

__all__ = [
    "SignedIn",
    "actor_of",
    "hash_of",
    "list_sessions",
    "purge_sessions",
    "sign_in",
    "sign_out",
    "sign_out_others",
]

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
TOUCH = timedelta(minutes=1)

START = """
insert into fw_session (token_hash, user_id, created_at, last_seen_at, expires_at, user_agent, address)
values ($1, $2, $3, $3, $4, $5, $6)
"""
WHO = """
select u.*, s.last_seen_at from fw_session s join fw_user u on u.id = s.user_id
where s.token_hash = $1 and s.expires_at > $2 and s.last_seen_at > $3 and u.active
"""
SEEN = "update fw_session set last_seen_at = $2 where token_hash = $1"
END = "delete from fw_session where token_hash = $1"
END_OTHERS = "delete from fw_session where user_id = $1 and token_hash <> $2"
LIST = """
select created_at, last_seen_at, user_agent, address, token_hash from fw_session
where user_id = $1 and expires_at > $2 and last_seen_at > $3 order by last_seen_at desc
"""
PURGE = "delete from fw_session where expires_at <= $1 or last_seen_at <= $2"
FORGET = "delete from fw_sign_in_attempt where last_at <= $1"
REHASH = "update fw_user set password_hash = $2 where id = $1 and password_hash = $3"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The *token* for the cookie (it is kept nowhere else) and who it stands for."""

    token: str
    actor: Actor
    expires_at: datetime


def hash_of(token: str) -> bytes:
    """Return what the database keeps of a token: its SHA-256. Tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


async def sign_in(
    runtime: Runtime,
    login: str,
    password: str,
    *,
    address: str = "",
    user_agent: str = "",
    old_token: str | None = None,
) -> SignedIn:
    """Start a session with a new token and end the one of *old_token*.

    Raises NotSignedIn with the same words and after the same time whether the
    account is unknown, inactive or the password wrong; Throttled after too
    many failures; Unavailable when too many sign-ins are being checked.
    """
    login, now = login.strip(), runtime.clock()
    _check_legible(login, password)
    await note_attempt(runtime.database, login, address, now)
    row = await runtime.database.fetchrow(BY_LOGIN, login)
    stored = row["password_hash"] if row is not None and row["active"] else None
    if not await PASSWORDS.verify(stored, password) or row is None:
        raise _refusal()
    await clear(runtime.database, login, address)
    await _freshen(runtime, row, password)
    return await _start(runtime, row, now, address=address, user_agent=user_agent, old_token=old_token)


def _check_legible(login: str, password: str) -> None:
    """Refuse what can be no account and would only cost time: NUL, lone surrogates, huge texts."""
    odd = any(c == "\0" or 0xD800 <= ord(c) < 0xE000 for c in login[:201] + password[: MOST + 1])
    if odd or len(login) > 200 or len(password) > MOST:
        raise _refusal()


def _refusal() -> NotSignedIn:
    problems = NotSignedIn.of("wrong-sign-in", "Name and password do not belong together.").problems
    return NotSignedIn(problems)


async def _freshen(runtime: Runtime, row: Any, password: str) -> None:
    if PASSWORDS.outdated(row["password_hash"]):
        fresh = await PASSWORDS.hash(password)
        await runtime.database.execute(REHASH, row["id"], fresh, row["password_hash"])


async def _start(
    runtime: Runtime, row: Any, now: datetime, *, address: str, user_agent: str, old_token: str | None
) -> SignedIn:
    token, expires = secrets.token_urlsafe(32), now + ABSOLUTE
    async with runtime.database.transaction() as tx:
        if old_token:
            await tx.execute(END, hash_of(old_token))
        agent = user_agent.replace("\0", "").encode(errors="replace").decode()[:300]
        await tx.execute(START, hash_of(token), row["id"], now, expires, agent, address[:100])
    return SignedIn(token, actor_of_row(row, runtime.model), expires)


async def actor_of(runtime: Runtime, token: str) -> Actor | None:
    """Return who is behind *token*, with the roles of now; None when session or user has ended."""
    now, key = runtime.clock(), hash_of(token)
    row = await runtime.database.fetchrow(WHO, key, now, now - IDLE)
    if row is None:
        return None
    if row["last_seen_at"] < now - TOUCH:
        await runtime.database.execute(SEEN, key, now)
    return actor_of_row(row, runtime.model)


async def sign_out(runtime: Runtime, token: str) -> None:
    """End a session."""
    await runtime.database.execute(END, hash_of(token))


async def sign_out_others(runtime: Runtime, actor: Actor, token: str) -> int:
    """End all other sessions of the actor; return how many."""
    return await runtime.database.execute(END_OTHERS, UUID(actor.id), hash_of(token))


async def list_sessions(runtime: Runtime, actor: Actor) -> list[dict[str, Any]]:
    """Return created_at, last_seen_at, user_agent, address and token_hash of the actor's open sessions."""
    now = runtime.clock()
    rows = await runtime.database.fetch(LIST, UUID(actor.id), now, now - IDLE)
    return [dict(row) for row in rows]


async def purge_sessions(runtime: Runtime) -> int:
    """Delete sessions that have ended, and failures nobody counts any more; return how many sessions."""
    now = runtime.clock()
    await runtime.database.execute(FORGET, now - ABSOLUTE)
    return await runtime.database.execute(PURGE, now, now - IDLE)
