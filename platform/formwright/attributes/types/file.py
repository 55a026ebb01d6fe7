"""Stored files."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import types

from formwright.attributes.base import AttributeType, Options
from formwright.attributes.identities import SCHEMA, read_uuid
from formwright.attributes.operators import PRESENCE

__all__ = ["File"]


class File(AttributeType):
    """The id of a stored file. Its name, size and kind are with the file, which the upload has checked."""

    name = "file"
    label = "File"
    kind = "record"
    widget: ClassVar[str] = "widgets/file.html"
    keys: ClassVar = {
        "accept": {
            "type": "array",
            "items": {"type": "string", "pattern": r"^(\.[a-z0-9]+|[a-z]+/([a-z0-9.+-]+|\*))$"},
            "minItems": 1,
            "description": "Media types or endings, such as application/pdf or .csv.",
        },
        "max_size": {"type": "integer", "minimum": 1, "description": "Most bytes."},
    }
    operators: ClassVar[tuple[str, ...]] = PRESENCE
    sortable: ClassVar[bool] = False

    def column(self, options: Options) -> types.Uuid[UUID]:
        """Return uuid."""
        return types.Uuid()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of UUIDs."""
        return dict(SCHEMA)

    def parse(self, raw: object, options: Options, locale: str = "en") -> UUID | None:
        """Return the id in *raw*: its text, or an object with that as its ``id``."""
        return read_uuid(raw)

    def dump(self, value: UUID, options: Options) -> str:
        """Return the id as text."""
        return str(value)

    def words(self, value: UUID, options: Options) -> str:
        """Return nothing: an id is no word."""
        return ""
