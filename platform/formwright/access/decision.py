"""May an actor do this? Yes, no, or: with those records for which a rule holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from formwright.access.actor import Actor
from formwright.expressions import Expression
from formwright.metadata.model import EntityType, Grant
from formwright.problems import Place

__all__ = ["EVERYONE", "Decision", "Reason", "holds", "may", "roles_of"]

NOWHERE = Place()

EVERYONE = "*"
"""The role that every signed-in user has; it is never written to a user."""

BASIC = ("read", "create", "update", "delete", "export")


@dataclass(frozen=True, slots=True)
class Reason:
    """One grant or refusal that had a part in a decision.

    *verdict* is True (granted), False (refused in so many words) or the row
    rule on which it depends; *place* is where the metadata says so.
    """

    role: str
    verdict: bool | Expression
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Decision:
    """What all roles of an actor together say about one action on one entity type.

    *allowed*: for every record. Otherwise for the records for which one of
    *rules* is true; for none when there are no rules.
    """

    allowed: bool
    rules: tuple[Expression, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def denied(self) -> bool:
        """Whether no record whatever can be acted on."""
        return not self.allowed and not self.rules

    def on(self, context: Mapping[str, Any]) -> bool:
        """Return whether the action is allowed on the record of *context*."""
        return self.allowed or any(holds(rule, context) for rule in self.rules)


DENIED = Decision(False)


def holds(rule: Expression, context: Mapping[str, Any]) -> bool:
    """Return whether *rule* is true in *context*; a rule that fails to evaluate is not."""
    try:
        return bool(rule.true(context))
    except Exception:  # noqa: BLE001 - a right that cannot be shown to hold is no right
        return False


def roles_of(actor: Actor) -> tuple[str, ...]:
    """Return the names under which grants to *actor* are looked up, in a fixed order."""
    return (*sorted(actor.roles - {EVERYONE}), EVERYONE)


def may(entity_type: EntityType, action: str, actor: Actor) -> Decision:
    """Return what *actor* may do.

    *action* is ``read``, ``create``, ``update``, ``delete``, ``export``,
    ``transition:<name>`` or ``action:<name>``; anything else is denied. Grants
    of all roles add up; a transition or action that a role is refused by name
    stays refused whatever other roles grant.
    """
    if actor.system:
        return Decision(True, (), (Reason("$system", True),))
    if actor.narrowed(entity_type.name, action):
        return Decision(False, (), (Reason("$token", False),))
    reasons = tuple(_reasons(entity_type, action, actor))
    if any(reason.verdict is False for reason in reasons):
        return Decision(False, (), reasons)
    if actor.all and _known(entity_type, action):
        return Decision(True, (), (*reasons, Reason("all", True)))
    if any(reason.verdict is True for reason in reasons):
        return Decision(True, (), reasons)
    rules = tuple(r.verdict for r in reasons if isinstance(r.verdict, Expression))
    return Decision(False, rules, reasons)


def _known(entity_type: EntityType, action: str) -> bool:
    kind, _, name = action.partition(":")
    if kind == "transition":
        return entity_type.lifecycle is not None and name in entity_type.lifecycle.transitions
    if kind == "action":
        return name in entity_type.actions
    return action in BASIC


def _reasons(entity_type: EntityType, action: str, actor: Actor) -> Iterator[Reason]:
    if not _known(entity_type, action):
        return
    kind, _, name = action.partition(":")
    for role in roles_of(actor):
        grant = entity_type.access.get(role)
        if kind in {"transition", "action"}:
            yield from _named(entity_type, kind, name, role, grant)
        elif grant is not None:
            yield from _reason(role, getattr(grant, action), grant.place)


def _named(entity_type: EntityType, kind: str, name: str, role: str, grant: Grant | None) -> Iterable[Reason]:
    """Yield what one role says about a transition or an action.

    `by` of the transition or action limits who may at all; the grant of a
    role then decides by name, and where it is silent, as for `update`.
    """
    by, place = _by(entity_type, kind, name)
    named = None if grant is None else grant.transitions if kind == "transition" else grant.actions
    if grant is not None and named is not None and name in named:
        if named[name] is False:
            return [Reason(role, False, grant.place)]
        return _reason(role, named[name], grant.place) if not by or role in by else ()
    if by:
        return [Reason(role, True, place)] if role in by else ()
    # A list that only refuses leaves the others as they are for `update`; one that grants is complete.
    silent = grant is None or any(verdict is not False for verdict in (named or {}).values())
    return () if grant is None or silent else _reason(role, grant.update, grant.place)


def _by(entity_type: EntityType, kind: str, name: str) -> tuple[tuple[str, ...], Place]:
    if kind == "action":
        return entity_type.actions[name].by, entity_type.actions[name].place
    transitions = entity_type.lifecycle.transitions if entity_type.lifecycle else {}
    return transitions[name].by, transitions[name].place


def _reason(role: str, verdict: bool | Expression, place: Place) -> Iterable[Reason]:
    """Yield a grant; False as the value of a basic right only means: not granted here."""
    if verdict is False:
        return ()
    return [Reason(role, verdict, verdict.place if isinstance(verdict, Expression) else place)]
