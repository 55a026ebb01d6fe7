"""Middleware: who is behind the request, and is a form post from our own page."""

from __future__ import annotations

import secrets
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from formwright.access import Actor
from formwright.services.refusals import Forbidden, NotSignedIn
from formwright.services.sign_in import actor_of
from formwright.web.security import same_origin, token_matches
from formwright.web.settings import Work
from formwright.web.templating import Pages
from formwright.web.texts import Texts
from formwright.web.visit import Visit

__all__ = [
    "GUEST_COOKIE",
    "SESSION_COOKIE",
    "VisitMiddleware",
    "check_form",
    "guest_cookie",
    "require_sign_in",
    "session_cookie",
]

SESSION_COOKIE = "fw_session"
GUEST_COOKIE = "fw_guest"  # ties the sign-in form to the browser before there is a session
SAFE = ("GET", "HEAD", "OPTIONS")


class VisitMiddleware(ASGIMiddleware):
    """Puts a Visit into the state of each request and refuses posts from elsewhere."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, work: Work, pages: Pages, texts: Texts) -> None:
        """Keep what every visit shares."""
        self._work, self._pages, self._texts = work, pages, texts

    def visit(self, request: Request[Any, Any, Any], actor: Actor | None = None, session: str = "") -> Visit:
        """Return the visit of a request; without more, that of a guest."""
        work = self._work
        return Visit(request, work, work.runtime.model, actor, session, self._pages, self._texts)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Find the actor, then go on."""
        request: Request[Any, Any, Any] = Request(scope)
        token = request.cookies.get(SESSION_COOKIE, "")
        runtime = self._work.runtime
        actor = await actor_of(runtime, token) if token else None
        session = token if actor else request.cookies.get(GUEST_COOKIE, "")
        scope["state"]["visit"] = self.visit(request, actor, session)
        if request.method not in SAFE and not same_origin(request.headers):
            raise Forbidden.of(
                "foreign-post", "This form was not sent from our own page.", hint="Open the page again."
            )
        await next_app(scope, receive, send)


def require_sign_in(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse a request without a signed-in actor."""
    visit: Visit = connection.scope["state"]["visit"]
    if visit.actor is None:
        raise NotSignedIn.of("not-signed-in", "Sign in to see this page.")


def check_form(visit: Visit, token: str) -> None:
    """Refuse a form whose hidden token is not that of the session."""
    if not visit.session or not token_matches(visit.work.settings.secret, visit.session, token):
        raise Forbidden.of(
            "stale-form", "This page has been open for too long.", hint="Reload it and send the form again."
        )


def session_cookie(token: str, *, secure: bool, lifetime: int) -> Cookie:
    """Return the session cookie: not readable by scripts, never sent from other sites' forms."""
    return Cookie(
        key=SESSION_COOKIE,
        value=token,
        max_age=lifetime,
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def guest_cookie(*, secure: bool) -> Cookie:
    """Return a fresh cookie for a browser that is not signed in."""
    return Cookie(
        key=GUEST_COOKIE,
        value=secrets.token_urlsafe(24),
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
    )
