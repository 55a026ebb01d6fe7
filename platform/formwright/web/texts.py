"""Words of the pages themselves, by locale. English stands in the templates; other locales in files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Texts", "Translator"]

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True)
class Translator:
    """The words of one locale, called like a function."""

    locale: str
    texts: Mapping[str, str]

    def __call__(self, text: str, **values: Any) -> str:
        """Return *text* in the locale with ``{name}`` filled in."""
        found = self.texts.get(text, text)
        for name, value in values.items():
            found = found.replace("{" + name + "}", str(value))
        return found


class Texts:
    """Translations read once from ``templates/locales/<locale>.yaml``: English text → text."""

    def __init__(self, folder: Path) -> None:
        """Read every locale file in *folder*."""
        self._by_locale: dict[str, Mapping[str, str]] = {
            path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            for path in sorted(folder.glob("*.yaml"))
        }

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales that have a file, English first."""
        return ("en", *self._by_locale)

    def translator(self, locale: str) -> Translator:
        """Return ``_(text, **values)``: the text in *locale* with ``{name}`` filled in."""
        language = locale.split("-", maxsplit=1)[0]
        return Translator(locale, self._by_locale.get(locale) or self._by_locale.get(language) or {})

    @staticmethod
    def direction(locale: str) -> str:
        """Return ``rtl`` or ``ltr``."""
        return "rtl" if locale.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"
