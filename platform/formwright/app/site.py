"""Pages and API as one ASGI application: each keeps its own middleware, errors and headers."""

from __future__ import annotations

from functools import partial

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from formwright.api import ApiSettings, create_api
from formwright.services.runtime import Runtime
from formwright.web import WebSettings, create_app
from formwright.web.security import token_matches
from formwright.web.sessions import SESSION_COOKIE

__all__ = ["create_site"]


def create_site(runtime: Runtime, settings: WebSettings) -> ASGIApp:
    """Return the application: ``/api`` and all below is the API, everything else are pages."""
    pages = create_app(runtime, settings)
    api = create_api(
        runtime,
        ApiSettings(
            form_token_matches=partial(token_matches, settings.secret), session_cookie=SESSION_COOKIE
        ),
    )

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        below = scope["type"] == ScopeType.HTTP and (path == "/api" or path.startswith("/api/"))
        await (api if below else pages)(scope, receive, send)

    return site
