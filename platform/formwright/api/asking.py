"""Query parameters: each known, each once, each read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from litestar import Request

from formwright.api.refusals import BadRequest
from formwright.problems import suggest
from formwright.services.expanding import NOTHING, Shown, Tree

__all__ = ["MOST_NAMES", "number_in", "parameters", "shown_in", "sort_in", "words_in"]

MOST_NAMES = 300
DEEPEST = 6


def parameters(request: Request[Any, Any, Any], known: Iterable[str]) -> dict[str, str]:
    """Return the parameters of the query; raise BadRequest for unknown and repeated ones."""
    names, found = tuple(known), {}
    for name, values in request.query_params.dict().items():
        if name not in names:
            sentence = f"There is no parameter `{name[:60]}` here."
            raise BadRequest.of("unknown-parameter", sentence, name[:60], suggest(name[:60], names))
        if len(values) > 1:
            raise BadRequest.of("repeated-parameter", f"`{name}` is given more than once.", name)
        if "\0" in values[0]:
            raise BadRequest.of("bad-parameter", f"`{name}` holds a NUL character.", name)
        found[name] = values[0]
    return found


def number_in(given: dict[str, str], name: str, default: int, most: int) -> int:
    """Return a whole number from 1 to *most*."""
    text = given.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:10]) <= most:
        raise BadRequest.of("bad-parameter", f"`{name}` is a number from 1 to {most:,}.", name)
    return int(text)


def words_in(given: dict[str, str], name: str) -> tuple[str, ...]:
    """Return the words between commas."""
    words = tuple(word.strip() for word in given[name].split(",")) if name in given else ()
    if not all(words):
        raise BadRequest.of("bad-parameter", f"`{name}` has an empty name.", name, "leave it out")
    if len(words) > MOST_NAMES:
        raise BadRequest.of("bad-parameter", f"`{name}` has at most {MOST_NAMES} names.", name)
    if len(set(words)) < len(words):
        raise BadRequest.of("bad-parameter", f"`{name}` says the same twice.", name)
    return words


def sort_in(given: dict[str, str]) -> tuple[tuple[str, bool], ...]:
    """Return (attribute, descending) pairs of ``sort=-created_at,name``."""
    words = words_in(given, "sort")
    return tuple((word.removeprefix("-"), word.startswith("-")) for word in words)


def shown_in(given: dict[str, str]) -> Shown:
    """Return what ``fields=name,region.name`` and ``expand=region,visits.region`` ask for."""
    if "fields" not in given and "expand" not in given:
        return NOTHING
    return Shown(_tree(given, "fields"), _tree(given, "expand"))


def _tree(given: dict[str, str], name: str) -> Tree:
    root: dict[str, Any] = {}
    for word in words_in(given, name):
        node = root
        parts = word.split(".")
        if len(parts) > DEEPEST or not all(parts):
            raise BadRequest.of("bad-parameter", f"`{word[:60]}` is no path of attributes.", name)
        for part in parts:
            node = node.setdefault(part, {})
    return root
