"""Why may an actor do this, or why not: as data and as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formwright.access.actor import Actor
from formwright.access.decision import EVERYONE, Reason, holds, may
from formwright.expressions import Expression
from formwright.metadata.model import EntityType
from formwright.problems import Place

__all__ = ["Ground", "Verdict", "why"]

NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Ground:
    """One sentence of an explanation. *rule* is the text of a row rule, *holds* its result."""

    sentence: str
    place: Place = NOWHERE
    rule: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one actor, action and (if given) record, with all grounds."""

    allowed: bool
    grounds: tuple[Ground, ...]

    def __str__(self) -> str:
        """Return the answer and the grounds, one a line."""
        head = "Allowed." if self.allowed else "Not allowed."
        return "\n".join([head, *(f"  {ground.sentence}" for ground in self.grounds)])


def why(
    entity_type: EntityType, action: str, actor: Actor, context: Mapping[str, Any] | None = None
) -> Verdict:
    """Return whether *actor* may do *action*, and every grant, refusal and row rule that decided.

    Without a *context* the question is whether the actor may with any record
    at all, and row rules are named but not evaluated.
    """
    decision = may(entity_type, action, actor)
    grounds = [_ground(reason, context) for reason in decision.reasons]
    if not grounds:
        roles = ", ".join(f"`{r}`" for r in sorted(actor.roles - {EVERYONE})) or "none"
        sentence = f"No role of {actor.login} (has: {roles}) grants {action} on {entity_type.name}."
        grounds = [Ground(sentence, entity_type.place)]
    allowed = not decision.denied if context is None else decision.on(context)
    return Verdict(allowed, tuple(grounds))


def _ground(reason: Reason, context: Mapping[str, Any] | None) -> Ground:
    role = "The platform" if reason.role == "$system" else f"Role `{reason.role}`"
    if reason.role == "all":
        role = "A role with `all: true`"
    at = f" ({reason.place})" if reason.place != Place() else ""
    if not isinstance(reason.verdict, Expression):
        said = "grants this for every record" if reason.verdict else "refuses this by name"
        return Ground(f"{role} {said}{at}.", reason.place)
    text = reason.verdict.text
    if context is None:
        return Ground(f"{role} grants this where `{text}`{at}.", reason.place, text)
    true = holds(reason.verdict, context)
    outcome = "which is true here" if true else "which is not true here"
    return Ground(f"{role} grants this where `{text}`, {outcome}{at}.", reason.place, text, true)
