"""The key ``choices`` of choice types, as written and as resolved."""

from __future__ import annotations

from typing import Any, Final

from formwright.attributes.base import Invalid, Options
from formwright.problems import suggest

__all__ = ["CHOICES", "label", "names", "unknown"]

NAME: Final = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "maxLength": 63}
TEXTS: Final = {"type": ["string", "object"], "additionalProperties": {"type": "string"}}
CHOICES: Final[dict[str, Any]] = {
    "description": "The allowed values: a list of names, or name -> label, or name -> {label, color}.",
    "oneOf": [
        {"type": "array", "items": NAME, "minItems": 1, "uniqueItems": True},
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": NAME,
            "additionalProperties": {
                "oneOf": [
                    {"type": ["string", "null"]},
                    {
                        "type": "object",
                        "properties": {"label": TEXTS, "color": {"type": "string"}},
                        "additionalProperties": False,
                    },
                ]
            },
        },
    ],
}


def names(options: Options) -> tuple[str, ...]:
    """Return the allowed values in their order."""
    return tuple(options.get("choices") or ())


def label(name: str, options: Options, locale: str) -> str:
    """Return what people read for *name*; a value that is no longer allowed shows its name."""
    choices = options.get("choices") or {}
    return str(choices[name].label.get(locale)) if name in choices else name


def unknown(name: str, options: Options) -> Invalid:
    """Return the problem of a value that is not allowed."""
    return Invalid("not-a-choice", f"`{name[:80]}` is not one of the choices.", suggest(name, names(options)))
