"""What a record can do next, for buttons and for `GET .../transitions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from formwright.lifecycles.transitions import decide
from formwright.metadata.model import EntityType, Transition
from formwright.problems import Problem

__all__ = ["Offer", "initial_state", "offered"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition that starts in the present state; *against* says why it cannot be taken yet."""

    transition: Transition
    against: tuple[Problem, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether it can be taken now."""
        return not self.against


def initial_state(entity_type: EntityType) -> str | None:
    """Return the state of a new record; None without a lifecycle."""
    return entity_type.lifecycle.initial if entity_type.lifecycle else None


def offered(
    entity_type: EntityType,
    context: Mapping[str, Any],
    allowed: Callable[[str], bool],
    *,
    locale: str = "en",
) -> tuple[Offer, ...]:
    """Return the transitions that start in the state of *context*, in the order of the metadata.

    *allowed* answers for ``transition:<name>`` whether the actor may. A
    transition whose `when` is false is offered with its reason, except one
    that asks for values: its condition may read them (`params`), so that it
    is decided when they are given.
    """
    lifecycle = entity_type.lifecycle
    if lifecycle is None:
        return ()
    found = []
    for transition in lifecycle.transitions.values():
        starts = context.get("state") in transition.sources and not transition.hidden
        if starts and allowed(f"transition:{transition.name}"):
            against = (
                () if _asks(transition) else tuple(decide(entity_type, transition, context, locale=locale))
            )
            found.append(Offer(transition, against))
    return tuple(found)


def _asks(transition: Transition) -> bool:
    """Return whether the condition of *transition* reads what it asks for."""
    reads = transition.when.dependencies if transition.when else frozenset()
    return any(path == "params" or path.startswith(("params.", "params[")) for path in reads)
