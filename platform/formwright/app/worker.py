"""Work beside requests: partitions of history ahead of time; ended sessions and old answers removed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from formwright.services.runtime import Runtime
from formwright.services.sign_in import purge_sessions
from formwright.storage.history_partitions import ensure_partitions

__all__ = ["ANSWERS_KEPT", "housekeeping", "keep_house"]

LOG = structlog.get_logger("formwright.worker")
EVERY = 600  # seconds
ANSWERS_KEPT = timedelta(hours=24)  # domain §0.4: an Idempotency-Key is honoured for 24 h


async def housekeeping(runtime: Runtime) -> None:
    """Keep house now and every ten minutes, until cancelled. A failure is logged and tried again."""
    while True:
        try:
            await keep_house(runtime)
        except (OSError, RuntimeError) as error:
            LOG.warning("housekeeping failed", error=str(error))
        await asyncio.sleep(EVERY)


async def keep_house(runtime: Runtime) -> None:
    """Do each piece of regular work once; safe in several processes at a time."""
    await ensure_partitions(runtime.database)
    await purge_sessions(runtime)
    oldest = runtime.clock() - ANSWERS_KEPT
    await runtime.database.execute("delete from fw_idempotency where at < $1", oldest)
