"""Handlers, one module for each kind of thing that is asked."""

from __future__ import annotations

from formwright.api.routes.bulk import BULK
from formwright.api.routes.described import DESCRIBED
from formwright.api.routes.feed import FEED
from formwright.api.routes.moves import MOVES
from formwright.api.routes.records import RECORDS

__all__ = ["ROUTES"]

ROUTES = (*DESCRIBED, *FEED, *RECORDS, *MOVES, *BULK)
