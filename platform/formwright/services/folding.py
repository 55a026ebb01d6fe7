"""Texts without accents and case, in Python and in SQL alike."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal_column

__all__ = ["contains", "fold", "folded", "starts_with"]


def _letters() -> dict[str, str]:
    """Return the accented Latin letters (U+00C0 to U+024F, U+1E00 to U+1EFF) with their base letters."""
    found = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0].lower()
        if base.isascii() and base.isalpha():
            found[chr(code)] = base
    return {**found, "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d"}


LETTERS = _letters()
TABLE = str.maketrans(LETTERS)
FROM, TO = "".join(LETTERS), "".join(LETTERS.values())


def fold(text: str) -> str:
    """Return *text* in lower case and without accents."""
    return unicodedata.normalize("NFC", text).translate(TABLE).lower()


def folded(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the same of a column. Letters only, no quotes: the two constants are written out."""
    letters = (literal_column(f"'{FROM}'", Text()), literal_column(f"'{TO}'", Text()))
    return func.lower(func.translate(column, *letters), type_=Text())


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Return whether *text* occurs in the column, whatever case and accents."""
    return folded(column).like(f"%{_escaped(text)}%", escape="\\")


def starts_with(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Return whether the column begins with *text*, whatever case and accents."""
    return folded(column).like(f"{_escaped(text)}%", escape="\\")


def _escaped(text: str) -> str:
    return fold(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
