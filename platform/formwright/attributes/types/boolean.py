"""Yes or no."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import types

from formwright.attributes.base import AttributeType, Invalid, Options
from formwright.attributes.operators import PRESENCE
from formwright.attributes.texts import text_of

__all__ = ["Boolean"]

TRUE = frozenset({"true", "on", "yes", "1"})
FALSE = frozenset({"false", "off", "no", "0"})
SHOWN = {
    "cs": ("Ano", "Ne"),
    "de": ("Ja", "Nein"),
    "en": ("Yes", "No"),
    "es": ("Sí", "No"),
    "fr": ("Oui", "Non"),
    "it": ("Sì", "No"),
    "pl": ("Tak", "Nie"),
    "sk": ("Áno", "Nie"),
}


class Boolean(AttributeType):
    """Yes or no. A form posts a hidden ``false`` before its checkbox; the last text counts."""

    name = "boolean"
    label = "Yes or no"
    kind = "boolean"
    widget: ClassVar[str] = "widgets/boolean.html"
    operators: ClassVar[tuple[str, ...]] = ("is", *PRESENCE)

    def column(self, options: Options) -> types.Boolean:
        """Return boolean."""
        return types.Boolean()

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a boolean schema."""
        return {"type": "boolean"}

    def parse(self, raw: object, options: Options, locale: str = "en") -> bool | None:
        """Return the boolean; texts are ``true on yes 1``, ``false off no 0``, or as the locale shows it."""
        if isinstance(raw, bool):
            return raw
        text = text_of(raw[-1] if isinstance(raw, list) and raw else raw)
        if text is None:
            return None
        word = text.strip().casefold()
        yes, no = (shown.casefold() for shown in _shown(locale))
        if word in TRUE or word == yes:
            return True
        if word in FALSE or word == no:
            return False
        raise Invalid("not-a-boolean", "This must be yes or no.", "true or false")

    def text(self, value: bool, options: Options, locale: str = "en") -> str:
        """Return ``true`` or ``false``."""
        return "true" if value else "false"

    def display(self, value: bool, options: Options, locale: str = "en") -> str:
        """Return yes or no in the language, else in English."""
        return _shown(locale)[0 if value else 1]


def _shown(locale: str) -> tuple[str, str]:
    return SHOWN.get(locale[:2], SHOWN["en"])
