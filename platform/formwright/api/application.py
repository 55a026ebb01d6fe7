"""The ASGI application of the API, which stands beside that of the pages."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from formwright.api.callers import identify
from formwright.api.problems import LOST, on_crash, on_http_exception, on_lost_database, on_problem
from formwright.api.routes import ROUTES
from formwright.api.settings import ApiSettings, Shared
from formwright.problems import ProblemError
from formwright.services.runtime import Runtime

__all__ = ["create_api"]

UNBOUNDED = None
"""Handlers bound what they read themselves: a stream of lines has no end that is too far."""


def create_api(runtime: Runtime, settings: ApiSettings, **options: Any) -> Litestar:
    """Return the application over *runtime*; it answers below ``/api``."""
    shared = Shared(runtime, settings, asyncio.Semaphore(settings.streams))
    lost: dict[Any, Any] = dict.fromkeys(LOST, on_lost_database)
    return Litestar(
        route_handlers=[Router("/api", route_handlers=ROUTES, guards=[identify])],
        state=State({"shared": shared}),
        exception_handlers={
            **lost,
            ProblemError: on_problem,
            HTTPException: on_http_exception,
            Exception: on_crash,
        },
        request_max_body_size=UNBOUNDED,
        openapi_config=None,
        logging_config=None,
        **options,
    )
