"""Which texts may be stored, and how texts are normalised."""

from __future__ import annotations

import unicodedata
from typing import Any

from formwright.attributes.base import Invalid

__all__ = ["LINE_BREAKS", "blank", "clean", "length_problem", "one_line", "storable", "text_of"]

LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters by category, yet nothing is seen


def storable(text: str) -> str:
    """Return *text*, or raise: PostgreSQL holds no NUL, and UTF-8 no lone surrogate."""
    if "\x00" in text:
        raise Invalid("bad-characters", "The text holds a NUL character.", "remove it")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid(
            "bad-characters", "The text holds half of a surrogate pair.", "send valid Unicode"
        ) from None
    return text


def blank(text: str) -> bool:
    """Return whether nothing of *text* can be seen: white space and invisible format characters only."""
    return all(sign.isspace() or sign in FILLERS or unicodedata.category(sign) == "Cf" for sign in text)


def text_of(raw: object) -> str | None:
    """Return the one text in *raw* as it is, None when it is blank; several or no text raise Invalid."""
    if isinstance(raw, list) and len(raw) < 2:
        raw = raw[0] if raw else None
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise Invalid("not-a-text", "This must be a text.")
    return None if blank(storable(raw)) else raw


def one_line(raw: object) -> str | None:
    """Return *raw* without outer white space; a line break inside raises Invalid."""
    text = text_of(raw)
    if text is None:
        return None
    text = text.strip()
    if not LINE_BREAKS.isdisjoint(text):
        raise Invalid("line-break", "This must be one line.", "remove the line breaks")
    return text


def clean(raw: object, limit: int) -> str | None:
    """Return *raw* on one line, for codes and numbers; longer than *limit* raises Invalid."""
    text = one_line(raw)
    if text is not None and len(text) > limit:
        raise length_problem(limit)
    return text


def length_problem(limit: Any) -> Invalid:
    """Return the problem of a text that is too long."""
    return Invalid("too-long", f"At most {limit} characters fit here.")
