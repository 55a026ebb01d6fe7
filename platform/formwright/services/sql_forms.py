"""SQL that SQLAlchemy has no words for: a row as one JSON object, the plan of a query, a cursor over one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Label, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["Cursor", "Estimate", "RowJson"]


class RowJson(FunctionElement[bytes]):
    """One JSON object with a key for each of its labels, built by PostgreSQL.

    `json_build_object` takes 50 pairs at most and `row_to_json` over a sub-select any number.
    """

    name = "row_json"
    type = JSON()
    inherit_cache = True


@compiles(RowJson)
def _row_json(element: RowJson, compiler: Any, **options: Any) -> str:
    options.pop("add_to_result_map", None)
    pairs: list[Label[Any]] = list(element.clauses)  # type: ignore[arg-type]  # labels, as the callers give
    parts = [
        f"{compiler.process(pair.element, **options)} AS {compiler.preparer.quote(pair.name)}"
        for pair in pairs
    ]
    return f"(SELECT row_to_json(fw_row) FROM (SELECT {', '.join(parts)}) AS fw_row)"


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
