"""Pages for everything that fails: what happened, and the way on. Never a stack trace."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Response

from formwright.problems import Problem, ProblemError
from formwright.problems.render import TITLES
from formwright.services.refusals import NotSignedIn, Throttled
from formwright.web.security import HEADERS
from formwright.web.sessions import VisitMiddleware
from formwright.web.visit import Visit

__all__ = ["on_crash", "on_http_exception", "on_problem"]

LOG = structlog.get_logger("formwright.web")


def on_problem(request: Request[Any, Any, Any], exc: ProblemError) -> Response[Any]:
    """Answer a refusal: the sign-in page for guests, else a page with the problems."""
    status = getattr(exc, "status", 422)
    if isinstance(exc, NotSignedIn) and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return _guarded(Redirect(f"/sign-in?next={quote(here, safe='')}", status_code=303))
    answer = _page(request, status, exc.problems)
    if isinstance(exc, Throttled):
        answer.headers["Retry-After"] = str(exc.retry_after)
    return answer


def on_http_exception(request: Request[Any, Any, Any], exc: HTTPException) -> Response[Any]:
    """Answer what the framework refused (unknown path, wrong method, too large, not readable)."""
    status = exc.status_code
    if status >= 500:
        return on_crash(request, exc)
    sentence = _SENTENCES.get(status, TITLES.get(status, "The request failed") + ".")
    return _page(request, status, (Problem(f"http-{status}", sentence),))


_SENTENCES = {
    400: "The request could not be read.",
    404: "There is no such page.",
    405: "This page does not take such a request.",
    413: "What you sent is larger than this server accepts.",
    415: "This page does not take such a kind of content.",
}


def on_crash(request: Request[Any, Any, Any], exc: Exception) -> Response[Any]:
    """Answer a defect of ours: log it with a number, show the number."""
    reference = f"{id(exc) & 0xFFFFFF:06x}-{abs(hash(str(exc))) & 0xFFFF:04x}"
    LOG.error("request failed", reference=reference, path=request.url.path, exc_info=exc)
    problem = Problem(
        "internal",
        "Something went wrong on our side. Nothing was saved.",
        hint=f"Tell your administrator {reference}.",
    )
    return _page(request, 500, (problem,))


def _page(request: Request[Any, Any, Any], status: int, problems: tuple[Problem, ...]) -> Response[Any]:
    visit: Visit = request.scope["state"].get("visit") or _guest(request)
    title = TITLES.get(status, "The request failed")
    block = "content" if visit.partial else ""
    return _guarded(
        visit.page("error", status=status, block=block, title=title, code=status, problems=problems)
    )


def _guest(request: Request[Any, Any, Any]) -> Visit:
    """Return a guest's visit: an address that no route has does not pass through the middleware."""
    visits: VisitMiddleware = request.app.state["visits"]
    return visits.visit(request)


def _guarded(response: Response[Any]) -> Response[Any]:
    # Answers of exception handlers do not pass through `after_request`.
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
