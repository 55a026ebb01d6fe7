"""Signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, get, post
from litestar.response import Redirect, Response

from formwright.services.refusals import Refusal
from formwright.services.sign_in import sign_in, sign_out
from formwright.web.security import own_path
from formwright.web.sessions import GUEST_COOKIE, SESSION_COOKIE, check_form, guest_cookie, session_cookie
from formwright.web.visit import Visit, visit_of

__all__ = ["end_session", "show_sign_in", "start_session"]


@get("/sign-in")
async def show_sign_in(request: Request[Any, Any, Any]) -> Response[str] | Redirect:
    """Show the sign-in form; who is signed in already goes on."""
    visit = visit_of(request)
    target = own_path(request.query_params.get("next"))
    if visit.actor is not None:
        return Redirect(target, status_code=303)
    if not visit.session:
        # The form's token needs something that ties it to this browser: set the cookie, then come again.
        cookie = guest_cookie(secure=visit.work.settings.secure)
        visit = _as_guest(visit, cookie.value or "")
        response = _form(visit, target)
        response.cookies.append(cookie)
        return response
    return _form(visit, target)


def _as_guest(visit: Visit, session: str) -> Visit:
    return Visit(visit.request, visit.work, visit.model, None, session, visit.pages, visit.texts)


def _form(visit: Visit, target: str, login: str = "", refusal: Refusal | None = None) -> Response[str]:
    return visit.page(
        "sign_in",
        status=refusal.status if refusal else 200,
        next=target,
        login=login,
        problems=refusal.problems if refusal else (),
        demo_sign_ins=visit.work.settings.demo_sign_ins,
    )


@post("/sign-in", status_code=303)
async def start_session(request: Request[Any, Any, Any]) -> Response[str] | Redirect:
    """Check name and password and start a session."""
    visit, form = visit_of(request), await request.form()
    target, login = own_path(str(form.get("next", "/"))), str(form.get("login", ""))
    check_form(visit, str(form.get("_token", "")))
    try:
        signed_in = await sign_in(
            visit.work.runtime,
            login,
            str(form.get("password", "")),
            address=request.client.host if request.client else "",
            user_agent=request.headers.get("user-agent", ""),
            old_token=request.cookies.get(SESSION_COOKIE),
        )
    except Refusal as refusal:
        return _form(visit, target, login, refusal)
    lifetime = int((signed_in.expires_at - datetime.now(UTC)).total_seconds())
    answer = Redirect(target, status_code=303)
    answer.cookies.append(
        session_cookie(signed_in.token, secure=visit.work.settings.secure, lifetime=lifetime)
    )
    answer.delete_cookie(GUEST_COOKIE)
    return answer


@post("/sign-out", status_code=303)
async def end_session(request: Request[Any, Any, Any]) -> Redirect:
    """End the session of this browser."""
    visit, form = visit_of(request), await request.form()
    check_form(visit, str(form.get("_token", "")))
    if visit.actor is not None:
        await sign_out(visit.work.runtime, visit.session)
    answer = Redirect("/sign-in", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer
