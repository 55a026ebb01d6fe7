"""The Model that serves, and its replacement while requests go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from watchfiles import awatch

from formwright.app.workshop import Workshop
from formwright.metadata import Model
from formwright.problems import Problem, ProblemError, as_text
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply

__all__ = ["LiveModel", "follow_files", "release_files"]

LOG = structlog.get_logger("formwright.live")


@dataclass(slots=True)
class LiveModel:
    """Holds the Model of now. A request reads it once, so a swap never falls into the middle of one."""

    current: Model
    release: int | None = None
    problems: tuple[Problem, ...] = ()

    def serve(self, model: Model, release: int | None) -> None:
        """Serve *model* from the next request on."""
        self.current, self.problems = model, ()
        self.release = release if release is not None else self.release

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Keep the Model; administrators see what is wrong with the newest files."""
        self.problems = problems


async def release_files(database: Database, workshop: Workshop, live: LiveModel) -> bool:
    """Compile the files, apply them as a release and serve them; return whether that went well.

    Compiling runs in a thread, so that requests go on. Whatever fails, the
    last good Model serves and the problems are shown.
    """
    try:
        model = await asyncio.to_thread(workshop.compile)
        if model.checksum == live.current.checksum:
            live.refuse(())
            return True
        outcome = await apply(database, Request(model=model, files=workshop.texts(), note="files changed"))
    except ProblemError as error:
        live.refuse(error.problems)
        LOG.warning("metadata not taken", problems=as_text(error.problems))
        return False
    live.serve(model, outcome.number)
    LOG.info("metadata taken", release=outcome.number, changes=len(outcome.plan.changes))
    return True


async def follow_files(
    database: Database, workshop: Workshop, live: LiveModel, after: Callable[[Model], object] | None = None
) -> None:
    """Release the files anew whenever one of them is saved; runs until cancelled."""
    async for _ in _saves(workshop.folders):
        if await release_files(database, workshop, live) and after is not None:
            after(live.current)


async def _saves(folders: tuple[Path, ...]) -> AsyncIterator[None]:
    # Editors save in several steps; what comes within 100 ms is one save.
    async for changes in awatch(*folders, debounce=100, step=20, ignore_permission_denied=True):
        if any(path.endswith((".yaml", ".yml", ".json")) for _, path in changes):
            yield None
