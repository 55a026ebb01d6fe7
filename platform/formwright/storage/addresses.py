"""Where a database is: the URLs that are accepted, and the names of workspaces."""

from __future__ import annotations

import re

from formwright.problems import Problem, ProblemError

__all__ = ["as_dsn", "check_workspace"]

_SCHEME = re.compile(r"^(postgres|postgresql)(\+\w+)?://")
_WORKSPACE = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
_RESERVED = frozenset({"public", "information_schema"})


def as_dsn(url: str) -> str:
    """Return *url* as asyncpg reads it: ``postgresql+asyncpg://…`` loses its driver.

    Raises :class:`ProblemError` for any other database. The problem never repeats the URL, which
    may hold a password.
    """
    text = url.strip()
    if not _SCHEME.match(text):
        scheme = text.partition("://")[0] if "://" in text else ""
        sentence = f"`{scheme[:20]}` is not PostgreSQL." if scheme else "The database URL has no scheme."
        hint = "write postgresql://user:password@host:5432/database"
        raise ProblemError([Problem("database-url-invalid", sentence, hint=hint)])
    return _SCHEME.sub("postgresql://", text)


def check_workspace(name: str) -> None:
    """Raise :class:`ProblemError` when *name* cannot be the schema of a workspace."""
    if _WORKSPACE.match(name) and name not in _RESERVED and not name.startswith("pg_"):
        return
    sentence = f"`{name[:63]}` cannot be the name of a workspace."
    hint = "use up to 63 lower-case letters, digits and underscores, beginning with a letter"
    raise ProblemError([Problem("workspace-name-invalid", sentence, hint=hint)])
