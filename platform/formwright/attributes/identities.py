"""Identities of records, files and users: UUIDs."""

from __future__ import annotations

import re
from uuid import UUID

from formwright.attributes.base import Invalid
from formwright.attributes.texts import text_of

__all__ = ["SCHEMA", "read_uuid"]

SCHEMA = {"type": "string", "format": "uuid"}
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def read_uuid(raw: object) -> UUID | None:
    """Return the UUID in *raw*: a UUID, its text with hyphens, or an object with that as its ``id``."""
    if isinstance(raw, UUID):
        return raw
    if isinstance(raw, dict):
        raw = raw.get("id", raw)
    text = None if isinstance(raw, dict) else text_of(raw)
    if text is None and not isinstance(raw, dict):
        return None
    if text is None or not UUID_TEXT.fullmatch(text.strip()):
        raise Invalid("not-an-id", "This must be the id of a record.", "for example one from the list")
    return UUID(text.strip())
