"""What can be asked of the write path, and what it answers: values without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from formwright.access import SYSTEM, Actor
from formwright.problems import Problem

__all__ = ["Command", "Remove", "RunAction", "Save", "Saved", "Transition"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command says: about which record, by whom, through what, and why.

    *channel* is ``form``, ``api``, ``import``, ``process``, ``plugin`` or
    ``data``. *form_locale* is the locale of texts typed by a person; None
    means that values are in JSON form. *acknowledged* names the warning rules
    that the actor has seen and accepts. *idempotency_key* makes a retry of
    the same command return the first answer.
    """

    entity: str
    id: UUID | None = None
    version: int | None = None
    actor: Actor = SYSTEM
    channel: str = "api"
    reason: str = ""
    request_id: str = ""
    form_locale: str | None = None
    acknowledged: frozenset[str] = frozenset()
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Save(Command):
    """Create a record (without *id*) or update one.

    *values* holds the attributes to write and no others; children as lists of
    such mappings, each with an ``id`` when the row exists and with ``_remove:
    true`` when it is to go; rows that are not mentioned stay. *base* holds
    the attributes as they were when the actor began to edit: with it, edits
    of others to other attributes are kept (three-way merge).
    """

    values: Mapping[str, Any]
    base: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Command):
    """Take a transition of the record's lifecycle. *params* answers what it asks for."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Remove a record: it keeps its row, marked as deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAction(Command):
    """Run a named action on a record. *params* answers what it asks for."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of the record. *changed* names the attributes whose value is another now.

    *warnings* are problems that did not stop the command. *result* is what an
    action returned. *repeated*: this is the stored answer to an earlier
    command with the same idempotency key.
    """

    id: UUID
    number: str = ""
    version: int = 0
    changed: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    result: Any = None
    repeated: bool = False
