"""An answer of lines that are made while the lines of the request still come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from litestar.response import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from formwright.api.answers import HEADERS, NDJSON

__all__ = ["LineAnswer"]


class LineAnswer(Response[Any]):
    """A response that sends what *lines* yields.

    The framework's own stream waits for the client to leave, and so takes the
    messages that carry the body of the request.
    """

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        """Keep the lines; they are read once."""
        super().__init__(None, status_code=200, media_type=NDJSON)
        self._lines = lines

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]  # it is no ASGIResponse
        """Return what sends head, lines and end."""

        async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
            headers = {**HEADERS, "Content-Type": NDJSON}
            raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            async for part in self._lines:
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        return answer
