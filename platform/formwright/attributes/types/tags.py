"""Free labels."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.texts import clean, storable

__all__ = ["Tags"]

LONGEST = 60
MOST = 50


class Tags(AttributeType):
    """Short labels without commas, each once whatever its case, in the order given. None is no value."""

    name = "tags"
    label = "Tags"
    kind = "list"
    widget: ClassVar[str] = "widgets/tags.html"
    operators: ClassVar[tuple[str, ...]] = operators.LIST
    search: ClassVar[Search | None] = Search()
    sortable: ClassVar[bool] = False
    multiple: ClassVar[bool] = True

    def column(self, options: Options) -> ARRAY[str]:
        """Return text[]."""
        return ARRAY(Text())

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return an array of short texts."""
        return {"type": "array", "items": {"type": "string", "maxLength": LONGEST}, "maxItems": MOST}

    def parse(self, raw: object, options: Options, locale: str = "en") -> list[str] | None:
        """Return the labels: of a text with commas, or of a list of texts without."""
        items: list[Any] = storable(raw).split(",") if isinstance(raw, str) else _listed(raw)
        found: dict[str, str] = {}
        for item in items:
            tag = clean(item, LONGEST)
            if tag is not None and "," in tag:
                raise Invalid("bad-tag", "A label has no comma.", "give two labels")
            if tag is not None:
                found.setdefault(tag.casefold(), tag)
        if len(found) > MOST:
            raise Invalid("too-many", f"At most {MOST} labels fit here.")
        return list(found.values()) or None

    def text(self, value: list[str], options: Options, locale: str = "en") -> str:
        """Return the labels with commas, for one control."""
        return ", ".join(value)

    def display(self, value: list[str], options: Options, locale: str = "en") -> str:
        """Return the labels with commas."""
        return ", ".join(value)


def _listed(raw: object) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise Invalid("not-a-list", "This must be a list of labels.")
    if len(raw) == 1 and isinstance(raw[0], str):
        return storable(raw[0]).split(",")  # one control posts one text
    return raw
