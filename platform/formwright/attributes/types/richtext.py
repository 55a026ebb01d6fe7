"""Formatted text: a safe subset of HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, ClassVar

import nh3

from formwright.attributes import operators
from formwright.attributes.base import AttributeType, Invalid, Options, Search
from formwright.attributes.texts import blank, length_problem, text_of

__all__ = ["RichText"]

TAGS = {
    *("a", "b", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre"),
    *("s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}
BLOCK_ENDS = re.compile(r"<(?:br|hr|/(?:p|li|h2|h3|h4|tr|td|th|pre|blockquote))[^>]*>", re.IGNORECASE)


class RichText(AttributeType):
    """Formatted text. What is stored is already sanitised, so that every reader is safe.

    No style, class, id, form, image, frame or script survives; links lead to
    http, https, mailto or tel, and carry rel="noopener noreferrer nofollow".
    """

    name = "richtext"
    label = "Formatted text"
    kind = "text"
    widget: ClassVar[str] = "widgets/richtext.html"
    keys: ClassVar = {
        "max": {
            "type": "integer",
            "minimum": 1,
            "maximum": 200_000,
            "description": "Most characters of HTML.",
        }
    }
    operators: ClassVar[tuple[str, ...]] = ("contains", *operators.PRESENCE)
    search: ClassVar[Search | None] = Search()
    sortable: ClassVar[bool] = False
    wide: ClassVar[bool] = True
    longest: ClassVar[int] = 200_000

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a string schema that says it is HTML."""
        most = options.get("max", self.longest)
        return {"type": "string", "contentMediaType": "text/html", "maxLength": most}

    def parse(self, raw: object, options: Options, locale: str = "en") -> str | None:
        """Return the HTML, sanitised; None when no text is left in it."""
        text = text_of(raw)
        if text is None:
            return None
        if len(text) > self.longest:
            raise length_problem(self.longest)
        safe = sanitised(text)
        return None if blank(readable(safe)) else safe

    def check(self, value: str, options: Options) -> Iterator[Invalid]:
        """Return whether the HTML is too long."""
        most = options.get("max", self.longest)
        if len(value) > most:
            yield length_problem(most)

    def display(self, value: str, options: Options, locale: str = "en") -> str:
        """Return the text without formatting; the widget shows the HTML itself."""
        return readable(value)


def sanitised(text: str) -> str:
    """Return *text* with only safe tags and attributes."""
    return nh3.clean(
        text.replace("\r\n", "\n").replace("\r", "\n"),
        tags=TAGS,
        attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def readable(safe: str) -> str:
    """Return the text of sanitised HTML: tags gone, ends of blocks as spaces."""
    bare = nh3.clean(BLOCK_ENDS.sub(" ", safe), tags=set())
    return " ".join(html.unescape(bare).split())
