"""Remembers the HTML of fields: most fields of most forms look as they did a moment ago."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Protocol

from markupsafe import Markup

from formwright.forms import FieldState, SectionState
from formwright.metadata.model import Attribute

__all__ = ["FieldMemory"]

KEPT = 4096
LONGEST = 400


class _Locale(Protocol):
    locale: str


class FieldMemory:
    """The HTML of fields by all that their templates read; the one not asked for longest goes first.

    A refresh renders sixty fields of which one or two have changed; an empty
    form is the same for everybody. A field is looked up by its whole state,
    so nobody sees what does not belong to them. Long texts, rows and objects
    are rendered each time.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._known: OrderedDict[Hashable, tuple[Attribute, str]] = OrderedDict()
        self._drawn: OrderedDict[Hashable, tuple[FieldState, str]] = OrderedDict()

    def all_of(self, macro: Any, section: SectionState, translate: _Locale) -> Markup:
        """Return what *macro* makes of every field of *section*, one after the other."""
        fields = section.fields
        heading = section.label if len(fields) == 1 else ""
        name, locale, drawn = macro.name, getattr(translate, "locale", ""), []
        for field in fields:
            # `forms` hands out the same object as long as a field stays as it is.
            key = (name, locale, heading, id(field))
            found = self._drawn.get(key)
            if found is None or found[0] is not field:
                found = self._drawn[key] = (field, self(macro, field, translate, heading))
                if len(self._drawn) > KEPT:
                    self._drawn.popitem(last=False)
            drawn.append(found[1])
        # Macros give safe HTML: to join it as Markup would look at each part once more.
        return Markup("".join(drawn))  # noqa: S704 - see above

    def __call__(self, macro: Any, field: FieldState, translate: _Locale, heading: str = "") -> str:
        """Return what *macro* makes of *field*."""
        state = _state_of(field)
        if state is None:
            drawn: str = macro(field, translate, heading)
            return drawn
        key = (macro.name, getattr(translate, "locale", ""), heading, *state)
        found = self._known.get(key)
        if found is not None and found[0] is field.attribute:
            self._known.move_to_end(key)
            return found[1]
        html: str = macro(field, translate, heading)
        self._known[key] = (field.attribute, html)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return html


def _state_of(field: FieldState) -> tuple[Hashable, ...] | None:
    """Return the state as one value to look up; None when it is too large, or cannot be one."""
    if field.rows or len(field.text) > LONGEST or len(field.display) > LONGEST:
        return None
    value = tuple(field.value) if isinstance(field.value, list) else field.value
    if isinstance(value, dict):
        return None
    return (
        field.path,
        field.label,
        field.help,
        field.visible,
        field.required,
        field.readonly,
        field.masked,
        value,
        field.text if isinstance(field.text, str) else tuple(field.text),
        field.display,
        field.keys.get("currency"),
        field.options,
        field.problems,
        field.refreshes,
        field.appearance,
        field.width,
        field.add,
        field.total,
        field.link,
    )
