"""Bodies: JSON read strictly, so that what is stored is what was sent, or nothing."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any, NoReturn

from litestar import Request

from formwright.api.answers import JSON
from formwright.api.refusals import BadRequest, TooLarge, UnsupportedMedia
from formwright.services.refusals import Invalid

__all__ = ["MERGE_PATCH", "check_type", "object_body", "read_json"]

MERGE_PATCH = "application/merge-patch+json"


async def object_body(
    request: Request[Any, Any, Any], *, most: int, types: tuple[str, ...] = (JSON,), optional: bool = False
) -> dict[str, Any]:
    """Return the JSON object in the body; empty for an empty body when it is *optional*.

    Raises BadRequest for what is no JSON object, TooLarge beyond *most* bytes,
    UnsupportedMedia for another content type or encoding.
    """
    data = await _read(request, most)
    if not data and optional:
        return {}
    check_type(request, types)
    found = read_json(data)
    if not isinstance(found, dict):
        raise BadRequest.of("not-an-object", "The body must be a JSON object.")
    return found


async def _read(request: Request[Any, Any, Any], most: int) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            raise TooLarge.of("body-too-large", f"At most {most:,} bytes fit here.")
    return bytes(data)


def check_type(request: Request[Any, Any, Any], types: tuple[str, ...]) -> None:
    """Raise UnsupportedMedia unless the content is one of *types*, in UTF-8, and not compressed."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if kind.strip().lower() not in types or charset not in ("", "charset=utf-8"):
        hint = " or ".join(f"`Content-Type: {each}`" for each in types)
        raise UnsupportedMedia.of("content-type", "This content type is not taken here.", hint=f"send {hint}")
    if encoding not in ("", "identity"):
        raise UnsupportedMedia.of("content-encoding", "Compressed bodies are not taken here.")


def read_json(data: bytes) -> Any:
    """Return the value of JSON text in UTF-8.

    Refused are double keys, NaN and infinities, numbers that a double cannot
    hold exactly, more levels than the interpreter can go, and everything that RFC 8259 refuses.
    """
    try:
        return json.loads(
            data.decode(),
            object_pairs_hook=_unique,
            parse_float=_number,
            parse_constant=_constant,
        )
    except RecursionError:
        raise BadRequest.of("json-too-deep", "The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        sentence = f"This is no JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise BadRequest.of("bad-json", sentence) from None
    except UnicodeDecodeError:
        raise BadRequest.of("bad-json", "The text is not UTF-8.") from None
    except ValueError:
        raise BadRequest.of("bad-json", "This is no JSON: a number has too many digits.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for index, name in enumerate(names) if name in names[:index])
        raise BadRequest.of("duplicate-key", "The same name occurs twice in one object.", twice[:100])
    return found


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or (len(text) > 15 and Decimal(text) != Decimal(repr(value))):
        sentence = "A JSON number with so many digits would lose some."
        raise Invalid.of("number-inexact", sentence, hint=f'send it as text: "{text[:40]}"')
    return value


def _constant(name: str) -> NoReturn:
    raise BadRequest.of("bad-json", f"This is no JSON: {name} is no number.")
