"""What services need to work: the database, the Model of now, the clock, plugins and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from formwright.metadata.model import Model
from formwright.storage.database import Database

__all__ = ["FixedModel", "Models", "Runtime"]


class Models(Protocol):
    """Holds the Model that serves; a live reload puts another one in its place."""

    @property
    def current(self) -> Model:
        """The Model to use for the whole of one request."""
        ...


@dataclass(frozen=True, slots=True)
class FixedModel:
    """A holder whose Model never changes: for commands and tests."""

    current: Model


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything around a service call; frozen, shared by all requests of a process.

    *functions* are the plugin functions that effects and actions call, by
    dotted name. *clock* gives an aware datetime; rules and time stamps read
    only it. *release* is the number of the metadata release, if known.
    """

    database: Database
    models: Models
    clock: Callable[[], datetime] = _now
    functions: Mapping[str, Any] = field(default_factory=dict)
    files: Any = None
    release: Callable[[], int | None] = lambda: None

    @property
    def model(self) -> Model:
        """The Model that serves now; read it once per use case."""
        return self.models.current
