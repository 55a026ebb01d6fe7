"""Addresses that lead nowhere: they get a page of ours, too."""

from __future__ import annotations

from litestar import get

from formwright.services.refusals import NotFound

__all__ = ["missing"]


@get("/{rest:path}")
async def missing(rest: str) -> None:
    """Say that there is no such page."""
    del rest
    raise NotFound.of("not-found", "There is no such page.")
