"""Files of records: always a download, never a page of ours."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Response

from formwright.services.files import PICTURES, find_file
from formwright.web.sessions import require_sign_in
from formwright.web.visit import visit_of

__all__ = ["show_file"]


@get("/files/{id:uuid}", guards=[require_sign_in])
async def show_file(request: Request[Any, Any, Any], id: FromPath[UUID]) -> Response[bytes]:  # noqa: A002 - the path's word
    """Send a file that the actor may read. Pictures say their kind, so that a page can show them."""
    visit = visit_of(request)
    found = await find_file(visit.work.runtime, visit.who, id)
    content = await asyncio.to_thread(found.path.read_bytes)
    kind = (
        found.media_type if found.media_type in (*PICTURES, "application/pdf") else "application/octet-stream"
    )
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }
    return Response(content, media_type=kind, headers=headers)
