"""Some of some values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, cast
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import Text

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.choice_list import CHOICES, label, names, unknown
from formwright.attributes.texts import clean

__all__ = ["Choices"]

MOST = 1_000


class Choices(AttributeType):
    """Several of the declared values, each once, in declared order. None chosen is no value."""

    name = "choices"
    label = "Choices"
    kind = "list"
    widget: ClassVar[str] = "widgets/choices.html"
    keys: ClassVar = {"choices": CHOICES}
    needs: ClassVar[tuple[str, ...]] = ("choices",)
    operators: ClassVar[tuple[str, ...]] = operators.LIST
    search: ClassVar[Search | None] = Search()
    sortable: ClassVar[bool] = False
    multiple: ClassVar[bool] = True

    def column(self, options: Options) -> ARRAY[str]:
        """Return text[]."""
        return ARRAY(Text())

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return an array of the allowed values."""
        return {"type": "array", "items": {"enum": list(names(options))}, "uniqueItems": True}

    def parse(self, raw: object, options: Options, locale: str = "en") -> list[str] | None:
        """Return the names in *raw*, each once, in declared order; unknown ones stay, at the end."""
        items = raw if isinstance(raw, list) else [raw]
        if len(items) > MOST:
            raise Invalid("too-many", f"At most {MOST} values fit here.")
        found = {name for item in items if (name := clean(item, 200))}
        known = names(options)
        return [n for n in known if n in found] + sorted(found.difference(known)) or None

    def check(self, value: list[str], options: Options) -> Iterable[Invalid]:
        """Return each value that is not allowed."""
        return [unknown(name, options) for name in value if name not in names(options)]

    def constraints(
        self, column: ColumnElement[Any], options: Options
    ) -> Sequence[tuple[str, ColumnElement[bool]]]:
        """Return the condition that every value is allowed."""
        return [("choices", column.op("<@", is_comparison=True)(cast(array(names(options)), ARRAY(Text()))))]

    def text(self, value: list[str], options: Options, locale: str = "en") -> list[str]:
        """Return the names."""
        return list(value)

    def display(self, value: list[str], options: Options, locale: str = "en") -> str:
        """Return the labels with commas."""
        return ", ".join(label(name, options, locale) for name in value)

    def choices(self, options: Options) -> tuple[str, ...]:
        """Return the values that each item can have."""
        return names(options)
