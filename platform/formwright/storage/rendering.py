"""A plan as text for people and as JSON for tools."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from formwright.problems import as_json, as_text
from formwright.storage.changes import Change, Lock, Plan, Symbol, rows_in_words

__all__ = ["change_as_json", "plan_as_json", "plan_as_text"]

_LOCKS = {Lock.NONE: "", Lock.BRIEF: "brief lock", Lock.WRITES: "writes wait for one scan"}


def plan_as_text(plan: Plan) -> str:
    """Return one line a change under its table, then what is left alone, what stops, and a summary."""
    lines: list[str] = []
    for table, changes in groupby(sorted(plan.changes, key=lambda change: change.table), _table):
        lines += ["", table, *(_line(change) for change in changes)]
    if plan.notes:
        lines += ["", "Left alone", *(_note(change) for change in plan.notes)]
    if plan.problems:
        lines += ["", as_text(plan.problems)]
    return "\n".join([*lines, "", _summary(plan)]).lstrip("\n")


def _table(change: Change) -> str:
    return change.table


def _line(change: Change) -> str:
    facts = [
        f"{rows_in_words(change.rows)} touched" if change.rows else "",
        f"{rows_in_words(change.fails)} would fail" if change.fails else "",
        _LOCKS[change.lock],
        "" if change.reversible else "cannot be undone",
    ]
    said = "; ".join(fact for fact in facts if fact)
    return f"  {change.symbol} {change.subject}: {change.sentence}{f'  [{said}]' if said else ''}"


def _note(change: Change) -> str:
    if not change.waits:
        return f"  . {change.sentence}"
    records = f"{rows_in_words(change.fails)} do not keep it: {', '.join(change.samples)}"
    return f"  . {change.subject} waits: {records}"


def _summary(plan: Plan) -> str:
    if plan.is_empty:
        return "Nothing to do: the database is as declared."
    words = {
        Symbol.CREATE: "to add",
        Symbol.CHANGE: "to change",
        Symbol.RENAME: "to rename",
        Symbol.RESTORE: "to bring back",
        Symbol.REMOVE: "to set aside or drop",
    }
    counts = {symbol: sum(change.symbol is symbol for change in plan.changes) for symbol in words}
    said = ", ".join(f"{counts[symbol]} {word}" for symbol, word in words.items() if counts[symbol])
    if plan.problems:
        return f"{said}; {len(plan.problems)} stop it."
    return f"{said}."


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """Return ``changes``, ``notes`` (objects of one shape) and ``problems``."""
    return {
        "changes": _all(plan.changes),
        "notes": _all(plan.notes),
        "problems": as_json(plan.problems),
    }


def _all(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [change_as_json(change) for change in changes]


def change_as_json(change: Change) -> dict[str, Any]:
    """Return a change without its SQL."""
    return {
        "action": change.action,
        "symbol": str(change.symbol),
        "table": change.table,
        "subject": change.subject,
        "sentence": change.sentence,
        "lock": str(change.lock),
        "reversible": change.reversible,
        "rows": change.rows,
        "fails": change.fails,
        "samples": list(change.samples),
    }
