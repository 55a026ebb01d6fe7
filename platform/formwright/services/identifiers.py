"""Ids of records: UUID version 7, which grow with time, made by the application."""

from __future__ import annotations

import secrets
import threading
import time
from uuid import UUID

__all__ = ["new_id"]

_lock = threading.Lock()
_last = [0]


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): milliseconds, twelve bits of their fraction, then random bits.

    Ids of one process grow from call to call, so that rows saved together
    keep their order.
    """
    with _lock:
        _last[0] = moment = max((time.time_ns() << 12) // 1_000_000, _last[0] + 1)
    high = ((moment >> 12) << 16) | 0x7000 | (moment & 0xFFF)
    low = (0b10 << 62) | secrets.randbits(62)
    return UUID(int=(high << 64) | low)
