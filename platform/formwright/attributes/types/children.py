"""Records that belong to a record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from sqlalchemy.types import TypeEngine

from formwright.attributes.base import AttributeType, Invalid, Options
from formwright.attributes.operators import PRESENCE

__all__ = ["Children"]

MOST = 10_000


class Children(AttributeType):
    """The records of another entity type whose reference ``by`` points here. They have no column.

    The value is a list of objects, one a record, whose values the attributes of the child check.
    """

    name = "children"
    label = "Children"
    kind = "list"
    widget: ClassVar[str] = "widgets/children.html"
    keys: ClassVar = {
        "of": {"type": "string", "description": "The entity type of the children."},
        "by": {"type": "string", "description": "The reference of the child that points here."},
        "min": {"type": "integer", "minimum": 0, "description": "Fewest children."},
        "max": {"type": "integer", "minimum": 1, "description": "Most children."},
    }
    needs: ClassVar[tuple[str, ...]] = ("of", "by")
    operators: ClassVar[tuple[str, ...]] = PRESENCE
    stored: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    multiple: ClassVar[bool] = True
    wide: ClassVar[bool] = True

    def column(self, options: Options) -> TypeEngine[Any]:
        """Raise TypeError: children live in the table of their own entity type."""
        raise TypeError("children have no column")

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return an array of objects."""
        return {"type": "array", "items": {"type": "object"}}

    def parse(self, raw: object, options: Options, locale: str = "en") -> list[dict[str, Any]] | None:
        """Return the rows in *raw*, unread: each is a record of its own."""
        if raw in (None, "", []):
            return None
        if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
            raise Invalid("not-a-list", "This must be a list of records.")
        if len(raw) > MOST:
            raise Invalid("too-many", f"At most {MOST} records fit here.")
        return raw

    def check(self, value: list[dict[str, Any]], options: Options) -> Iterator[Invalid]:
        """Return whether there are too few or too many."""
        if len(value) < options.get("min", 0):
            yield Invalid("too-few", f"At least {options['min']} are expected.")
        if len(value) > options.get("max", MOST):
            yield Invalid("too-many", f"At most {options.get('max', MOST)} fit here.")

    def text(self, value: list[dict[str, Any]], options: Options, locale: str = "en") -> list[str]:
        """Return nothing: each child has controls of its own."""
        return []

    def display(self, value: list[dict[str, Any]], options: Options, locale: str = "en") -> str:
        """Return how many there are."""
        return str(len(value))

    def words(self, value: list[dict[str, Any]], options: Options) -> str:
        """Return nothing: children are searched as records."""
        return ""
