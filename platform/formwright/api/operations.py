"""Operations of a bulk as they come in JSON, read strictly; and what became of them, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from formwright.attributes import Invalid as InvalidValue
from formwright.attributes.identities import read_uuid
from formwright.problems import Place, Problems, as_problem_details, suggest
from formwright.services.bulk import OPERATIONS, Operation, Outcome

__all__ = ["operation_of", "outcome_as_json"]

KEYS: Mapping[str, tuple[str, ...]] = {
    "create": ("values", "acknowledge"),
    "update": ("id", "version", "values", "acknowledge"),
    "upsert": ("key", "version", "values", "acknowledge"),
    "delete": ("id", "version"),
    "transition": ("id", "version", "name", "params", "acknowledge"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "create": ("values",),
    "update": ("id", "values"),
    "upsert": ("key", "values"),
    "delete": ("id",),
    "transition": ("id", "name"),
}


def operation_of(raw: Any, path: str, problems: Problems) -> Operation | None:
    """Return the operation in *raw*; None when it is none, with the reasons in *problems* below *path*."""
    before = len(problems)
    reading = _Reading(path, problems)
    op = raw.get("op") if isinstance(raw, dict) else None
    if not isinstance(op, str) or op not in OPERATIONS:
        reading.say(
            "unknown-operation", "There is no such operation.", "op", suggest(str(op)[:40], OPERATIONS)
        )
        return None
    for name in raw:
        if name != "op" and name not in KEYS[op]:
            reading.say(
                "unknown-key", f"`{op}` has no `{name[:60]}`.", name[:60], suggest(name[:60], KEYS[op])
            )
    for name in NEEDED[op]:
        if raw.get(name) is None:
            reading.say("missing-key", f"`{op}` needs `{name}`.", name)
    found = Operation(
        op=op,
        id=reading.identity(raw.get("id")),
        version=reading.version(raw.get("version")),
        values=reading.mapping(raw.get("values"), "values"),
        key=reading.mapping(raw.get("key"), "key"),
        name=reading.text(raw.get("name"), "name"),
        params=reading.mapping(raw.get("params"), "params"),
        acknowledged=frozenset(reading.texts(raw.get("acknowledge"), "acknowledge")),
    )
    return found if len(problems) == before else None


class _Reading:
    """Reads the parts of one operation and notes what is wrong with them."""

    def __init__(self, path: str, problems: Problems) -> None:
        self._path, self._problems = path, problems

    def say(self, code: str, sentence: str, name: str, hint: str = "") -> None:
        field = f"{self._path}.{name}" if self._path else name
        self._problems.add(code, sentence, Place(field=field), hint)

    def identity(self, raw: Any) -> UUID | None:
        try:
            return read_uuid(raw)
        except InvalidValue as invalid:
            self.say(invalid.code, invalid.sentence, "id", invalid.hint)
            return None

    def version(self, raw: Any) -> int | None:
        if raw is None or (type(raw) is int and 0 <= raw < 2**31):
            return raw
        self.say("bad-version", "A version is a whole number.", "version")
        return None

    def mapping(self, raw: Any, name: str) -> Mapping[str, Any]:
        if isinstance(raw, dict) or raw is None:
            return raw or {}
        self.say("not-an-object", f"`{name}` must be an object.", name)
        return {}

    def text(self, raw: Any, name: str) -> str:
        if isinstance(raw, str) or raw is None:
            return raw or ""
        self.say("not-a-text", f"`{name}` must be a text.", name)
        return ""

    def texts(self, raw: Any, name: str) -> list[str]:
        if raw is None or (isinstance(raw, list) and all(isinstance(each, str) for each in raw)):
            return raw or []
        self.say("not-a-list", f"`{name}` must be a list of texts.", name)
        return []


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """Return index and status with the record, or with the problem details."""
    if outcome.problems:
        return {"index": outcome.index, **as_problem_details(outcome.status, outcome.problems)}
    return {
        "index": outcome.index,
        "status": outcome.status,
        "id": str(outcome.id) if outcome.id else None,
        "number": outcome.number or None,
        "version": outcome.version,
    }
