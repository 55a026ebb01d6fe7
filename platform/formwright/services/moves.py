"""Transitions of a lifecycle: the only way in which the state of a record changes."""

from __future__ import annotations

from formwright.lifecycles import Offer, decide, find, offered
from formwright.metadata.model import Transition as Declared
from formwright.problems import Problem
from formwright.services.asking import take_params
from formwright.services.commands import Saved, Transition
from formwright.services.drafts import Draft
from formwright.services.effects import set_effects
from formwright.services.opening import open_draft
from formwright.services.refusals import Conflict, NotFound
from formwright.services.rights import allowed, check_allowed, missing
from formwright.services.running import run
from formwright.services.runtime import Runtime
from formwright.services.saving import check_version, complete, follow, refuse_stale, saved_of, write_tree
from formwright.services.work import Work

__all__ = ["offers_on", "prepare_transition", "transition", "transition_in"]


async def transition(runtime: Runtime, command: Transition) -> Saved:
    """Take a transition: its condition, its effects, all rules of the record, in one transaction.

    Raises Conflict (409) when the state or the condition does not allow it,
    Invalid (422) for what it asks or what rules refuse, Forbidden, NotFound, Stale.
    """
    return await run(runtime, command, transition_in)


async def transition_in(work: Work, command: Transition) -> Saved:
    """Do the same inside an open transaction."""
    entity = work.entity(command.entity)
    found = find(entity, command.name)
    if isinstance(found, Problem):
        raise NotFound([found])
    if command.id is None:
        raise missing(entity)
    draft = await open_draft(work, entity, command.id, found)
    payload = await prepare_transition(draft, found, command)
    fired = await complete(draft, frozenset({found.name}))
    written = await write_tree(draft, f"transition:{found.name}", payload)
    await follow(written, fired, found.do)
    return saved_of(draft, draft.warnings, draft.changes())


async def prepare_transition(draft: Draft, found: Declared, command: Transition) -> dict[str, object]:
    """Put the draft into its new state; return what the event says. Raise what speaks against it."""
    entity, work = draft.entity, draft.work
    await check_allowed(draft, f"transition:{found.name}")
    if check_version(draft, command.version):
        raise refuse_stale(draft)
    await take_params(draft, found.ask, command.params, command.form_locale)
    if found.when is not None:
        await draft.asked(found.when)
    against = decide(entity, found, draft.context(), locale=work.actor.locale, internal=work.internal)
    if against:
        raise Conflict(against, draft.was("version"))
    source = draft.was("state")
    draft.put("state", found.to)
    await set_effects(draft, found.do)
    return {"from": source, "to": found.to}


async def offers_on(draft: Draft) -> tuple[Offer, ...]:
    """Return the transitions that the actor may take from here, each with what speaks against it."""
    lifecycle = draft.entity.lifecycle
    if lifecycle is None:
        return ()
    names = {f"transition:{name}" for name in lifecycle.transitions}
    granted = {name for name in names if await allowed(draft, name)}
    for each in lifecycle.transitions.values():
        if each.when is not None:
            await draft.asked(each.when)
    context = draft.context()
    return offered(draft.entity, context, granted.__contains__, locale=draft.work.actor.locale)
