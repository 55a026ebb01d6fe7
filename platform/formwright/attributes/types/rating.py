"""Ratings by stars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement
from sqlalchemy.types import SmallInteger

from formwright.attributes.base import Invalid, Options
from formwright.attributes.numbers import read_number
from formwright.attributes.ordered import Ordered

__all__ = ["Rating"]


class Rating(Ordered):
    """One to ``max`` stars (5). No star is no value."""

    name = "rating"
    label = "Rating"
    kind = "integer"
    widget: ClassVar[str] = "widgets/rating.html"
    keys: ClassVar = {
        "max": {"type": "integer", "minimum": 2, "maximum": 10, "description": "Most stars (5)."}
    }

    def bound(self, options: Options, key: str) -> int:
        """Return 1 or the most stars."""
        return 1 if key == "min" else int(options.get("max") or 5)

    def column(self, options: Options) -> SmallInteger:
        """Return smallint."""
        return SmallInteger()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return an integer schema from 1 to the most stars."""
        return {"type": "integer", "minimum": 1, "maximum": self.bound(options, "max")}

    def parse(self, raw: object, options: Options, locale: str = "en") -> int | None:
        """Return how many stars; 0 is none."""
        number = read_number(raw, locale)
        if number is None or number == 0:
            return None
        if number.adjusted() > 3 or number != number.to_integral_value():
            raise Invalid("not-an-integer", "This must be a number of stars.")
        return int(number)

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return nothing: the schema of ``max`` says all."""
        return ()

    def constraints(
        self, column: ColumnElement[Any], options: Options
    ) -> Sequence[tuple[str, ColumnElement[bool]]]:
        """Return the condition of one to the most stars."""
        return [("range", column.between(1, self.bound(options, "max")))]

    def display(self, value: int, options: Options, locale: str = "en") -> str:
        """Return how many stars of how many."""
        return f"{value} / {self.bound(options, 'max')}"

    def words(self, value: int, options: Options) -> str:
        """Return nothing: ratings are not searched as words."""
        return ""
