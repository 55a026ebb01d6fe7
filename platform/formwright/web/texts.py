"""Words of the pages themselves, by locale. English stands in the templates; other locales in files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Texts"]

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


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

    def translator(self, locale: str) -> Callable[..., str]:
        """Return ``_(text, **values)``: the text in *locale* with ``{name}`` filled in."""
        texts = self._by_locale.get(locale) or self._by_locale.get(locale.split("-", maxsplit=1)[0]) or {}

        def translate(text: str, **values: Any) -> str:
            found = texts.get(text, text)
            for name, value in values.items():
                found = found.replace("{" + name + "}", str(value))
            return found

        return translate

    @staticmethod
    def direction(locale: str) -> str:
        """Return ``rtl`` or ``ltr``."""
        return "rtl" if locale.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"
