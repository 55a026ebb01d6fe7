"""Names in the database: quoting, the limit of 63 bytes, and names made from others."""

from __future__ import annotations

from hashlib import sha256

__all__ = ["LIMIT", "building_name", "digest", "fitted", "parked_name", "quote", "scratch_name"]

LIMIT = 63
"""PostgreSQL cuts longer names silently; so nothing longer is ever sent."""


def quote(name: str) -> str:
    """Return *name* as a quoted identifier."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def digest(text: str) -> str:
    """Return twelve hexadecimal digits that stand for *text*."""
    return sha256(text.encode()).hexdigest()[:12]


def fitted(name: str) -> str:
    """Return *name*, or when it is too long its beginning with a tail that keeps it unique."""
    if len(name.encode()) <= LIMIT:
        return name
    head = name.encode()[: LIMIT - 9].decode(errors="ignore")
    return f"{head}_{digest(name)[:8]}"


def parked_name(number: int, name: str) -> str:
    """Return the name under which a removed column or table is kept; *number* makes it unique."""
    return fitted(f"fw_parked_{number}_{name}")


def building_name(table: str, definition: object) -> str:
    """Return the name of an index of *table* while it is built. The same definition gives the same name."""
    return f"fw_building_{digest(f'{table} {definition}')}"


def scratch_name(column: str, type_: str) -> str:
    """Return the name of the column that converted values are collected in before they take over.

    The same column and type give the same name, so that an interrupted
    conversion finds what it has already done.
    """
    return f"fw_new_{digest(f'{column} {type_}')}"
