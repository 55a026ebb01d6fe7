"""Who calls: the holder of an API token, or a browser that is signed in and proves that it is our page."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from formwright.access import Actor
from formwright.api.settings import Shared
from formwright.services.refusals import Forbidden, NotSignedIn
from formwright.services.sign_in import actor_of
from formwright.services.tokens import actor_of_token

__all__ = ["actor_in", "identify", "shared_in"]

SAFE = ("GET", "HEAD", "OPTIONS")
Connection = ASGIConnection[Any, Any, Any, Any]


async def identify(connection: Connection, _: BaseRouteHandler) -> None:
    """Find the actor of a request; every route has this guard, so nothing is open by mistake.

    Raises NotSignedIn without valid credentials; Forbidden when a browser does
    not send the form token of its session, and for writes with a token that only reads.
    """
    given = connection.headers.get("authorization")
    safe = str(connection.scope.get("method", "")) in SAFE
    actor = await (_by_token(connection, given) if given is not None else _by_session(connection, safe=safe))
    if not safe and actor.reads_only:
        raise Forbidden.of("token-reads", "This token only reads.", hint="use one with the scope `write`")
    connection.scope["state"]["actor"] = actor


async def _by_token(connection: Connection, given: str) -> Actor:
    scheme, _, secret = given.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn.of("bad-token", "Only Bearer tokens are taken here.")
    actor = await actor_of_token(_shared(connection).runtime, secret.strip())
    if actor is None:
        hint = "make a new one on your page of tokens"
        raise NotSignedIn.of("bad-token", "This token is none, or has ended.", hint=hint)
    return actor


async def _by_session(connection: Connection, *, safe: bool) -> Actor:
    shared = _shared(connection)
    session = connection.cookies.get(shared.settings.session_cookie, "")
    actor = await actor_of(shared.runtime, session) if session else None
    if actor is None:
        hint = "send `Authorization: Bearer …`"
        raise NotSignedIn.of("not-signed-in", "This needs a token or a session.", hint=hint)
    given = connection.headers.get("x-form-token", "")
    if not safe and not shared.settings.form_token_matches(session, given):
        hint = "send the form token of the page as `X-Form-Token`"
        raise Forbidden.of("foreign-post", "This request was not sent from our own page.", hint=hint)
    return actor


def _shared(connection: Connection) -> Shared:
    shared: Shared = connection.app.state["shared"]
    return shared


def shared_in(request: Request[Any, Any, Any]) -> Shared:
    """Return the services and settings behind *request*."""
    shared: Shared = request.app.state["shared"]
    return shared


def actor_in(request: Request[Any, Any, Any]) -> Actor:
    """Return who calls."""
    actor: Actor = request.scope["state"]["actor"]
    return actor
