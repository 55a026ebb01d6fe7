"""The system attributes: what every record has, whatever its entity type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.types import Uuid

from formwright.attributes import AttributeType, Catalogue, Options
from formwright.attributes.identities import SCHEMA, read_uuid
from formwright.metadata.model import Choice

__all__ = ["LABELS", "Identity", "system_types"]

LABELS = {
    "id": "Id",
    "number": "Number",
    "type": "Type",
    "state": "State",
    "version": "Version",
    "owner": "Owner",
    "created_at": "Created at",
    "created_by": "Created by",
    "updated_at": "Updated at",
    "updated_by": "Updated by",
    "deleted_at": "Deleted at",
    "external_refs": "External references",
    "release": "Release",
}
TYPES = {
    "number": "text",
    "type": "choice",
    "state": "choice",
    "version": "integer",
    "owner": "user",
    "created_at": "datetime",
    "created_by": "user",
    "updated_at": "datetime",
    "updated_by": "user",
    "deleted_at": "datetime",
    "external_refs": "json",
    "release": "integer",
}


class Identity(AttributeType):
    """The id of the record itself: a UUID, text in expressions and in JSON."""

    name = "id"
    label = "Id"
    kind = "text"
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not")

    def column(self, options: Options) -> Uuid[UUID]:
        """Return uuid."""
        return Uuid()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of UUIDs."""
        return dict(SCHEMA)

    def parse(self, raw: object, options: Options, locale: str = "en") -> UUID | None:
        """Return the id in *raw*."""
        return read_uuid(raw)

    def dump(self, value: UUID, options: Options) -> str:
        """Return the id as text."""
        return str(value)


IDENTITY = Identity()


def system_types(
    catalogue: Catalogue, types: Iterable[Choice], states: Iterable[Choice]
) -> dict[str, tuple[AttributeType, dict[str, Any]]]:
    """Return attribute type and options of each system attribute, in the order pages show them."""
    options: dict[str, dict[str, Any]] = {
        "type": {"choices": {choice.name: choice for choice in types}},
        "state": {"choices": {choice.name: choice for choice in states}},
        "number": {"max": 63},
    }
    found: dict[str, tuple[AttributeType, dict[str, Any]]] = {"id": (IDENTITY, {})}
    for name, type_name in TYPES.items():
        found[name] = (catalogue.get(type_name), options.get(name, {}))
    return found
