"""One of some values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.choice_list import CHOICES, label, names, unknown
from formwright.attributes.texts import clean

__all__ = ["Choice"]


class Choice(AttributeType):
    """One of the declared values. The value is its name; people read its label."""

    name = "choice"
    label = "Choice"
    kind = "text"
    widget: ClassVar[str] = "widgets/choice.html"
    keys: ClassVar = {"choices": CHOICES}
    needs: ClassVar[tuple[str, ...]] = ("choices",)
    operators: ClassVar[tuple[str, ...]] = operators.CHOICE
    search: ClassVar[Search | None] = Search()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return the allowed values."""
        return {"enum": list(names(options))}

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return the name in *raw*, without outer white space."""
        return clean(raw, 200)

    def check(self, value: str, options: Options) -> Iterable[Invalid]:
        """Return whether the value is not allowed."""
        return () if value in names(options) else [unknown(value, options)]

    def constraints(
        self, column: ColumnElement[Any], options: Options
    ) -> Sequence[tuple[str, ColumnElement[bool]]]:
        """Return the condition that the value is allowed."""
        return [("choices", column.in_(names(options)))]

    def display(self, value: str, options: Options, locale: str = "en") -> str:
        """Return the label."""
        return label(value, options, locale)

    def choices(self, options: Options) -> tuple[str, ...]:
        """Return the allowed values."""
        return names(options)
