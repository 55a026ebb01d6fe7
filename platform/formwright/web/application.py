"""The ASGI application: routes, middleware, headers, and pages for everything that fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from litestar import Litestar, Request
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from formwright.problems import ProblemError
from formwright.services.runtime import Runtime
from formwright.web.inputs import MOST_FIELDS
from formwright.web.pages import ROUTES
from formwright.web.pages.errors import on_crash, on_http_exception, on_problem
from formwright.web.security import HEADERS
from formwright.web.sessions import VisitMiddleware
from formwright.web.settings import WebSettings, Work
from formwright.web.templating import Pages
from formwright.web.texts import Texts

__all__ = ["create_app"]

STATIC = Path(__file__).parent / "static"
PLATFORM_TEMPLATES = "locales"


def create_app(
    runtime: Runtime,
    settings: WebSettings,
    *,
    more_routes: Sequence[ControllerRouterHandler] = (),
    **options: Any,
) -> Litestar:
    """Return the application over *runtime*; *options* go to Litestar (lifespan, plugins)."""
    work = Work(runtime, settings)
    pages = Pages(settings.templates, *settings.extra_templates)
    visits = VisitMiddleware(work, pages, Texts(settings.templates / PLATFORM_TEMPLATES))
    return Litestar(
        route_handlers=[_static(), *ROUTES, *more_routes],
        middleware=[visits],
        state=State({"visits": visits}),
        exception_handlers={ProblemError: on_problem, HTTPException: on_http_exception, Exception: on_crash},
        after_request=_with_headers,
        compression_config=CompressionConfig(backend="gzip", minimum_size=1000, gzip_compress_level=4),
        request_max_body_size=settings.largest_body,
        multipart_form_part_limit=MOST_FIELDS,
        openapi_config=None,
        logging_config=None,
        **options,
    )


def _static() -> ControllerRouterHandler:
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        name="static",
        cache_control=CacheControlHeader(max_age=31_536_000, public=True, immutable=True),
    )


async def _with_headers(response: Response[Any]) -> Response[Any]:
    """Put the security headers on every answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def work_of(request: Request[Any, Any, Any]) -> Work:
    """Return the services and settings behind *request*."""
    work: Work = request.scope["state"]["visit"].work
    return work
