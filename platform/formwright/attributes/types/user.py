"""A user of the platform."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import types

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Options
from formwright.attributes.identities import SCHEMA, read_uuid

__all__ = ["User"]


class User(AttributeType):
    """The id of a user."""

    name = "user"
    label = "User"
    kind = "record"
    widget: ClassVar[str] = "widgets/user.html"
    keys: ClassVar = {"role": {"type": "string", "description": "Only users with this role are offered."}}
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
