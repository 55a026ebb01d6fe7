"""Structured data of any shape."""

from __future__ import annotations

import json
import math
from typing import Any, ClassVar

from sqlalchemy.dialects.postgresql import JSONB

from formwright.attributes.base import AttributeType, Invalid, Options
from formwright.attributes.operators import PRESENCE
from formwright.attributes.texts import storable, text_of

__all__ = ["Json"]

LONGEST = 200_000  # characters
DEPTH = 32
LARGEST = 2**63


class Json(AttributeType):
    """An object or an array of JSON, at most 200,000 characters and 32 levels.

    A text is read as JSON text, therefore the outermost value is never a
    text, and for the sake of one rule no other single value either.
    """

    name = "json"
    label = "JSON"
    kind = "any"
    widget: ClassVar[str] = "widgets/json.html"
    operators: ClassVar[tuple[str, ...]] = PRESENCE
    sortable: ClassVar[bool] = False
    wide: ClassVar[bool] = True

    def column(self, options: Options) -> JSONB:
        """Return jsonb."""
        return JSONB(none_as_null=True)

    def json_schema(self, options: Options) -> dict[str, Any]:
        """Return a schema of objects and arrays."""
        return {"type": ["object", "array"]}

    def parse(self, raw: object, options: Options, locale: str = "en") -> Any:
        """Return the object or array in *raw*, or in the JSON text that it is."""
        if not isinstance(raw, (dict, list)):
            text = text_of(raw)
            if text is None:
                return None
            raw = _loaded(text)
        if not isinstance(raw, (dict, list)):
            raise Invalid("not-json", "This must be a JSON object or array.", 'for example {"a": 1}')
        _check(raw, 0)
        if len(_dumped(raw)) > LONGEST:
            raise _too_long()
        return raw

    def text(self, value: Any, options: Options, locale: str = "en") -> str:
        """Return the JSON text on indented lines."""
        return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)

    def display(self, value: Any, options: Options, locale: str = "en") -> str:
        """Return the JSON text on one line, shortened to 200 characters."""
        text = _dumped(value)
        return text if len(text) <= 200 else text[:199] + "…"

    def words(self, value: Any, options: Options) -> str:
        """Return nothing: structured data is not searched as words."""
        return ""


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _loaded(text: str) -> Any:
    if len(text) > 2 * LONGEST:
        raise _too_long()
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, Invalid):
            raise
        raise Invalid("not-json", "This must be JSON.", 'for example {"a": 1}') from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("not-json", "The same name occurs twice in one JSON object.", "keep one of them")
    return found


def _check(value: Any, depth: int) -> None:
    """Raise Invalid for what jsonb cannot hold, or cannot give back as it was."""
    if depth > DEPTH:
        raise Invalid("too-deep", f"JSON may have at most {DEPTH} levels here.")
    if isinstance(value, str):
        storable(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            storable(key)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Invalid("not-finite", "Numbers in JSON must be finite.")
    elif isinstance(value, int) and not -LARGEST <= value < LARGEST:
        raise Invalid("number-too-large", "A number in the JSON is too large.")


def _too_long() -> Invalid:
    return Invalid("too-long", f"At most {LONGEST} characters of JSON fit here.")
