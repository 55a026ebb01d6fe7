"""API tokens: made, listed, revoked, and turned into the actor that a program acts as."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from formwright.access import Actor
from formwright.metadata.model import Model
from formwright.problems import Place, Problem, suggest
from formwright.services.identifiers import new_id
from formwright.services.refusals import Invalid, NotFound
from formwright.services.runtime import Runtime
from formwright.services.sign_in import hash_of
from formwright.services.users import actor_of_row

__all__ = [
    "DEFAULT_DAYS",
    "SCOPES",
    "Token",
    "TokenAsked",
    "actor_of_token",
    "add_token",
    "list_tokens",
    "revoke_token",
]

SCOPES = ("read", "write")
PREFIX = "fw_"
DEFAULT_DAYS = 90
LONGEST_DAYS = 366 * 5
TOUCH = timedelta(minutes=1)
MOST = 100
MOST_KNOWN = 10_000
RECENT = timedelta(seconds=0.5)

INSERT = """
insert into fw_api_token (id, user_id, name, token_hash, scopes, entities, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
WHO = """
select u.*, t.id token_id, t.scopes, t.entities, t.last_used_at, t.expires_at
from fw_api_token t join fw_user u on u.id = t.user_id
where t.token_hash = $1 and t.expires_at > $2 and t.revoked_at is null and u.active
"""
USED = "update fw_api_token set last_used_at = $2 where id = $1"
LIST = "select * from fw_api_token where user_id = $1 order by created_at desc, id desc limit 200"
COUNT = "select count(*) from fw_api_token where user_id = $1 and revoked_at is null and expires_at > $2"
REVOKE = "update fw_api_token set revoked_at = $3 where id = $1 and user_id = $2 and revoked_at is null"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAsked:
    """What a new token is to be: *name* is for people, no *entities* means all of them."""

    name: str
    scopes: tuple[str, ...] = ("read",)
    entities: tuple[str, ...] = ()
    days: int = DEFAULT_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as its user sees it; the secret itself is kept nowhere."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    entities: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def valid(self, now: datetime) -> bool:
        """Return whether the token still opens anything."""
        return self.revoked_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class _Known:
    """Who was found behind a token a moment ago."""

    actor: Actor
    found_at: datetime
    expires_at: datetime


_known: dict[tuple[int, str, bytes], _Known] = {}


async def add_token(runtime: Runtime, actor: Actor, asked: TokenAsked) -> str:
    """Make a token of *actor* and return its secret, which nobody can show again. Raises Invalid."""
    now, user = runtime.clock(), UUID(actor.id)
    problems = list(_problems(runtime.model, asked))
    if not problems and await runtime.database.fetchval(COUNT, user, now) >= MOST:
        problems = [Problem("too-many-tokens", f"A user has at most {MOST} tokens.", hint="revoke some")]
    if problems:
        raise Invalid(problems)
    secret, expires = PREFIX + secrets.token_urlsafe(32), now + timedelta(days=asked.days)
    scopes, entities = sorted(set(asked.scopes)), sorted(set(asked.entities))
    await runtime.database.execute(
        INSERT, new_id(), user, asked.name.strip(), hash_of(secret), scopes, entities, now, expires
    )
    return secret


def _problems(model: Model, asked: TokenAsked) -> Iterator[Problem]:
    name = asked.name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        yield Problem("token-name", "The name needs 1 to 100 printable characters.", Place(field="name"))
    if not asked.scopes:
        yield Problem("token-scope", "A token needs a scope.", Place(field="scopes"), suggest("", SCOPES))
    yield from _unknown("scopes", "scope", asked.scopes, SCOPES, "token-scope")
    yield from _unknown("entities", "entity type", asked.entities, model.entities, "unknown-entity")
    if not 1 <= asked.days <= LONGEST_DAYS:
        sentence = f"A token lives 1 to {LONGEST_DAYS:,} days."
        yield Problem("token-days", sentence, Place(field="days"))


def _unknown(
    field: str, what: str, given: Iterable[str], known: Iterable[str], code: str
) -> Iterator[Problem]:
    names = list(known)
    for each in given:
        if each not in names:
            sentence = f"There is no {what} `{each[:60]}`."
            yield Problem(code, sentence, Place(field=field), suggest(each[:60], names))


async def list_tokens(runtime: Runtime, actor: Actor) -> list[Token]:
    """Return the tokens of *actor*, the newest first, also those that have ended."""
    rows = await runtime.database.fetch(LIST, UUID(actor.id))
    return [_token(row) for row in rows]


def _token(row: Any) -> Token:
    return Token(
        id=row["id"],
        name=row["name"],
        scopes=tuple(row["scopes"]),
        entities=tuple(row["entities"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )


async def revoke_token(runtime: Runtime, actor: Actor, identity: UUID) -> None:
    """End a token of *actor*, from the next request on. Raises NotFound."""
    ended = await runtime.database.execute(REVOKE, identity, UUID(actor.id), runtime.clock())
    _known.clear()
    if not ended:
        raise NotFound.of("unknown-token", "There is no such token.")


async def actor_of_token(runtime: Runtime, secret: str) -> Actor | None:
    """Return who acts with *secret*: its user, narrowed to the token; None when it opens nothing.

    What was found holds for half a second, because programs ask in bursts and
    the look-up costs as much as a small read. In this process a revocation
    holds at once.
    """
    if not secret.startswith(PREFIX) or len(secret) > 200:
        return None
    now, key = runtime.clock(), (id(runtime.database), runtime.model.checksum, hash_of(secret))
    known = _known.get(key)
    if known is not None and now - RECENT < known.found_at <= now < known.expires_at:
        return known.actor
    row = await runtime.database.fetchrow(WHO, key[2], now)
    if row is None:
        _known.pop(key, None)
        return None
    if row["last_used_at"] is None or row["last_used_at"] < now - TOUCH:
        await runtime.database.execute(USED, row["token_id"], now)
    actor = actor_of_row(row, runtime.model)
    actor = replace(actor, reads_only="write" not in row["scopes"], within=frozenset(row["entities"]))
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[key] = _Known(actor, now, row["expires_at"])
    return actor
