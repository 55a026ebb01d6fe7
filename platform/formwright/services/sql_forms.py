"""SQL that SQLAlchemy has no words for: the plan of a query, a cursor over one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.expression import Executable

__all__ = ["Cursor", "Estimate"]


class _Around(Executable, ClauseElement):
    """A statement that holds a query."""

    def __init__(self, query: Select[Any]) -> None:
        """Keep the query."""
        self.query = query


class Estimate(_Around):
    """The plan of a query as JSON, which says how many rows the planner expects."""

    inherit_cache = False


class Cursor(_Around):
    """A server-side cursor over a query, called ``fw_cursor``."""

    inherit_cache = False


@compiles(Estimate)
def _estimate(element: Estimate, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.query, **options)}"


@compiles(Cursor)
def _cursor(element: Cursor, compiler: Any, **options: Any) -> str:
    return f"DECLARE fw_cursor NO SCROLL CURSOR FOR {compiler.process(element.query, **options)}"
