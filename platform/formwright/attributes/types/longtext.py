"""Text of several lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Integer, func, literal

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.texts import length_problem, text_of

__all__ = ["LongText"]


class LongText(AttributeType):
    """Text of several lines; every line end becomes a line feed, everything else stays as typed."""

    name = "longtext"
    label = "Long text"
    kind = "text"
    widget: ClassVar[str] = "widgets/longtext.html"
    keys: ClassVar = {
        "min": {"type": "integer", "minimum": 1, "description": "Fewest characters."},
        "max": {"type": "integer", "minimum": 1, "maximum": 200_000, "description": "Most characters."},
        "rows": {"type": "integer", "minimum": 1, "maximum": 100, "description": "Height of the control."},
    }
    operators: ClassVar[tuple[str, ...]] = ("contains", *operators.PRESENCE)
    search: ClassVar[Search | None] = Search()
    sortable: ClassVar[bool] = False
    wide: ClassVar[bool] = True
    longest: ClassVar[int] = 200_000

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a string schema with its length."""
        schema = {"type": "string", "maxLength": options.get("max", self.longest)}
        return schema | ({"minLength": options["min"]} if options.get("min") else {})

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return the text with a line feed at the end of each line."""
        text = text_of(raw)
        if text is not None and len(text) > 2 * self.longest:
            raise length_problem(self.longest)
        return None if text is None else text.replace("\r\n", "\n").replace("\r", "\n")

    def check(self, value: str, options: Options) -> Iterator[Invalid]:
        """Return what is wrong with the length."""
        most = options.get("max", self.longest)
        if len(value) > most:
            yield length_problem(most)
        if len(value) < options.get("min", 0):
            yield Invalid("too-short", f"At least {options['min']} characters are expected.")

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return whether ``min`` is above ``max``."""
        if options.get("min", 0) > options.get("max", self.longest):
            yield Invalid("bad-bound", "`min` is above `max`: no value is possible.", "swap them")

    def constraints(
        self, column: ColumnElement[Any], options: Options
    ) -> Sequence[tuple[str, ColumnElement[bool]]]:
        """Return the conditions of the length."""
        length = func.char_length(column, type_=Integer())
        found: list[tuple[str, ColumnElement[bool]]] = []
        if "min" in options:
            found.append(("min", length >= literal(options["min"])))
        if "max" in options:
            found.append(("max", length <= literal(options["max"])))
        return found
