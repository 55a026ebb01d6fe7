"""What a form carries from post to post besides its fields, and what its buttons and choices do to them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from formwright.problems import Place, Problem
from formwright.web.inputs import BadRequest, Posted

__all__ = ["Clash", "Sheet", "base_row", "choose", "new_key", "read_sheet", "unknown_controls", "with_rows"]

CONTROLS = frozenset({"token", "key", "version", "base", "tried", "action", "acknowledged", "choice"})


def new_key() -> str:
    """Return a key that makes a form save once."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed: its label and both values as texts."""

    path: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a form carries from post to post besides its fields."""

    key: str
    version: int = 0
    base: Mapping[str, Any] = field(default_factory=dict)
    tried: bool = False
    clashes: tuple[Clash, ...] = ()
    note: str = ""
    fresh_row: str = ""


def read_sheet(posted: Posted) -> Sheet:
    """Return what the form carried; raise BadRequest when no form of ours can have carried it."""
    controls = posted.controls
    try:
        base = json.loads(controls.get("base") or "{}")
    except (ValueError, RecursionError):
        base = None
    version = controls.get("version") or "0"
    if not isinstance(base, dict) or not version.isascii() or not version.isdigit():
        raise BadRequest.of("bad-form", "The form could not be read.", hint="Open the page again.")
    key = controls.get("key") or new_key()
    return Sheet(key=key[:200], version=int(version[:9]), base=base, tried=bool(controls.get("tried")))


def unknown_controls(posted: Posted) -> list[Problem]:
    """Return a problem for each control that no form has."""
    names = [n for n in posted.controls if n.partition(".")[0] not in CONTROLS]
    return [
        Problem("unknown-field", f"This form has no field `_{n[:60]}`.", Place(field=f"_{n[:60]}"))
        for n in names
    ]


def with_rows(posted: Posted, sheet: Sheet, action: str) -> Sheet:
    """Add or remove the row that the pressed button names; return the sheet with the path of a new row."""
    kind, _, path = action.partition(":")
    if kind == "add" and path.isidentifier():
        rows = posted.values.setdefault(path, [])
        if isinstance(rows, list):
            rows.append({"id": ""})
            return replace(sheet, fresh_row=f"{path}[{len(rows) - 1}]")
    if kind == "remove":
        name, _, index = path.rstrip("]").partition("[")
        rows = posted.values.get(name)
        if isinstance(rows, list) and index.isdigit() and int(index) < len(rows):
            if rows[int(index)].get("id"):
                rows[int(index)] = {"id": rows[int(index)]["id"], "_remove": "true"}
            else:
                del rows[int(index)]
    return sheet


def choose(posted: Posted, sheet: Sheet) -> None:
    """Put the value of the other person where the actor chose it: then there is nothing to change."""
    for name, choice in posted.controls.items():
        if name.startswith("choice.") and choice == "theirs":
            path = name.removeprefix("choice.")
            posted.put(path, _in_base(posted, sheet.base, path))


def _in_base(posted: Posted, base: Mapping[str, Any], path: str) -> Any:
    row, _, name = path.rpartition(".")
    if not row:
        return base.get(name, "")
    found = base_row(posted.values, base, row)
    return found.get(name, "") if found is not None else ""


def base_row(values: Mapping[str, Any], base: Mapping[str, Any], row: str) -> dict[str, Any] | None:
    """Return the row of *base* that has the id of the posted row."""
    name, _, index = row.rstrip("]").partition("[")
    rows, before = values.get(name), base.get(name)
    if not isinstance(rows, list) or not isinstance(before, list) or not index.isdigit():
        return None
    identity = rows[int(index)].get("id") if int(index) < len(rows) else ""
    return next((each for each in before if isinstance(each, dict) and each.get("id") == identity), None)
