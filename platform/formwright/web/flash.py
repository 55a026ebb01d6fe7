"""One message from one page to the next, in a signed cookie that lives a minute."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import Cookie

__all__ = ["Flash", "flash_cookie", "take_flash"]


class Flash(msgspec.Struct, frozen=True):
    """A sentence, and whether it is good news (``success``), ``info``, ``warning`` or ``danger``."""

    sentence: str
    kind: str = "success"
    link: str = ""
    link_text: str = ""


def flash_cookie(flash: Flash, secret: bytes, *, secure: bool) -> Cookie:
    """Return the cookie that shows *flash* on the next page."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(flash)).decode()
    value = f"{_sign(body, secret)}.{body}"
    return Cookie(
        key="fw_flash", value=value, max_age=60, path="/", httponly=True, samesite="lax", secure=secure
    )


def take_flash(request: Request[Any, Any, Any], secret: bytes) -> Flash | None:
    """Return the message that the previous page left, if it is genuine."""
    signature, _, body = request.cookies.get("fw_flash", "").partition(".")
    if not body or not hmac.compare_digest(signature, _sign(body, secret)):
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(body), type=Flash)
    except (ValueError, msgspec.DecodeError):
        return None


def _sign(body: str, secret: bytes) -> str:
    return hmac.new(secret, b"flash:" + body.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]
