"""What a demo generator gets from the platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

__all__ = ["Loader"]


class Loader(Protocol):
    """What the platform hands to a demo generator: the write path, with progress."""

    today: date
    now: datetime
    size: float  # 1.0 loads everything; tests load less

    async def save(self, entity: str, values: dict[str, Any]) -> str:
        """Save a record with its children and return its id."""
        ...

    async def save_many(self, entity: str, rows: Sequence[dict[str, Any]]) -> list[str]:
        """Save records with their children as a set and return their ids."""
        ...

    async def transition(
        self, entity: str, record: str, name: str, params: dict[str, Any] | None = None
    ) -> None:
        """Take a transition."""
        ...

    async def transition_many(
        self, entity: str, records: Sequence[str], name: str, params: dict[str, Any] | None = None
    ) -> None:
        """Take the same transition of many records as a set."""
        ...

    async def find(self, entity: str, *key: str) -> str:
        """Return the id of a shipped row."""
        ...

    def user(self, login: str) -> str:
        """Return the id of a demo user."""
        ...

    def expect(self, total: int) -> None:
        """Say how many saves are to come, for the progress bar."""
        ...
