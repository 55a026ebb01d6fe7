"""Hands the write path to generators of demo data, in few transactions, and remembers that they ran."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from formwright.access import SYSTEM
from formwright.metadata.model import Link
from formwright.services.batches import Result, save_many_in, transition_many_in
from formwright.services.commands import Save, Saved, Transition
from formwright.services.data import follow_link
from formwright.services.moves import transition_in
from formwright.services.records import save_in
from formwright.services.refusals import NotFound, Refusal
from formwright.services.runtime import Runtime
from formwright.services.work import Work, open_work
from formwright.storage.names import quote

__all__ = ["DemoLoader", "run_demo"]

BATCH = 100
SYSTEM_TABLES = ("fw_history", "fw_outbox")

DONE = "select value from fw_series where name = $1"
NOTE = "insert into fw_series (name, value) values ($1, 1) on conflict (name) do nothing"

Progress = Callable[[int, int], None]


class DemoLoader:
    """What a generator gets: save, transition, users, the moment, and how much is wanted.

    Every hundred records, or a set of more, are one transaction. *size* is 1.0 for everything.
    """

    def __init__(
        self, runtime: Runtime, users: Mapping[str, str], size: float, progress: Progress | None
    ) -> None:
        """Use :func:`run_demo` instead."""
        self.now: datetime = runtime.clock()
        self.today: date = self.now.date()
        self.size = size
        self._runtime, self._users, self._progress = runtime, users, progress
        self._total = self._done = 0
        self._look = 2 * BATCH
        self._found: dict[tuple[str, tuple[str, ...]], str] = {}
        self._stack: AsyncExitStack | None = None
        self._work: Work | None = None

    async def save(self, entity: str, values: dict[str, Any]) -> str:
        """Save a record with its children and return its id."""
        work = await self._open()
        saved = await save_in(work, Save(entity=entity, values=values, channel="data"))
        await self._step()
        return str(saved.id)

    async def save_many(self, entity: str, rows: Sequence[dict[str, Any]]) -> list[str]:
        """Save records with their children as a set, and return their ids; raise the first refusal."""
        commands = [Save(entity=entity, values=values, channel="data") for values in rows]
        results = await save_many_in(await self._open(), commands) if commands else []
        return [str(saved.id) for saved in await self._all(results)]

    async def transition_many(
        self, entity: str, records: Sequence[str], name: str, params: dict[str, Any] | None = None
    ) -> None:
        """Take the same transition of many records as a set; raise the first refusal."""
        same = Transition(entity=entity, name=name, params=params or {}, channel="data")
        commands = [replace(same, id=UUID(record)) for record in records]
        await self._all(await transition_many_in(await self._open(), commands) if commands else [])

    async def _all(self, results: Sequence[Result]) -> list[Saved]:
        found: list[Saved] = []
        for result in results:
            if isinstance(result, Refusal):
                raise result
            found.append(result)
        await self._step(len(found))
        return found

    async def transition(
        self, entity: str, record: str, name: str, params: dict[str, Any] | None = None
    ) -> None:
        """Take a transition."""
        work = await self._open()
        command = Transition(entity=entity, id=UUID(record), name=name, params=params or {}, channel="data")
        await transition_in(work, command)
        await self._step()

    async def find(self, entity: str, *key: str) -> str:
        """Return the id of the shipped row with this key, as rows of files name it."""
        if (entity, key) not in self._found:
            declared = next(
                (e for e in self._runtime.model.records if e.entity == entity and not e.demo), None
            )
            names = declared.key if declared else ("number",)
            found = await follow_link(await self._open(), Link(entity, names, key))
            self._found[entity, key] = found["id"]
        return self._found[entity, key]

    def user(self, login: str) -> str:
        """Return the id of the user with this login, or with this name before the ``@``."""
        if login not in self._users:
            raise NotFound.of("unknown-user", f"There is no user `{login[:60]}`.")
        return self._users[login]

    def expect(self, total: int) -> None:
        """Say how many calls are to come, for the progress."""
        self._total = total

    async def _open(self) -> Work:
        if self._stack is None or self._work is None:
            self._stack = AsyncExitStack()
            transaction = await self._stack.enter_async_context(self._runtime.database.transaction())
            work = open_work(self._runtime, transaction, SYSTEM)
            self._work = replace(work, channel="data", internal=True)
        return replace(self._work, answers={}, saving=set())

    async def _step(self, count: int = 1) -> None:
        before, self._done = self._done, self._done + count
        if before // BATCH != self._done // BATCH:
            await self.finish()
        if self._done >= self._look:
            self._look = 2 * self._done
            await count_rows(self._runtime)
        if self._progress is not None:
            self._progress(self._done, max(self._total, self._done))

    async def finish(self, error: BaseException | None = None) -> None:
        """Commit what is open, or undo it because of *error*."""
        stack, self._stack, self._work = self._stack, None, None
        if stack is not None and error is None:
            await stack.aclose()
        elif stack is not None and error is not None:
            await stack.__aexit__(type(error), error, error.__traceback__)


async def count_rows(runtime: Runtime) -> None:
    """Have the planner look at the tables: what it decided when they were empty is wrong for full ones."""
    tables = ", ".join(quote(name) for name in (*runtime.model.entities, *SYSTEM_TABLES))
    await runtime.database.execute(f"analyze {tables}")


async def run_demo(
    runtime: Runtime,
    name: str,
    generate: Callable[[DemoLoader], Awaitable[None]],
    *,
    size: float = 1.0,
    progress: Progress | None = None,
) -> bool:
    """Run the generator *name* unless it has run in this workspace; return whether it ran.

    Raises what the generator raises; then the last batch is undone and the
    generator is not marked as done.
    """
    if await runtime.database.fetchval(DONE, f"$demo:{name}") is not None:
        return False
    rows = await runtime.database.fetch("select id, login from fw_user")
    users = {row["login"].partition("@")[0]: str(row["id"]) for row in rows}
    users.update({row["login"]: str(row["id"]) for row in rows})
    loader = DemoLoader(runtime, users, size, progress)
    try:
        await generate(loader)
    except BaseException as error:
        await loader.finish(error)
        raise
    await loader.finish()
    await count_rows(runtime)
    await runtime.database.execute(NOTE, f"$demo:{name}")
    return True
