"""A link to a record of one of several entity types."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any as Anything
from typing import ClassVar

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options
from formwright.attributes.identities import SCHEMA, read_uuid
from formwright.attributes.texts import clean
from formwright.problems import suggest

__all__ = ["Any"]

NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


class Any(AttributeType):
    """Entity type and id of a record, stored as one text: ``entity/uuid``. JSON form: ``{entity, id}``."""

    name = "any"
    label = "Reference to several kinds"
    kind = "text"
    widget: ClassVar[str] = "widgets/any.html"
    keys: ClassVar = {
        "to": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "uniqueItems": True,
            "description": "The entity types it may point at.",
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("to",)
    operators: ClassVar[tuple[str, ...]] = operators.CHOICE
    sortable: ClassVar[bool] = False

    def json_schema(self, options: Options) -> dict[str, Anything]:
        """Return a schema of entity type and id."""
        return {
            "type": "object",
            "properties": {"entity": {"enum": list(options.get("to", ()))}, "id": dict(SCHEMA)},
            "required": ["entity", "id"],
            "additionalProperties": False,
        }

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return ``entity/uuid`` from that text, from an object, or from two controls [entity, id]."""
        if isinstance(raw, list) and len(raw) == 2:
            entity, identity = raw
        elif isinstance(raw, dict):
            entity, identity = raw.get("entity"), raw.get("id")
        else:
            text = clean(raw, 200)
            entity, _, identity = (text or "").partition("/")
            if text is None:
                return None
        name, found = clean(entity, 63), read_uuid(identity)
        if name is None and found is None and not isinstance(raw, dict):
            return None
        if name is None or found is None or not NAME.fullmatch(name):
            if found is None and isinstance(raw, list):
                return None  # an entity type is preselected, nothing is chosen
            raise Invalid("not-an-id", "This must be an entity type and the id of a record.", "entity/id")
        return f"{name}/{found}"

    def check(self, value: str, options: Options) -> Iterable[Invalid]:
        """Return whether the entity type is not among those allowed."""
        entity = value.partition("/")[0]
        if entity in options.get("to", ()):
            return ()
        hint = suggest(entity, options.get("to", ()))
        return [Invalid("wrong-entity", f"This cannot point at `{entity}`.", hint)]

    def dump(self, value: str, options: Options) -> dict[str, str]:
        """Return entity type and id."""
        entity, _, identity = value.partition("/")
        return {"entity": entity, "id": identity}
