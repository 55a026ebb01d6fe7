"""One use case while it runs: in which transaction, on whose behalf, with which Model, at which moment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from formwright.access import SYSTEM, Actor
from formwright.metadata.model import EntityType, Model
from formwright.problems import suggest
from formwright.services.commands import Command
from formwright.services.refusals import NotFound
from formwright.services.runtime import Runtime
from formwright.storage.database import Session
from formwright.storage.source import ModelSource, source_of

__all__ = ["DEEPEST", "Work", "open_work"]

DEEPEST = 8
"""How many saves may follow from each other through effects and automations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything that the steps of one use case share.

    *session* is its transaction (or, for reads, the pool). *rights* is whose
    rights count: the actor's, or the system's for what follows from rules
    rather than from what the actor asked for. *answers* collects what
    expressions asked about other records, *saving* the ids that are being
    saved in this transaction, *removing* those that go with what follows.
    *locking* is false for previews, which write
    nothing and hold nobody up.
    """

    runtime: Runtime
    model: Model
    source: ModelSource
    session: Session
    actor: Actor
    now: datetime
    rights: Actor
    channel: str = "api"
    reason: str = ""
    request_id: str = ""
    acknowledged: frozenset[str] = frozenset()
    depth: int = 0
    internal: bool = False
    locking: bool = True
    removing: frozenset[UUID] = frozenset()
    answers: dict[Any, Any] = field(default_factory=dict)
    saving: set[UUID] = field(default_factory=set)

    @property
    def today(self) -> date:
        """The date of now where the actor is."""
        return _today(self.now, self.actor.zone)

    @property
    def names(self) -> dict[str, Any]:
        """The names that every expression may use besides attributes."""
        return dict(_names(self.actor, self.now))

    @property
    def actor_id(self) -> UUID | None:
        """The id that columns and history keep; None stands for the system."""
        return None if self.actor.system else UUID(self.actor.id)

    def entity(self, name: str) -> EntityType:
        """Return an entity type; raise NotFound when the Model has none of that name."""
        return self.model.entities[name] if name in self.model.entities else _unknown(name, self.model)

    def following(self, **changes: Any) -> Work:
        """Return the work of something that follows from this one, with the rights of the system.

        What expressions asked before is asked anew: the write may have changed the answers.
        """
        fresh: dict[str, Any] = {"answers": {}, "saving": set(), **changes}
        return replace(self, rights=SYSTEM, depth=self.depth + 1, internal=True, **fresh)


@lru_cache(maxsize=512)
def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=512)
def _names(actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the names once for each use case: every expression is evaluated with them."""
    return {"user": actor.as_context(), "today": _today(now, actor.zone), "now": now}


def _unknown(name: str, model: Model) -> NoReturn:
    sentence = f"There is no entity type `{name[:60]}`."
    raise NotFound.of("unknown-entity", sentence, hint=suggest(name, model.entities))


def open_work(runtime: Runtime, session: Session, actor: Actor, command: Command | None = None) -> Work:
    """Return the work of a use case that begins now."""
    model = runtime.model
    work = Work(
        runtime=runtime,
        model=model,
        source=source_of(model),
        session=session,
        actor=actor,
        now=runtime.clock(),
        rights=actor,
    )
    if command is None:
        return work
    return replace(
        work,
        channel=command.channel,
        reason=command.reason,
        request_id=command.request_id,
        acknowledged=command.acknowledged,
        internal=command.channel in ("plugin", "process", "data"),
    )
