"""How often a sign-in may fail before the next has to wait; kept in the database, to survive restarts."""

from __future__ import annotations

from datetime import datetime, timedelta

from formwright.problems import Problem
from formwright.services.refusals import Throttled
from formwright.storage.database import Session

__all__ = ["clear", "note_attempt"]

WINDOW = timedelta(minutes=15)
LIMITS = {"login": 10, "address": 100}
LONGEST = timedelta(minutes=15)

# An attempt counts, and the block begins, before its password is checked: many at once cannot slip
# through together.
COUNT = """
insert into fw_sign_in_attempt as a (key, failures, first_at, last_at) values ($1, 1, $2, $2)
on conflict (key) do update set
    failures = case when a.last_at < $2 - $3::interval then 1 else a.failures + 1 end,
    first_at = case when a.last_at < $2 - $3::interval then $2 else a.first_at end,
    last_at = $2,
    blocked_until = case
        when a.last_at >= $2 - $3::interval and a.failures + 1 >= $4
        then $2 + least(interval '1 minute' * power(2, least(a.failures + 1 - $4, 10)), $5::interval)
    end
where a.blocked_until is null or a.blocked_until <= $2
returning failures
"""
BLOCKED = "select blocked_until from fw_sign_in_attempt where key = $1 and blocked_until > $2"
FORGET = "delete from fw_sign_in_attempt where key = $1"
TAKE_BACK = "update fw_sign_in_attempt set failures = greatest(failures - 1, 0) where key = $1"


async def note_attempt(session: Session, login: str, address: str, now: datetime) -> None:
    """Count an attempt for the account and for the address; raise Throttled when one has to wait.

    After ten failures in a row an account waits one minute, then two, four and so
    on up to fifteen; an address after a hundred. Unknown accounts count alike.
    """
    for kind, name in (("address", address), ("login", login)):
        key = f"{kind}:{name.lower()[:200]}"
        counted = await session.fetchval(COUNT, key, now, WINDOW, LIMITS[kind], LONGEST)
        if counted is None:
            await _refuse(session, key, now)


async def _refuse(session: Session, key: str, now: datetime) -> None:
    until = await session.fetchval(BLOCKED, key, now)
    seconds = max(1, round((until - now).total_seconds())) if until else 60
    sentence = f"Too many attempts to sign in. The next one counts in {seconds} seconds."
    raise Throttled([Problem("too-many-attempts", sentence)], seconds)


async def clear(session: Session, login: str, address: str) -> None:
    """Forget the failures of an account after a sign-in, and this attempt of its address."""
    await session.execute(FORGET, f"login:{login.lower()[:200]}")
    await session.execute(TAKE_BACK, f"address:{address.lower()[:200]}")
