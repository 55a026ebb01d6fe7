"""The API tokens of whoever is signed in: listed, made (the secret shows once), and revoked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from formwright.access import may
from formwright.problems import Problem
from formwright.services.refusals import Invalid
from formwright.services.tokens import (
    DEFAULT_DAYS,
    SCOPES,
    TokenAsked,
    add_token,
    list_tokens,
    revoke_token,
)
from formwright.web.flash import Flash, flash_cookie
from formwright.web.inputs import read_fields
from formwright.web.sessions import check_form, require_sign_in
from formwright.web.visit import Visit, visit_of

__all__ = ["TOKENS"]

GUARDS = [require_sign_in]
HERE = "/account-tokens"  # with a sign that no name of an entity type has
DAYS = (7, 30, 90, 365)
FRESH = TokenAsked(name="", scopes=("read",))


@get(HERE, guards=GUARDS)
async def show_tokens(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the tokens and the form for a new one."""
    return await _page(visit_of(request))


@post(HERE, guards=GUARDS, status_code=200)
async def make_token(request: Request[Any, Any, Any]) -> Response[str]:
    """Make a token and show its secret, which no page ever shows again."""
    visit, fields = visit_of(request), await _texts(request)
    check_form(visit, _first(fields, "_token"))
    days = _first(fields, "days")
    asked = TokenAsked(
        name=_first(fields, "name"),
        scopes=tuple(value for name, value in fields if name == "scope"),
        entities=tuple(value for name, value in fields if name == "entity"),
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
    )
    try:
        secret = await add_token(visit.work.runtime, visit.who, asked)
    except Invalid as refusal:
        return await _page(visit, asked=asked, problems=refusal.problems, status=422)
    return await _page(visit, secret=secret)


@post(HERE + "/{id:uuid}/revoke", guards=GUARDS, status_code=303)
async def end_token(
    request: Request[Any, Any, Any],
    id: FromPath[UUID],  # noqa: A002 - the name of the path's part
) -> Redirect:
    """Revoke a token and show what is left."""
    visit = visit_of(request)
    check_form(visit, _first(await _texts(request), "_token"))
    await revoke_token(visit.work.runtime, visit.who, id)
    settings = visit.work.settings
    flash = Flash(visit.translate("The token is revoked."))
    cookie = flash_cookie(flash, settings.secret, secure=settings.secure)
    return Redirect(HERE, status_code=303, cookies=[cookie])


async def _texts(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in await read_fields(request) if isinstance(value, str)]


def _first(fields: list[tuple[str, str]], wanted: str) -> str:
    return next((value for name, value in fields if name == wanted), "")


async def _page(
    visit: Visit,
    *,
    asked: TokenAsked = FRESH,
    secret: str = "",
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response[str]:
    runtime = visit.work.runtime
    entities = [
        (entity.name, entity.plural.get(visit.locale))
        for entity in visit.model.entities.values()
        if not entity.embedded and not may(entity, "read", visit.who).denied
    ]
    return visit.page(
        "tokens",
        status=status,
        asked=asked,
        secret=secret,
        problems=problems,
        tokens=await list_tokens(runtime, visit.who),
        now=runtime.clock(),
        entities=sorted(entities, key=lambda pair: pair[1]),
        scopes=SCOPES,
        days=DAYS,
        default_days=DEFAULT_DAYS,
    )


TOKENS = (show_tokens, make_token, end_token)
