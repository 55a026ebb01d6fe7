"""A link to a record of one entity type."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import types

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Options
from formwright.attributes.identities import SCHEMA, read_uuid

__all__ = ["Reference"]


class Reference(AttributeType):
    """The id of a record. Whether it exists and may be chosen, services know; its title, too."""

    name = "reference"
    label = "Reference"
    kind = "record"
    widget: ClassVar[str] = "widgets/reference.html"
    keys: ClassVar = {
        "to": {"type": "string", "description": "The entity type it points at."},
        "where": {"type": "string", "description": "JEXL: which records are offered."},
        "on_delete": {
            "enum": ["protect", "cascade", "clear"],
            "description": "What happens when the other record is removed (protect).",
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("to",)
    operators: ClassVar[tuple[str, ...]] = operators.CHOICE

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
