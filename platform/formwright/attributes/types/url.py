"""Web addresses."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

import idna

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.texts import clean

__all__ = ["Url"]

LONGEST = 2_000
BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#].*)?", re.ASCII | re.IGNORECASE | re.DOTALL)
FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f-\x9f\\<>\"`{}|^\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BRACKETED = re.compile(r"[0-9a-f:.]+", re.ASCII | re.IGNORECASE)


class Url(AttributeType):
    """A web address: http or https, a host, no user and no password.

    ``example.org/x`` becomes ``https://example.org/x``; scheme and host become lower case.
    """

    name = "url"
    label = "Web address"
    kind = "text"
    widget: ClassVar[str] = "widgets/url.html"
    operators: ClassVar[tuple[str, ...]] = operators.TEXT
    search: ClassVar[Search | None] = Search(typo=False)

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of http and https addresses."""
        return {"type": "string", "format": "uri", "maxLength": LONGEST}

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return the address; anything a browser could read as another scheme or host is refused."""
        text = clean(raw, LONGEST)
        if text is None:
            return None
        if BARE.fullmatch(text):
            text = f"https://{text}"
        if FORBIDDEN.search(text):
            raise _no_url()
        try:
            parts = urlsplit(text)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise _no_url() from None
        if parts.scheme not in ("http", "https") or not _host(host) or "@" in parts.netloc:
            raise _no_url()
        return _lowered(parts)


def _lowered(parts: SplitResult) -> str:
    address = parts._replace(netloc=parts.netloc.lower()).geturl()
    if len(address) > LONGEST:
        raise _no_url()
    return address


def _host(host: str) -> bool:
    if ":" in host:
        return BRACKETED.fullmatch(host) is not None
    try:
        return bool(host) and len(idna.encode(host, uts46=True)) <= 253
    except (idna.IDNAError, UnicodeError):
        return False


def _no_url() -> Invalid:
    return Invalid("not-a-url", "This must be a web address.", "for example https://example.org")
