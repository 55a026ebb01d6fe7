"""May this transition be taken now? Every problem that speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formwright.expressions import Expression
from formwright.metadata.model import EntityType, Transition
from formwright.problems import Place, Problem, suggest

__all__ = ["decide", "find"]

STATE = Place(field="state")


def find(entity_type: EntityType, name: str) -> Transition | Problem:
    """Return the transition called *name*, or the problem that there is none."""
    known = entity_type.lifecycle.transitions if entity_type.lifecycle else {}
    if name in known:
        return known[name]
    return Problem(
        "unknown-transition",
        f"{entity_type.label} has no transition `{name}`.",
        STATE,
        suggest(name, (n for n, t in known.items() if not t.hidden)),
    )


def decide(
    entity_type: EntityType,
    transition: Transition,
    context: Mapping[str, Any],
    *,
    locale: str = "en",
    internal: bool = False,
) -> list[Problem]:
    """Return what speaks against *transition* for the record of *context*; nothing when it may be taken.

    *context* holds the attributes of the record as it is now, with ``state``,
    ``user`` and ``params``. *internal* is true for plugins and processes,
    which alone take hidden transitions. Rights are not looked at.
    """
    if transition.hidden and not internal:
        return [Problem("transition-not-offered", "This transition is taken by the system only.", STATE)]
    state = str(context.get("state", ""))
    if state not in transition.sources:
        return [_wrong_state(entity_type, transition, state, locale)]
    if transition.when is None or _true(transition.when, context):
        return []
    said = transition.otherwise.get(locale) if transition.otherwise else ""
    label = transition.label.get(locale)
    sentence = said or f"“{label}” is not possible now: `{transition.when.text}` is not true."
    return [Problem("transition-refused", sentence, STATE, related=(transition.when.place,))]


def _wrong_state(entity_type: EntityType, transition: Transition, state: str, locale: str) -> Problem:
    states = entity_type.lifecycle.states if entity_type.lifecycle else {}
    now = states[state].label.get(locale) if state in states else state
    needed = ", ".join(states[s].label.get(locale) for s in transition.sources if s in states)
    sentence = f"“{transition.label.get(locale)}” is not possible in state {now}."
    return Problem("E_TRANSITION", sentence, STATE, f"It is possible in: {needed}." if needed else "")


def _true(condition: Expression, context: Mapping[str, Any]) -> bool:
    """Return whether a guard holds; one that fails to evaluate denies."""
    try:
        return condition.true(context)
    except Exception:  # noqa: BLE001 - a guard that cannot be evaluated denies, whatever the reason
        return False
