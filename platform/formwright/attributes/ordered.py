"""What all types share whose values have an order: ``min``, ``max``, and filters by range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, literal

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options

__all__ = ["Ordered"]


class Ordered(AttributeType):
    """A type with an order. ``min`` and ``max`` are written in metadata in the JSON form."""

    operators: ClassVar[tuple[str, ...]] = operators.ORDER

    def bound(self, options: Options, key: str) -> Any:
        """Return the canonical ``min`` or ``max`` of *options*, None when there is none."""
        raw = options.get(key)
        return None if raw is None else self.parse(raw, {**options, "min": None, "max": None})

    def check(self, value: Any, options: Options) -> Iterator[Invalid]:
        """Return whether *value* is below ``min`` or above ``max``."""
        least, most = self.bound(options, "min"), self.bound(options, "max")
        if least is not None and value < least:
            yield Invalid("too-small", f"At least {self.display(least, options)} is expected.")
        if most is not None and value > most:
            yield Invalid("too-large", f"At most {self.display(most, options)} is expected.")

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return whether a bound cannot be read, or ``min`` is above ``max``."""
        try:
            least, most = self.bound(options, "min"), self.bound(options, "max")
        except Invalid as problem:
            return [Invalid("bad-bound", f"`min` or `max` cannot be read: {problem.sentence}", problem.hint)]
        if least is not None and most is not None and least > most:
            return [Invalid("bad-bound", "`min` is above `max`: no value is possible.", "swap them")]
        return ()

    def constraints(
        self, column: ColumnElement[Any], options: Options
    ) -> Sequence[tuple[str, ColumnElement[bool]]]:
        """Return the conditions of ``min`` and ``max``."""
        least, most = self.bound(options, "min"), self.bound(options, "max")
        found: list[tuple[str, ColumnElement[bool]]] = []
        if least is not None:
            found.append(("min", column >= literal(least, self.column(options))))
        if most is not None:
            found.append(("max", column <= literal(most, self.column(options))))
        return found
