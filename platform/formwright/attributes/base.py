"""What an attribute type is. Built-in types and those of plugins subclass this one class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement
from sqlalchemy.types import Text, TypeEngine

__all__ = ["AttributeType", "Invalid", "Options", "Search"]

Options = Mapping[str, Any]
"""What the metadata says about one attribute beyond its type: min, max, choices, format, …"""


class Invalid(ValueError):
    """Raised by ``parse`` and ``check``: a code, a complete sentence, and what to do instead."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        """Keep the parts; *code* is a stable slug such as ``not-a-number``."""
        super().__init__(sentence)
        self.code, self.sentence, self.hint = code, sentence, hint


@dataclass(frozen=True, slots=True)
class Search:
    """How a search engine treats values of a type."""

    words: bool = True  # split into words, folded, prefix matched
    digits: bool = False  # also matched by digits alone, whatever the punctuation
    typo: bool = True  # one or two typing errors are forgiven


class AttributeType:
    """One attribute type: its column, JSON form, text form, checks, widget and filters.

    Three forms of a value never mix: the *canonical* Python value (what
    services, storage and expressions hold), its *JSON* form (REST, files,
    history), and its *text* form (an HTML control or a cell in a locale).
    A missing value is None in all three and never reaches these methods,
    except ``parse``, which returns None for an empty input.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    kind: ClassVar[str]  # the value's `formwright.expressions.types.Kind`
    widget: ClassVar[str] = "widgets/text.html"
    keys: ClassVar[Mapping[str, Mapping[str, Any]]] = {}  # own metadata keys -> JSON Schema of each
    needs: ClassVar[tuple[str, ...]] = ()  # own metadata keys that must be given
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "empty", "not_empty")
    search: ClassVar[Search | None] = None  # None: never searched
    stored: ClassVar[bool] = True  # False: no column (children)
    sortable: ClassVar[bool] = True
    multiple: ClassVar[bool] = False  # canonical value is a list
    wide: ClassVar[bool] = False  # takes the full width of a form

    def column(self, options: Options) -> TypeEngine[Any]:
        """Return the SQLAlchemy type of the column that stores the canonical value."""
        return Text()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the JSON form."""
        return {"type": "string"}

    def parse(self, raw: object, options: Options, locale: str = "en") -> Any:
        """Return the canonical value of text typed in *locale*, or of the JSON form.

        Text is `str` (or a list of `str` when several controls post one
        attribute); JSON is what `json.loads` gives. Normalises. Returns None
        for empty input. Raises Invalid when *raw* cannot be such a value.
        """
        raise NotImplementedError

    def check(self, value: Any, options: Options) -> Iterable[Invalid]:
        """Return what is wrong with a canonical value under *options* (min, max, choices, …)."""
        return ()

    def check_options(self, options: Options) -> Iterable[Invalid]:
        """Return what is wrong with *options* beyond the JSON Schemas of ``keys`` (min above max, …)."""
        return ()

    def constraints(
        self, column: ColumnElement[Any], options: Options
    ) -> Sequence[tuple[str, ColumnElement[bool]]]:
        """Return (suffix, condition) pairs: what of ``check`` the database keeps as named CHECKs."""
        return ()

    def dump(self, value: Any, options: Options) -> Any:
        """Return the JSON form of a canonical value."""
        return value

    def text(self, value: Any, options: Options, locale: str = "en") -> str | list[str]:
        """Return what an HTML control shows, so that ``parse(text(v))`` gives *v* again."""
        return str(value)

    def display(self, value: Any, options: Options, locale: str = "en") -> str:
        """Return what a person reads in a cell or a view; plain text, never HTML."""
        return str(value)

    def words(self, value: Any, options: Options) -> str:
        """Return the text that search indexes."""
        return self.display(value, options)

    def choices(self, options: Options) -> tuple[str, ...]:
        """Return the only values that can occur (choice types), else nothing."""
        return ()
