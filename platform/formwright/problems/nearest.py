"""Which known name did the writer mean?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["nearest", "suggest"]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like *name*, or None when none is alike.

    Alike means a similarity of 0.6 or more (Ratcliff and Obershelp), or that
    the two differ only in case and in the signs between words.
    """
    names = list(known)
    folded = _fold(name)
    same = next((other for other in names if _fold(other) == folded), None)
    return same or next(iter(get_close_matches(name[:80], names, n=1, cutoff=0.6)), None)


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a hint: the nearest known name, or the few that exist, or nothing."""
    names = sorted(known)
    close = nearest(name, names)
    if close:
        return f"did you mean `{close}`?"
    if 0 < len(names) <= 12:
        return "known here: " + ", ".join(f"`{other}`" for other in names)
    return ""


def _fold(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")
