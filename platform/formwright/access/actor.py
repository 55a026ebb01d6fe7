"""Who acts: a person who is signed in, an integration, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["SYSTEM", "Actor"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf something is done.

    *id* is the text of a UUID. *all* says that one of the roles is declared
    with ``all: true`` in the Model that serves the request; *system* is true
    for the platform's own work (shipped rows, timers) and for nothing else.
    An API token narrows what its user may: *reads_only*, or *within* some
    entity types (empty: all).
    """

    id: str
    login: str
    name: str
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    locale: str = "en"
    zone: str = "UTC"
    all: bool = False
    system: bool = False
    reads_only: bool = False
    within: frozenset[str] = frozenset()

    def narrowed(self, entity: str, action: str) -> bool:
        """Return whether a token keeps the actor from *action*, whatever the roles grant."""
        beyond = bool(self.within) and entity not in self.within
        return beyond or (self.reads_only and action not in ("read", "export"))

    def as_context(self) -> dict[str, Any]:
        """Return what expressions see as ``user``. The system has no id: it owns nothing."""
        identity = {} if self.system else {"id": self.id}
        return {
            **identity,
            "login": self.login,
            "name": self.name,
            "roles": sorted(self.roles),
            "teams": sorted(self.teams),
            "locale": self.locale,
        }


SYSTEM = Actor("00000000-0000-0000-0000-000000000000", "system", "System", all=True, system=True)
"""The platform itself. No session ever yields this actor."""
