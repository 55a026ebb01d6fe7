"""Several new records, or one transition of many: as sets, with the result of one after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

import asyncpg

from formwright.lifecycles import find
from formwright.metadata.model import Effect
from formwright.metadata.model import Transition as Declared
from formwright.problems import Problems
from formwright.services.commands import Command, Save, Saved, Transition
from formwright.services.dependents import update_parents
from formwright.services.drafts import Draft
from formwright.services.effects import run_effects
from formwright.services.moves import prepare_transition, transition_in
from formwright.services.opening import open_drafts
from formwright.services.probes import Probes
from formwright.services.reach import Fence
from formwright.services.records import answer, prepare_save, save_in
from formwright.services.refusals import Invalid, Refusal
from formwright.services.rights import missing
from formwright.services.running import check_texts
from formwright.services.runtime import Runtime
from formwright.services.saving import Fired, complete_all, run_fired, saved_of, tree, write_trees
from formwright.services.uniqueness import refusal_of
from formwright.services.work import Work, open_work
from formwright.storage.database import RETRIED, Transaction

__all__ = ["Result", "save_many", "save_many_in", "transition_many_in"]

MOST = 200
"""How many records are written together."""

LATER = frozenset({"create", "call"})
"""Effects that may change other records, so that what comes after must not have been looked at before."""

Result: TypeAlias = Saved | Refusal
C = TypeVar("C", bound=Command)


async def save_many(runtime: Runtime, commands: Sequence[Save]) -> list[Result]:
    """Save many records in one transaction; return for each the answer, or why it was refused.

    The result is that of :func:`save` for one after the other: the same
    rules, problems at the same fields; what is refused leaves nothing behind
    and does not keep back the others. Raises ValueError for commands of
    several actors, channels, reasons or requests, and for idempotency keys: a
    batch has no answer to repeat.
    """
    if not commands:
        return []
    if len({(c.actor, c.channel, c.reason, c.request_id) for c in commands}) > 1:
        raise ValueError("A batch has one actor, one channel, one reason and one request id.")
    if any(command.idempotency_key for command in commands):
        raise ValueError("A batch takes no idempotency keys.")
    refused = {index: wrong for index, each in enumerate(commands) if (wrong := _wrong(each)) is not None}
    fine = [each for index, each in enumerate(commands) if index not in refused]

    async def inside(transaction: Transaction) -> list[Result]:
        work = open_work(runtime, transaction, commands[0].actor, commands[0])
        return await save_many_in(work, fine)

    results = iter(await runtime.database.run_transaction(inside))
    return [refused[index] if index in refused else next(results) for index in range(len(commands))]


def _wrong(command: Save) -> Refusal | None:
    problems = Problems()
    check_texts(command.values, problems)
    return Invalid(tuple(problems)) if problems else None


async def save_many_in(work: Work, commands: Sequence[Save]) -> list[Result]:
    """Do the same inside an open transaction."""
    return await _in_groups(work, commands, _save_group, save_in)


async def transition_many_in(work: Work, commands: Sequence[Transition]) -> list[Result]:
    """Take transitions of many records; return for each the answer, or why it was refused."""
    return await _in_groups(work, commands, _transition_group, transition_in)


async def _in_groups(
    work: Work,
    commands: Sequence[C],
    together: Callable[[Work, Sequence[C]], Awaitable[list[Result]]],
    single: Callable[[Work, C], Awaitable[Saved]],
) -> list[Result]:
    """Do the first commands that can be done together, then the next ones; each set in a savepoint.

    When a set fails as a whole, its commands are done one by one: so the
    problem is found where it is, and the others go on. A set that had to end
    early is followed by a smaller one, because what lay beyond was looked at in vain.
    """

    async def one(work: Work, few: Sequence[C]) -> list[Result]:
        return [await single(work, few[0])]

    results: list[Result] = []
    alone_until, size = 0, MOST
    while len(results) < len(commands):
        begin = len(results)
        few = commands[begin : begin + size]
        grouped = begin >= alone_until and len(few) > 1
        found = await _kept(work, few, together if grouped else one)
        if isinstance(found, Refusal) and grouped:
            alone_until = begin + len(few)
            continue
        done = [found] if isinstance(found, Refusal) else found
        size = min(MOST, 2 * len(done))
        results += done
    return results


async def _kept(
    work: Work, few: Sequence[C], step: Callable[[Work, Sequence[C]], Awaitable[list[Result]]]
) -> list[Result] | Refusal:
    """Return what *step* gives; when it is refused, nothing of it is kept."""
    session = work.session
    work = replace(work, answers={}, saving=set(), acknowledged=few[0].acknowledged)
    if not isinstance(session, Transaction):
        raise TypeError("A batch needs a transaction.")
    try:
        async with session.savepoint():
            return await step(work, few)
    except Refusal as refusal:
        return refusal
    except RETRIED:
        raise
    except asyncpg.PostgresError as error:
        refused = refusal_of(error, work.model)
        if refused is None:
            raise
        return refused


@dataclass(slots=True)
class _Group:
    """Records that are written together: which operation, what their events say, what follows."""

    work: Work
    op: str
    event: str
    transition: Declared | None = None
    entries: list[Draft | Refusal] = field(default_factory=list)
    payloads: dict[Draft, dict[str, object]] = field(default_factory=dict)
    fence: Fence = field(default_factory=Fence)

    @property
    def effects(self) -> tuple[Effect, ...]:
        return self.transition.do if self.transition is not None else ()

    def admits(self, draft: Draft) -> bool:
        """Take a draft in, unless it has to wait until those before it are written."""
        if not self.fence.admits(tree(draft), self.transition):
            return False
        self.entries.append(draft)
        return True

    async def finish(self, say: Callable[[Draft], Saved]) -> list[Result]:
        """Complete, check and write; return the results of as many as could be done together."""
        roots, probes = [each for each in self.entries if isinstance(each, Draft)], Probes()
        outcomes = dict(zip(roots, await complete_all(roots, frozenset({self.event}), probes), strict=True))
        last = self._last(outcomes, _clashing(roots, probes))
        taken = self.entries[:last]
        good: list[tuple[Draft, Fired]] = []
        for each in taken:
            outcome = outcomes[each] if isinstance(each, Draft) else each
            if isinstance(each, Draft) and not isinstance(outcome, Refusal):
                good.append((each, outcome))
        await self._write(good)
        answers: dict[Draft, Saved] = {draft: say(draft) for draft, _ in good}
        return [_result(each, outcomes, answers) for each in taken]

    def _last(self, outcomes: dict[Draft, Fired | Refusal], clashing: set[Draft]) -> int:
        """Return how many entries can be done now: up to one that clashes, or whose effects reach others."""
        fence = Fence()  # once more: defaults and effects may have given references
        for index, each in enumerate(self.entries):
            if not isinstance(each, Draft):
                continue
            outcome = outcomes[each]
            if not fence.admits(tree(each), self.transition) or each in clashing:
                return index
            if not isinstance(outcome, Refusal) and self._reaches_others(outcome):
                return index + 1
        return len(self.entries)

    def _reaches_others(self, fired: Fired) -> bool:
        listening = (effect for _, automations in fired for each in automations for effect in each.do)
        return any(effect.kind in LATER for effect in (*listening, *self.effects))

    async def _write(self, good: list[tuple[Draft, Fired]]) -> None:
        roots = [draft for draft, _ in good]
        written = await write_trees(roots, self.op, [self.payloads.get(each, {}) for each in roots])
        await update_parents(written)
        for draft, fired in good:
            await run_effects(draft, self.effects)
            await run_fired(fired)


def _result(
    entry: Draft | Refusal, outcomes: dict[Draft, Fired | Refusal], answers: dict[Draft, Saved]
) -> Result:
    if isinstance(entry, Refusal):
        return entry
    outcome = outcomes[entry]
    return outcome if isinstance(outcome, Refusal) else answers[entry]


def _clashing(roots: Sequence[Draft], probes: Probes) -> set[Draft]:
    """Return the records that would have the same unique value as one before them."""
    root_of = {each.id: root for root in roots for each in tree(root)}
    found: set[Draft] = set()
    for rows in probes.taken.values():
        first: dict[Any, Draft] = {}
        for identity, values in rows.items():
            key = tuple(tuple(v) if isinstance(v, list) else v for v in values)
            root = root_of[identity]
            if first.setdefault(key, root) is not root:
                found.add(root)
    return found


def _alike(commands: Sequence[C], **but: Any) -> list[C]:
    """Return the first commands that differ in nothing but these fields."""
    first, found = replace(commands[0], **but), []
    for command in commands:
        if replace(command, **but) != first:
            break
        found.append(command)
    return found


async def _save_group(work: Work, commands: Sequence[Save]) -> list[Result]:
    """Save the first of *commands*, and those after it that can be saved together with it."""
    if commands[0].id is not None:
        return [await save_in(work, commands[0])]
    group = _Group(work, "create", "created")
    for command in _alike(commands, values={}):
        try:
            draft = await prepare_save(work, command)
        except Refusal as refusal:
            group.entries.append(refusal)
            continue
        if not group.admits(draft):
            break
    return await group.finish(answer)


async def _transition_group(work: Work, commands: Sequence[Transition]) -> list[Result]:
    """Take the transition of the first of *commands*, and of those after it that can go together with it."""
    entity = work.entity(commands[0].entity)
    declared = find(entity, commands[0].name)
    if not isinstance(declared, Declared):
        return [await transition_in(work, commands[0])]
    alike = _alike(commands, id=None, version=None, params={})
    drafts = await open_drafts(work, entity, {each.id for each in alike if each.id is not None}, declared)
    group = _Group(work, f"transition:{declared.name}", declared.name, declared)
    for command in alike:
        draft = drafts.pop(command.id, None) if command.id is not None else None
        if draft is None and any(isinstance(e, Draft) and e.id == command.id for e in group.entries):
            break
        try:
            if draft is None:
                raise missing(entity)
            group.payloads[draft] = await prepare_transition(draft, declared, command)
        except Refusal as refusal:
            group.entries.append(refusal)
            continue
        if not group.admits(draft):
            break
    return await group.finish(lambda draft: saved_of(draft, draft.warnings, draft.changes()))
