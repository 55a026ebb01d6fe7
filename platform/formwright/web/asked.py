"""What the address of a list asks for, and addresses that ask for a little else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

__all__ = ["FILTER", "Asked", "read_asked"]

FILTER = "f."
LONGEST = 200
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")
UNFIT = dict.fromkeys((*range(32), 127, *range(0xD800, 0xE000)))


@dataclass(frozen=True, slots=True)
class Asked:
    """The query string of a list: *list* is the view, *sort* is ``-name,created_at``, *filters* by attribute.

    Shown is the page after *cursor*, or that *before* another. Everything is
    text as it came, cleaned of what no text of ours can hold; whether the
    names exist is for others to say.
    """

    entity: str
    list: str = ""
    sort: str = ""
    q: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    cursor: str = ""
    before: str = ""
    month: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether it shows less than the view would."""
        return bool(self.q or self.filters)

    @property
    def orders(self) -> tuple[tuple[str, bool], ...]:
        """The (attribute, descending) pairs of *sort*; nothing means: as the view says."""
        parts = [part.strip() for part in self.sort.split(",") if part.strip(" -")]
        return tuple((part.removeprefix("-"), part.startswith("-")) for part in parts)

    def href(self, **changes: Any) -> str:
        """Return the address with *changes*; the page begins anew unless a cursor is given."""
        asked = replace(self, **{"cursor": "", "before": "", **changes})
        pairs = [
            ("list", asked.list),
            ("sort", asked.sort),
            ("q", asked.q),
            *((FILTER + name, value) for name, value in asked.filters.items()),
            ("month", asked.month),
            ("cursor", asked.cursor),
            ("before", asked.before),
        ]
        query = urlencode([(name, value) for name, value in pairs if value], quote_via=quote)
        return f"/{asked.entity}?{query}" if query else f"/{asked.entity}"

    def sorted_by(self, name: str, *, descending: bool) -> str:
        """Return the address of the same list in another order."""
        return self.href(sort=f"-{name}" if descending else name)


def read_asked(entity: str, pairs: Iterable[tuple[str, str]]) -> Asked:
    """Return what *pairs* of a query string ask for; of doubles the last one counts."""
    values: dict[str, str] = {}
    filters: dict[str, str] = {}
    for name, raw in pairs:
        value = str(raw).translate(UNFIT)[:LONGEST].strip()
        if name.startswith(FILTER) and len(filters) < 50:
            filters[name[len(FILTER) :][:60]] = value
        elif name in ("cursor", "before"):
            values[name] = str(raw).translate(UNFIT)[:4000]
        else:
            values[name] = value
    month = values.get("month", "")
    return Asked(
        entity=entity,
        list=values.get("list", ""),
        sort=values.get("sort", ""),
        q=values.get("q", ""),
        filters={name: value for name, value in filters.items() if value},
        cursor=values.get("cursor", ""),
        before=values.get("before", ""),
        month=month if MONTH.match(month) else "",
    )
