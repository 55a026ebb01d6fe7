"""From settings to a running service layer: server, database, Model, tables, shipped rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from formwright.app.live import LiveModel
from formwright.app.settings import Settings
from formwright.app.workshop import Workshop
from formwright.problems import Problem, ProblemError
from formwright.services.files import FileStore
from formwright.services.runtime import Runtime
from formwright.storage.database import Database
from formwright.storage.embedded import EmbeddedPostgres
from formwright.storage.releases import list_releases, sources_of
from formwright.storage.system import upgrade

__all__ = ["Opened", "database_url", "newest_release", "open_database", "open_released", "runtime_over"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A service layer and what stands behind it."""

    runtime: Runtime
    live: LiveModel
    workshop: Workshop
    database: Database


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Yield the URL of the database: the given one, or that of the embedded server, which runs meanwhile.

    Blocks while the server starts; call it before the event loop runs.
    """
    if settings.database_url:
        yield settings.database_url
        return
    with EmbeddedPostgres(settings.data / "postgres") as server:
        yield server.dsn


@asynccontextmanager
async def open_database(settings: Settings, url: str) -> AsyncIterator[Database]:
    """Yield the workspace's database with its system tables in place."""
    database = await Database.connect(url, settings.workspace)
    try:
        await upgrade(database)
        yield database
    finally:
        await database.close()


def runtime_over(settings: Settings, database: Database, live: LiveModel, workshop: Workshop) -> Runtime:
    """Return the runtime of services."""
    return Runtime(
        database=database,
        models=live,
        functions=workshop.plugins.registry.calls,
        files=FileStore(settings.data / "files"),
        release=lambda: live.release,
    )


async def open_released(settings: Settings, database: Database, workshop: Workshop) -> Opened:
    """Return the service layer over the newest finished release. Raises ProblemError when there is none."""
    number = await newest_release(database)
    if number is None:
        sentence = "No metadata has been applied to this database yet."
        raise ProblemError([Problem("nothing-applied", sentence, hint="run `formwright apply`")])
    model = workshop.compile_texts(await sources_of(database, number))
    live = LiveModel(model, number)
    return Opened(runtime_over(settings, database, live, workshop), live, workshop, database)


async def newest_release(database: Database) -> int | None:
    """Return the number of the newest finished release, or None."""
    return next((r.number for r in await list_releases(database) if r.status == "done"), None)
