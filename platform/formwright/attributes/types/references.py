"""Links to several records of one entity type."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import types
from sqlalchemy.dialects.postgresql import ARRAY

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options
from formwright.attributes.identities import SCHEMA, read_uuid

__all__ = ["References"]

MOST = 1_000


class References(AttributeType):
    """The ids of several records, each once, in the order given. None is no value."""

    name = "references"
    label = "References"
    kind = "list"
    widget: ClassVar[str] = "widgets/references.html"
    keys: ClassVar = {
        "to": {"type": "string", "description": "The entity type they point at."},
        "where": {"type": "string", "description": "JEXL: which records are offered."},
    }
    needs: ClassVar[tuple[str, ...]] = ("to",)
    operators: ClassVar[tuple[str, ...]] = operators.LIST
    sortable: ClassVar[bool] = False
    multiple: ClassVar[bool] = True

    def column(self, options: Options) -> ARRAY[UUID]:
        """Return uuid[]."""
        return ARRAY(types.Uuid())

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return an array of UUIDs."""
        return {"type": "array", "items": dict(SCHEMA), "maxItems": MOST}

    def parse(self, raw: object, options: Options, locale: str = "en") -> list[UUID] | None:
        """Return the ids in *raw*, each once."""
        items = raw if isinstance(raw, list) else [raw]
        if len(items) > MOST:
            raise Invalid("too-many", f"At most {MOST} records fit here.")
        return list(dict.fromkeys(found for item in items if (found := read_uuid(item)))) or None

    def dump(self, value: list[UUID], options: Options) -> list[str]:
        """Return the ids as texts."""
        return [str(each) for each in value]

    def text(self, value: list[UUID], options: Options, locale: str = "en") -> list[str]:
        """Return the ids as texts."""
        return [str(each) for each in value]

    def display(self, value: list[UUID], options: Options, locale: str = "en") -> str:
        """Return the ids with commas; whoever can load records shows titles instead."""
        return ", ".join(str(each) for each in value)
