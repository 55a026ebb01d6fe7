"""What the API needs to know of its surroundings, and what its handlers share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from formwright.services.runtime import Runtime

__all__ = ["ApiSettings", "Shared"]


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """How signed-in browsers are known, and limits.

    *form_token_matches* tells whether the header ``X-Form-Token`` belongs to
    the session in *session_cookie*: unsafe requests with the cookie need it.
    *largest_body* and *largest_bulk* are in bytes; *streams* is how many
    answers may stream at once, because each holds a connection.
    """

    form_token_matches: Callable[[str, str], bool]
    session_cookie: str = "fw_session"
    largest_body: int = 2 * 1024 * 1024
    largest_bulk: int = 16 * 1024 * 1024
    streams: int = 2


@dataclass(frozen=True, slots=True)
class Shared:
    """What handlers find in the state of the application."""

    runtime: Runtime
    settings: ApiSettings
    streams: asyncio.Semaphore
