"""Keyset paging: a cursor says after which row to go on, by the values of the sort keys and the id."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Table, and_, false, literal, or_, tuple_

from formwright.services.refusals import Invalid

__all__ = ["Key", "after", "decode", "encode", "ordering"]

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: a column, and whether it falls."""

    name: str
    falls: bool = False


def ordering(table: Table, keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    """Return the ORDER BY. NULLs stand where PostgreSQL puts them: last going up, first going down."""
    return [table.c[key.name].desc() if key.falls else table.c[key.name].asc() for key in keys]


def encode(keys: Sequence[Key], row: Mapping[str, Any]) -> str:
    """Return the cursor of a row: opaque text, safe in URLs."""
    values = [row[key.name] for key in keys]
    data = msgspec.json.encode([_signature(keys), values], enc_hook=str)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(table: Table, keys: Sequence[Key], cursor: str) -> list[Any]:
    """Return the values in a cursor; raise Invalid when it is none, or was made for another order."""
    try:
        data = base64.b64decode(cursor[:LONGEST].encode() + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        signature, raw = msgspec.json.decode(data, type=tuple[list[str], list[Any]])
        values = [_value(table, key.name, value) for key, value in zip(keys, raw, strict=True)]
    except (ValueError, UnicodeError, binascii.Error, msgspec.DecodeError):
        signature, values = [], []
    if signature != _signature(keys):
        hint = "begin at the first page"
        raise Invalid.of("bad-cursor", "This page cannot be found.", "cursor", hint)
    return values


def _signature(keys: Sequence[Key]) -> list[str]:
    return [f"{'-' if key.falls else ''}{key.name}" for key in keys]


def _value(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    kind = UUID if name == "id" else table.c[name].type.python_type
    converted = msgspec.convert(value, kind, strict=False)
    if isinstance(converted, str) and "\0" in converted:
        raise ValueError(name)
    return converted


def after(table: Table, keys: Sequence[Key], values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row comes after that of the cursor.

    With one direction and no NULLs it is one row comparison, which an index
    answers directly; otherwise it is spelled out key by key.
    """
    plain = all(not table.c[key.name].nullable for key in keys)
    if plain and len({key.falls for key in keys}) == 1:
        left = tuple_(*(table.c[key.name] for key in keys))
        right = tuple_(*_bound(table, keys, values))
        return left < right if keys[0].falls else left > right
    steps = []
    for index, (key, value) in enumerate(zip(keys, values, strict=True)):
        before = zip(keys[:index], values[:index], strict=True)
        same = [_same(table.c[other.name], known) for other, known in before]
        steps.append(and_(*same, _beyond(table.c[key.name], key, value)))
    return or_(*steps)


def _bound(table: Table, keys: Sequence[Key], values: Sequence[Any]) -> list[ColumnElement[Any]]:
    return [literal(value, table.c[key.name].type) for key, value in zip(keys, values, strict=True)]


def _same(column: Any, value: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if value is None else column == literal(value, column.type)
    return found


def _beyond(column: Any, key: Key, value: Any) -> ColumnElement[bool]:
    bound = literal(value, column.type)
    found: ColumnElement[bool]
    if key.falls:
        found = column.is_not(None) if value is None else column < bound
    elif value is None:
        found = false()
    else:
        found = or_(column > bound, column.is_(None)) if column.nullable else column > bound
    return found
