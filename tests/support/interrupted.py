"""An apply that is killed on the way: with SIGKILL, by its own process, right after a step is committed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal

from formwright.metadata.model import Model
from formwright.storage.apply import Pace
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply

__all__ = ["apply_and_die"]


def apply_and_die(dsn: str, model: Model, after: int) -> bool:
    """Apply *model* in a child process that is killed after *after* steps.

    Returns whether it was killed; False means that it finished before. Only call this
    outside a running event loop: the child is a fork.
    """
    child = multiprocessing.get_context("fork").Process(target=_apply, args=(dsn, model, after))
    child.start()
    child.join(60)
    assert child.exitcode in {0, -signal.SIGKILL}, child.exitcode
    return child.exitcode != 0


def _apply(dsn: str, model: Model, after: int) -> None:
    done = 0

    def after_step(_name: str) -> None:
        nonlocal done
        done += 1
        if done == after:
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(_apply_once(dsn, model, after_step))


async def _apply_once(dsn, model, after_step) -> None:
    async with await Database.connect(dsn, size=1) as database:
        await apply(database, Request(model=model, pace=Pace(batch=10)), after_step=after_step)
