"""The first page, and the answer to a load balancer's question."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.enums import MediaType
from litestar.response import Response

from formwright.web.sessions import require_sign_in
from formwright.web.visit import visit_of

__all__ = ["health", "home"]


@get("/health", media_type=MediaType.TEXT)
async def health(request: Request[Any, Any, Any]) -> str:
    """Return ``ok`` when the database answers."""
    await visit_of(request).work.runtime.database.fetchval("select 1")
    return "ok"


@get("/", guards=[require_sign_in])
async def home(request: Request[Any, Any, Any]) -> Response[str]:
    """Show where the actor can go."""
    return visit_of(request).page("home")
