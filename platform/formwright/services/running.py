"""Runs one command in one transaction: checked for what no database holds, remembered for retries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import asyncpg

from formwright.problems import Place, Problem, Problems
from formwright.services.commands import Command, Saved
from formwright.services.idempotency import remember, remembered
from formwright.services.refusals import Invalid
from formwright.services.runtime import Runtime
from formwright.services.uniqueness import refusal_of
from formwright.services.work import Work, open_work
from formwright.storage.database import Transaction

__all__ = ["LONGEST_TEXT", "check_texts", "run"]

LONGEST_TEXT = 1_000_000
DEEPEST_INPUT = 64
MOST_NODES = 200_000

C = TypeVar("C", bound=Command)


async def run(runtime: Runtime, command: C, step: Callable[[Work, C], Awaitable[Saved]]) -> Saved:
    """Return what *step* answers; nothing is kept of it when it raises.

    Deadlocks and plans outdated by a change of tables are tried once more.
    What a constraint of the database refuses becomes a problem at the field.
    """
    _check_command(command)

    async def inside(transaction: Transaction) -> Saved:
        work = open_work(runtime, transaction, command.actor, command)
        earlier = await remembered(work, command)
        if earlier is not None:
            return earlier
        saved = await step(work, command)
        await remember(work, command, saved)
        return saved

    try:
        return await runtime.database.run_transaction(inside)
    except asyncpg.PostgresError as error:
        refusal = refusal_of(error, runtime.model)
        if refusal is None:
            raise
        raise refusal from error


def _check_command(command: Command) -> None:
    about = {"reason": command.reason, "request_id": command.request_id, "channel": command.channel}
    inputs = {n: getattr(command, n) for n in ("values", "params", "base") if getattr(command, n, None)}
    problems = Problems()
    for name, value in about.items():
        if len(value) > 2000 or not _storable(value):
            problems.add("bad-text", "This text is too long, or cannot be stored.", Place(field=name))
    for values in inputs.values():
        check_texts(values, problems)
    if problems:
        raise Invalid(tuple(problems))


def check_texts(values: Mapping[str, Any], problems: Problems) -> None:
    """Note at which field an input holds NUL, half a surrogate pair, a huge text, or too much of all."""
    nodes = 0
    waiting: list[tuple[str, Any, int]] = [(str(name)[:100], value, 1) for name, value in values.items()]
    while waiting:
        field, value, depth = waiting.pop()
        nodes += 1
        if nodes > MOST_NODES or depth > DEEPEST_INPUT:
            problems.add("too-much", "The input is too large or too deep.", Place(field=field))
            return
        if isinstance(value, str):
            _check_text(value, field, problems)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                _check_text(str(key), field, problems)
                waiting.append((f"{field}.{str(key)[:60]}", item, depth + 1))
        elif isinstance(value, list | tuple):
            waiting.extend((f"{field}[{index}]", item, depth + 1) for index, item in enumerate(value))


def _check_text(text: str, field: str, problems: Problems) -> None:
    if len(text) > LONGEST_TEXT:
        problems.extend(
            [Problem("too-long", f"At most {LONGEST_TEXT:,} characters fit here.", Place(field=field))]
        )
    elif not _storable(text):
        sentence = "The text holds a NUL character or half of a surrogate pair."
        problems.extend(
            [Problem("bad-characters", sentence, Place(field=field), "send valid Unicode without NUL")]
        )


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
