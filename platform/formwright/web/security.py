"""Headers of every answer, and the proof that a form post comes from our own page."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

__all__ = ["HEADERS", "own_path", "same_origin", "token_for", "token_matches"]

# No inline script, no inline style, nothing from elsewhere. Tabler's icons in CSS are data: images.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; manifest-src 'self'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
}


def token_for(secret: bytes, session: str) -> str:
    """Return the form token of a session token: an HMAC-SHA-256, so that it gives nothing away."""
    return hmac.new(secret, b"form:" + session.encode(), hashlib.sha256).hexdigest()


def token_matches(secret: bytes, session: str, given: str) -> bool:
    """Whether *given* is the form token of the session, compared in constant time."""
    return hmac.compare_digest(token_for(secret, session), given.encode(errors="replace").decode())


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that the request comes from one of our own pages.

    ``Sec-Fetch-Site`` decides where it is sent (it cannot be set by scripts);
    ``Origin`` must name our host otherwise. Clients that send neither (no
    browser does on a post) pass here and are stopped by the form token.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def own_path(target: str | None) -> str:
    r"""Return *target* when it is a path of this site, else ``/``.

    Browsers read ``//host`` and ``/\host`` as another site, and drop tabs and
    line breaks before they look, so such texts are not paths of ours.
    """
    text = target or "/"
    odd = any(ord(c) < 33 or c == "\\" for c in text)
    return text if text.startswith("/") and not text.startswith("//") and not odd else "/"
