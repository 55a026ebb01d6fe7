"""Answers that handlers give: JSON that is bytes already, versions as entity tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request
from litestar.response import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from formwright.api.refusals import BadRequest, PreconditionRequired
from formwright.services.documents import Document

__all__ = [
    "HEADERS",
    "JSON",
    "NDJSON",
    "BytesAnswer",
    "document_answer",
    "encoded",
    "etag",
    "json_answer",
    "matches_none",
    "version_wanted",
]

JSON = "application/json"
NDJSON = "application/x-ndjson"
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE: Mapping[str, str] = {
    **HEADERS,
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization, Cookie",
}
"""Of a record: a client may keep it, and must ask whether it is still so."""


class BytesAnswer(Response[bytes]):
    """A response whose body is bytes already: it is sent as it is, without the framework's serialisation."""

    def __init__(self, body: bytes, status: int, headers: Mapping[str, str], media_type: str = JSON) -> None:
        """Keep the parts; *headers* may still be changed."""
        # The framework's own constructor prepares much that these answers never have.
        self.content, self.media_type = body, media_type
        self.status_code = status
        self.headers = dict(headers)
        self.cookies, self.background, self.encoding = [], None, "utf-8"
        self.response_type_encoders = {}

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]  # it is no ASGIResponse
        """Return what sends head and body; 304 has neither length nor type."""
        headers = self.headers
        if self.status_code != 304:
            headers = {
                **headers,
                "content-type": str(self.media_type),
                "content-length": str(len(self.content)),
            }
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        status = int(self.status_code or 200)

        async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": status, "headers": raw})
            await send({"type": "http.response.body", "body": self.content, "more_body": False})

        return answer


def json_answer(body: bytes, status: int = 200, headers: Mapping[str, str] = HEADERS) -> BytesAnswer:
    """Return *body*, which is JSON."""
    return BytesAnswer(body, status, headers)


def encoded(value: Any) -> bytes:
    """Return plain values as JSON."""
    return msgspec.json.encode(value, enc_hook=str)


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def document_answer(document: Document, status: int = 200, **headers: str) -> BytesAnswer:
    """Return a record with its version as ETag."""
    return json_answer(document.body, status, {**PRIVATE, "ETag": etag(document.version), **headers})


def matches_none(request: Request[Any, Any, Any], version: int) -> bool:
    """Return whether If-None-Match names this version: then the client has the record already."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in given[:2000].split(",")]
    return "*" in tags or etag(version) in tags


def version_wanted(request: Request[Any, Any, Any], *, required: bool) -> int | None:
    """Return the version that If-Match names; None for ``*``, and without it when it is not *required*.

    Raises PreconditionRequired without one, BadRequest for what is no version of ours.
    """
    given = request.headers.get("if-match")
    if given is None:
        if required:
            hint = 'send the ETag of the record as `If-Match: "7"`, or `*`'
            raise PreconditionRequired.of("version-required", "Which version is this about?", hint=hint)
        return None
    text = given.strip()
    if text == "*":
        return None
    number = text[1:-1]
    if len(text) < 3 or text[0] != '"' or text[-1] != '"' or not number.isascii() or not number.isdigit():
        raise BadRequest.of("bad-etag", "If-Match holds no version.", hint='send `If-Match: "7"`')
    return min(int(number[:12]), 2**31 - 1)
