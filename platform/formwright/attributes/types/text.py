"""One line of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Integer, func, literal

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.formats import Format, builtin_formats
from formwright.attributes.patterns import pattern
from formwright.attributes.texts import length_problem, one_line
from formwright.problems import suggest

__all__ = ["Text"]


class Text(AttributeType):
    """One line of text; outer white space goes, everything inside stays as typed.

    A text in which nothing can be seen (white space, zero-width characters)
    is no value. Line breaks are refused, not replaced.
    """

    name = "text"
    label = "Text"
    kind = "text"
    keys: ClassVar = {
        "min": {"type": "integer", "minimum": 1, "description": "Fewest characters."},
        "max": {"type": "integer", "minimum": 1, "maximum": 10_000, "description": "Most characters."},
        "format": {"type": "string", "description": "A checked format, such as iban or eu.vat."},
        "pattern": {"type": "string", "maxLength": 200, "description": "What the whole text looks like."},
    }
    operators: ClassVar[tuple[str, ...]] = operators.TEXT
    search: ClassVar[Search | None] = Search(digits=True)
    longest: ClassVar[int] = 10_000

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a string schema with its length and pattern."""
        schema: dict[str, Any] = {"type": "string", "maxLength": options.get("max", self.longest)}
        if options.get("min"):
            schema["minLength"] = options["min"]
        if options.get("pattern"):
            schema["pattern"] = f"^(?:{options['pattern'].removeprefix('^').removesuffix('$')})$"
        return schema

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return the text without outer white space, in the canonical form of its format."""
        text = one_line(raw)
        if text is None:
            return None
        if len(text) > self.longest:
            raise length_problem(self.longest)
        found = _format(options)
        return found.parse(text) if found else text

    def check(self, value: str, options: Options) -> Iterator[Invalid]:
        """Return what is wrong with length, format and pattern."""
        most = options.get("max", self.longest)
        if len(value) > most:
            yield length_problem(most)
        if len(value) < options.get("min", 0):
            yield Invalid("too-short", f"At least {options['min']} characters are expected.")
        found = _format(options)
        if found:
            try:
                found.parse(value)
            except Invalid as problem:
                yield problem
        if options.get("pattern") and not pattern(options["pattern"]).matches(value):
            yield Invalid("bad-pattern-value", "The text does not look as expected.", options["pattern"])

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return whether format and pattern are known, and ``min`` is not above ``max``."""
        if options.get("min", 0) > options.get("max", self.longest):
            yield Invalid("bad-bound", "`min` is above `max`: no value is possible.", "swap them")
        name = options.get("format")
        if name and not builtin_formats().get(name):
            known = suggest(name, builtin_formats().names())
            yield Invalid("unknown-format", f"There is no format `{name}`.", known)
        if options.get("pattern"):
            try:
                pattern(options["pattern"])
            except Invalid as problem:
                yield problem

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

    def display(self, value: str, options: Options, locale: str = "en") -> str:
        """Return the text as its format groups it (an IBAN in fours)."""
        found = _format(options)
        return found.show(value) if found else value

    def words(self, value: str, options: Options) -> str:
        """Return the text as stored."""
        return value


def _format(options: Options) -> Format | None:
    name = options.get("format")
    return builtin_formats().get(name) if name else None
