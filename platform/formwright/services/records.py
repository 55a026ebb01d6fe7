"""The one write path: create and update a record, with all that belongs to it, in one transaction."""

from __future__ import annotations

from formwright.access import may
from formwright.problems import Place, Problem
from formwright.services.commands import Save, Saved
from formwright.services.drafts import Draft
from formwright.services.opening import open_draft, open_new, take_input
from formwright.services.refusals import Conflict, Difference, Forbidden
from formwright.services.rights import check_allowed, follows_parent
from formwright.services.running import run
from formwright.services.runtime import Runtime
from formwright.services.saving import (
    check_version,
    complete,
    follow,
    refuse_stale,
    saved_of,
    tree,
    visible_differences,
    write_tree,
)
from formwright.services.work import Work

__all__ = ["answer", "prepare_save", "save", "save_in"]


async def save(runtime: Runtime, command: Save) -> Saved:
    """Create or update a record; return its id, number and version, and what changed.

    Raises Invalid (422) with every problem at its field, Forbidden (403),
    NotFound (404; also for records that the actor may not read), Stale (412)
    for an old version without a base, Conflict (409) when others edited the
    same attributes. When it raises, nothing is kept.
    """
    return await run(runtime, command, save_in)


async def save_in(work: Work, command: Save) -> Saved:
    """Do the same inside an open transaction: for effects, plugins, and loading data."""
    draft = await prepare_save(work, command)
    event = "created" if draft.old is None else "updated"
    fired = await complete(draft, frozenset({event}))
    written = await write_tree(draft, "create" if draft.old is None else "update")
    await follow(written, fired)
    return answer(draft)


async def prepare_save(work: Work, command: Save) -> Draft:
    """Return the draft with the input of the command taken; raise what speaks against it from the start."""
    entity = work.entity(command.entity)
    if command.id is None:
        decision = may(entity, "create", work.rights)
        if decision.denied and not (follows_parent(entity) or work.rights.system):
            label = entity.label.get(work.actor.locale)
            raise Forbidden.of("forbidden", f"You may not create this: {label}.")
        draft = open_new(work, entity)
    else:
        draft = await open_draft(work, entity, command.id)
        await check_allowed(draft, "update")
    differences = await take_input(draft, command.values, command.form_locale, command.base)
    if check_version(draft, command.version) and command.base is None:
        raise refuse_stale(draft)
    if differences:
        raise _overlap(draft, differences)
    return draft


def answer(draft: Draft) -> Saved:
    """Return the answer to the save of a record that was written."""
    warnings = [problem for each in tree(draft) for problem in each.warnings]
    return saved_of(draft, warnings, tuple(n for n in draft.changes() if n != "version"))


def _overlap(draft: Draft, differences: dict[str, Difference]) -> Conflict:
    sentence = "Somebody else changed this meanwhile, too."
    hint = "choose which value is to stay"
    problems = [Problem("edited-by-both", sentence, Place(field=name), hint) for name in sorted(differences)]
    return Conflict(problems, draft.was("version") or 0, visible_differences(draft, differences))
