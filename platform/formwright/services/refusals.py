"""Why a service did not do what it was asked: problems with the HTTP status that fits them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from formwright.problems import Place, Problem, ProblemError

__all__ = [
    "Conflict",
    "Difference",
    "Forbidden",
    "Invalid",
    "NotFound",
    "NotSignedIn",
    "Refusal",
    "Stale",
    "Throttled",
    "Unavailable",
]


class Refusal(ProblemError):  # noqa: N818 - the others are named after what they say, this after what it is
    """Nothing was done. *status* is the HTTP status for it."""

    status: ClassVar[int] = 422

    @classmethod
    def of(cls, code: str, sentence: str, field: str = "", hint: str = "") -> Refusal:
        """Return a refusal with one problem."""
        return cls([Problem(code, sentence, Place(field=field), hint)])


class Invalid(Refusal):
    """The input has problems, each at its field."""

    status = 422


class NotSignedIn(Refusal):
    """Nobody is signed in, or the name and password do not belong together."""

    status = 401


class Forbidden(Refusal):
    """The actor may see the record, but may not do this with it."""

    status = 403


class NotFound(Refusal):
    """There is no such record, or the actor may not know of it."""

    status = 404


@dataclass(frozen=True, slots=True)
class Difference:
    """Both values of one attribute: as first read (*base*), as entered, as saved by another."""

    base: Any
    mine: Any
    theirs: Any


class Conflict(Refusal):
    """Others changed the same attributes meanwhile, or the state of things does not allow it.

    *version* is that of the record now; *differences* are canonical values by
    attribute, without those that the actor may not see.
    """

    status = 409

    def __init__(
        self,
        problems: Iterable[Problem],
        version: int = 0,
        differences: Mapping[str, Difference] | None = None,
    ) -> None:
        """Keep what differs beside the problems."""
        super().__init__(problems)
        self.version = version
        self.differences = dict(differences or {})


class Stale(Conflict):
    """The version that was to be changed is no longer the newest, and there is no base to merge with."""

    status = 412


class Throttled(Refusal):
    """Too many attempts; the next one counts after *retry_after* seconds."""

    status = 429

    def __init__(self, problems: Iterable[Problem], retry_after: int = 60) -> None:
        """Keep the waiting time."""
        super().__init__(problems)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """The server has too much to do; the same request may succeed a little later."""

    status = 503
