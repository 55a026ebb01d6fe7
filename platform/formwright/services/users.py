"""Users: made, found, and given a new password."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg

from formwright.access import EVERYONE, Actor
from formwright.metadata.model import Model
from formwright.problems import Place, Problem, suggest
from formwright.services.identifiers import new_id
from formwright.services.passwords import PASSWORDS, problems_of
from formwright.services.refusals import Invalid, NotSignedIn
from formwright.services.runtime import Runtime

__all__ = ["actor_of_row", "actor_of_user", "change_password", "create_user", "list_users", "set_password"]

INSERT = """
insert into fw_user (id, login, name, email, password_hash, roles, teams, locale, zone,
                     created_at, updated_at, password_changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10)
"""
BY_ID = "select * from fw_user where id = $1"
BY_LOGIN = "select * from fw_user where lower(login) = lower($1)"
ALL = "select * from fw_user order by lower(name), id"
CHANGE_HASH = """
update fw_user set password_hash = $2, password_changed_at = $3, updated_at = $3, version = version + 1
where id = $1
"""
END_SESSIONS = "delete from fw_session where user_id = $1 and token_hash is distinct from $2"


def actor_of_row(row: Any, model: Model) -> Actor:
    """Return the Actor of a row of ``fw_user``, with the roles that *model* knows.

    A role that the Model does not declare gives nothing; so do names that no
    metadata can declare.
    """
    roles = frozenset(r for r in row["roles"] if r in model.roles and r != EVERYONE)
    return Actor(
        id=str(row["id"]),
        login=row["login"],
        name=row["name"],
        roles=roles,
        teams=frozenset(row["teams"]),
        locale=row["locale"],
        zone=row["zone"],
        all=any(model.roles[role].all for role in roles),
    )


async def actor_of_user(runtime: Runtime, login: str) -> Actor | None:
    """Return the Actor of the active user *login*; None when there is none."""
    row = await runtime.database.fetchrow(BY_LOGIN, login)
    return actor_of_row(row, runtime.model) if row is not None and row["active"] else None


async def list_users(runtime: Runtime) -> list[dict[str, Any]]:
    """Return id, login, name, email, roles, teams and active of all users, by name."""
    keys = ("id", "login", "name", "email", "roles", "teams", "locale", "active")
    return [{key: row[key] for key in keys} for row in await runtime.database.fetch(ALL)]


async def create_user(
    runtime: Runtime,
    login: str,
    name: str,
    password: str | None,
    *,
    roles: Iterable[str] = (),
    teams: Iterable[str] = (),
    email: str | None = None,
    locale: str = "en",
    zone: str = "UTC",
    checked: bool = True,
) -> UUID:
    """Create a user and return the id.

    Without a password nobody can sign in as the user. *checked* is False for
    demo users, whose password the operator chose. Raises Invalid.
    """
    wanted = sorted(set(roles))
    problems = [*_problems(runtime.model, login, name, wanted)]
    if password is not None and checked:
        problems += problems_of(password, login)
    if problems:
        raise Invalid(problems)
    secret = await PASSWORDS.hash(password) if password is not None else None
    user, now = new_id(), runtime.clock()
    try:
        await runtime.database.execute(
            INSERT, user, login, name, email, secret, wanted, sorted(set(teams)), locale, zone, now
        )
    except asyncpg.UniqueViolationError as error:
        raise Invalid.of("login-taken", f"There is a user `{login}` already.", "login") from error
    return user


def _problems(model: Model, login: str, name: str, roles: Iterable[str]) -> Iterable[Problem]:
    for field, value in (("login", login), ("name", name)):
        printable = value.isprintable() and all(not 0xD800 <= ord(c) < 0xE000 for c in value)
        if not value.strip() or len(value) > 200 or not printable:
            yield Problem(
                "user-name", f"The {field} needs 1 to 200 printable characters.", Place(field=field)
            )
    for role in roles:
        if role not in model.roles or role == EVERYONE:
            hint = suggest(role, model.roles)
            yield Problem("unknown-role", f"There is no role `{role}`.", Place(field="roles"), hint)


async def set_password(
    runtime: Runtime, user: UUID, password: str, *, keep_session: bytes | None = None
) -> None:
    """Give a user a new password and end all sessions except *keep_session* (a token hash)."""
    secret = await PASSWORDS.hash(password)
    async with runtime.database.transaction() as tx:
        await tx.execute(CHANGE_HASH, user, secret, runtime.clock())
        await tx.execute(END_SESSIONS, user, keep_session)


async def change_password(
    runtime: Runtime, actor: Actor, old: str, new: str, *, keep_session: bytes | None = None
) -> None:
    """Replace the actor's own password; raise NotSignedIn when *old* is wrong, Invalid when *new* is bad."""
    row = await runtime.database.fetchrow(BY_ID, UUID(actor.id))
    if not await PASSWORDS.verify(row["password_hash"] if row is not None else None, old):
        raise NotSignedIn.of("wrong-password", "The present password is not right.", "old")
    problems = problems_of(new, actor.login, "new")
    if problems:
        raise Invalid(problems)
    await set_password(runtime, UUID(actor.id), new, keep_session=keep_session)
