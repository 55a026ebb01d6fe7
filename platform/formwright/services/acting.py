"""Actions: named plugin work on a record, after a small form."""

from __future__ import annotations

from formwright.problems import Problem, suggest
from formwright.services.asking import take_params
from formwright.services.calls import call_function
from formwright.services.commands import RunAction, Saved
from formwright.services.opening import open_draft
from formwright.services.refusals import Conflict, NotFound
from formwright.services.rights import check_allowed, missing
from formwright.services.running import run
from formwright.services.runtime import Runtime
from formwright.services.saving import check_version, refuse_stale
from formwright.services.work import Work

__all__ = ["run_action", "run_action_in"]


async def run_action(runtime: Runtime, command: RunAction) -> Saved:
    """Run an action; what its function returns is ``result``.

    Everything the function saves is kept or undone together. Raises like `transition`.
    """
    return await run(runtime, command, run_action_in)


async def run_action_in(work: Work, command: RunAction) -> Saved:
    """Do the same inside an open transaction."""
    entity = work.entity(command.entity)
    action = entity.actions.get(command.name)
    if action is None:
        sentence = f"{entity.label} has no action `{command.name[:60]}`."
        raise NotFound.of("unknown-action", sentence, hint=suggest(command.name[:60], entity.actions))
    if command.id is None:
        raise missing(entity)
    draft = await open_draft(work, entity, command.id)
    await check_allowed(draft, f"action:{action.name}")
    if check_version(draft, command.version):
        raise refuse_stale(draft)
    params = await take_params(draft, action.ask, command.params, command.form_locale)
    if action.when is not None and not await draft.holds(action.when, failing=False):
        sentence = (
            f"“{action.label.get(work.actor.locale)}” is not possible now: `{action.when.text}` is not true."
        )
        raise Conflict([Problem("action-refused", sentence, related=(action.when.place,))])
    result = await call_function(draft, action.call, params)
    table = work.source.table(entity.name)
    row = await work.session.fetchrow(table.select().where(table.c.id == draft.id))
    version = row["version"] if row is not None else 0
    return Saved(id=draft.id, number=draft.new.get("number") or "", version=version, result=result)
