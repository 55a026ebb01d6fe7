"""What happens because of a save or transition: effects, and the automations that listen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from formwright.attributes import Invalid
from formwright.metadata.model import Automation, Effect, Value
from formwright.problems import Problem, ProblemError
from formwright.services.calls import call_function
from formwright.services.commands import Save
from formwright.services.computing import compute, set_value
from formwright.services.drafts import Draft
from formwright.services.refusals import Conflict
from formwright.services.values import canonical, options_of, problem_of
from formwright.services.work import DEEPEST
from formwright.services.writing import emit

__all__ = ["fire", "run_effects", "set_effects"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


async def set_effects(draft: Draft, effects: Iterable[Effect]) -> bool:
    """Apply the `set` effects before the write; return whether there were any."""
    found = False
    for effect in effects:
        if effect.kind != "set":
            continue
        for name, value in effect.values.items():
            attribute = draft.entity.attributes[name]
            if value.expression is not None:
                await set_value(draft, attribute, value.expression)
            else:
                _set_literal(draft, name, value.literal)
            found = True
    if found:
        await draft.refresh()
    return found


def _set_literal(draft: Draft, name: str, literal: Any) -> None:
    try:
        draft.put(name, canonical(draft.entity.attributes[name], literal, draft.new))
    except Invalid as invalid:
        draft.problems.extend([problem_of(invalid, draft.at(name).field)])


async def fire(draft: Draft, events: frozenset[str]) -> list[Automation]:
    """Return the automations that fire, with their `set` effects applied.

    What they set may set off others (`changed:…`); each fires once at most.
    """
    fired: list[Automation] = []
    waiting = list(draft.entity.automations)
    while True:
        happening = events | {f"changed:{n}" for n in draft.changes() if draft.old is not None}
        due = [a for a in waiting if a.event in happening and await _applies(draft, a)]
        if not due:
            return fired
        for automation in due:
            waiting.remove(automation)
            fired.append(automation)
            if await set_effects(draft, automation.do):
                await compute(draft)


async def _applies(draft: Draft, automation: Automation) -> bool:
    return automation.condition is None or await draft.holds(automation.condition, failing=False)


async def run_effects(draft: Draft, effects: Iterable[Effect]) -> None:
    """Do everything except `set`, after the record is written, in the same transaction."""
    for effect in effects:
        if effect.kind == "create":
            await _create(draft, effect)
        elif effect.kind == "emit":
            await emit(draft, effect.target, {"number": draft.new.get("number")})
        elif effect.kind == "notify":
            await _notify(draft, effect)
        elif effect.kind == "call":
            await call_function(draft, effect.target, await _arguments(draft, effect))


async def _create(draft: Draft, effect: Effect) -> None:
    from formwright.services.records import save_in

    if draft.work.depth >= DEEPEST:
        sentence = f"More than {DEEPEST} saves follow from each other: {effect.target}."
        raise Conflict([Problem("effects-too-deep", sentence, related=(effect.place,))])
    values = await _arguments(draft, effect)
    command = Save(entity=effect.target, values=values, actor=draft.work.actor, channel=draft.work.channel)
    await save_in(draft.work.following(), command)


async def _arguments(draft: Draft, effect: Effect) -> dict[str, Any]:
    return {name: await _value(draft, value, effect) for name, value in effect.values.items()}


async def _value(draft: Draft, value: Value, effect: Effect) -> Any:
    if value.expression is None:
        return value.literal
    try:
        return value.expression.value(await draft.asked(value.expression))
    except ProblemError as error:
        sentence = f"An effect cannot be computed: {error.problems[0].sentence}"
        raise Conflict([Problem("E_EXPR", sentence, related=(effect.place,))]) from error


async def _notify(draft: Draft, effect: Effect) -> None:
    """Put a notification into the outbox: to the role, or to the user that the expression names."""
    values = await _arguments(draft, effect)
    to = values.get("to")
    text = PLACEHOLDER.sub(lambda found: _shown(draft, found[1]), str(values.get("text") or ""))
    payload = {"role": effect.target, "user": to.get("id") if isinstance(to, dict) else to, "text": text}
    await emit(draft, "notify", payload)


def _shown(draft: Draft, path: str) -> str:
    """Return what a placeholder stands for; nothing for what has no value."""
    head, _, rest = path.strip().partition(".")
    attribute, value = draft.entity.attributes.get(head), draft.new.get(head)
    if rest or attribute is None or value is None:
        found: Any = draft.fields
        for name in path.strip().split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return "" if found is None else str(found)
    return attribute.type.display(value, options_of(attribute, draft.new), draft.work.actor.locale)
