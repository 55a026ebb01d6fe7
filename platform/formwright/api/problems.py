"""Everything that fails, as `application/problem+json` (RFC 9457). Never a stack trace."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Any

import asyncpg
import structlog
from litestar import Request
from litestar.exceptions import HTTPException
from litestar.response import Response

from formwright.api.answers import HEADERS
from formwright.problems import Problem, ProblemError, as_problem_details
from formwright.problems.render import TITLES
from formwright.services.refusals import Conflict, NotSignedIn, Throttled, Unavailable

__all__ = ["MEDIA_TYPE", "on_crash", "on_http_exception", "on_lost_database", "on_problem", "problem_body"]

MEDIA_TYPE = "application/problem+json"
LOG = structlog.get_logger("formwright.api")
LOST = (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.TooManyConnectionsError, OSError)
SENTENCES = {
    400: "The request could not be read.",
    404: "There is nothing at this address.",
    405: "This address does not take such a request.",
    413: "What you sent is larger than this server accepts.",
    415: "This address does not take such a kind of content.",
}


def on_problem(request: Request[Any, Any, Any], exc: ProblemError) -> Response[bytes]:
    """Answer a refusal."""
    status = getattr(exc, "status", 422)
    answer = _answer(request, status, exc.problems)
    if isinstance(exc, NotSignedIn):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="formwright"'
    if isinstance(exc, Conflict) and exc.version:
        answer.headers["ETag"] = f'"{exc.version}"'
    if isinstance(exc, Throttled | Unavailable):
        answer.headers["Retry-After"] = str(getattr(exc, "retry_after", 1))
    return answer


def on_http_exception(request: Request[Any, Any, Any], exc: HTTPException) -> Response[bytes]:
    """Answer what the framework refused: unknown path, wrong method, too large."""
    status = exc.status_code
    if status >= 500:
        return on_crash(request, exc)
    sentence = SENTENCES.get(status, TITLES.get(status, "The request failed") + ".")
    answer = _answer(request, status, (Problem(f"http-{status}", sentence),))
    for name, value in (exc.headers or {}).items():
        answer.headers.setdefault(name, value)
    return answer


def on_lost_database(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
    """Answer while the database cannot be reached: the same request may succeed in a moment."""
    LOG.warning("database lost", path=request.url.path, error=type(exc).__name__)
    answer = _answer(request, 503, (Problem("database-lost", "The database does not answer."),))
    answer.headers["Retry-After"] = "2"
    return answer


def on_crash(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
    """Answer a defect of ours: log it with a number, show the number."""
    reference = secrets.token_hex(5)
    LOG.error("request failed", reference=reference, path=request.url.path, exc_info=exc)
    sentence = "Something went wrong on our side. Nothing was saved."
    return _answer(request, 500, (Problem("internal", sentence, hint=f"Quote {reference}."),))


def problem_body(status: int, problems: Iterable[Problem], instance: str = "") -> bytes:
    """Return the JSON; plain ASCII, because a problem may quote half of a surrogate pair."""
    return json.dumps(as_problem_details(status, problems, instance)).encode()


def _answer(request: Request[Any, Any, Any], status: int, problems: Iterable[Problem]) -> Response[bytes]:
    body = problem_body(status, problems, request.url.path)
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(HEADERS))
