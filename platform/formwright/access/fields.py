"""Which attributes an actor may see, sees masked, and may write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from formwright.access.actor import Actor
from formwright.access.decision import roles_of
from formwright.metadata.model import EntityType, Grant

__all__ = ["MASK", "FieldRights", "field_rights", "masked_text"]

MASK = "•••"
LEGIBLE = 4
"""How many characters at the end of a masked text stay readable; half of the text at most."""


@dataclass(frozen=True, slots=True)
class FieldRights:
    """The attributes of one entity type that an actor may not treat like any other.

    *hidden*: as if they did not exist. *masked*: only their last characters
    are shown, and they are neither filtered nor sorted by. *readonly*: seen
    but not written.
    """

    hidden: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()

    def readable(self, name: str) -> bool:
        """Return whether the actor knows the attribute at all."""
        return name not in self.hidden

    def open(self, name: str) -> bool:
        """Return whether the actor may see the whole value, filter, sort and search by it."""
        return name not in self.hidden and name not in self.masked

    def writable(self, name: str) -> bool:
        """Return whether the actor may give the attribute a value. A masked one may be replaced."""
        return name not in self.hidden and name not in self.readonly


def field_rights(entity_type: EntityType, actor: Actor) -> FieldRights:
    """Return the field rights of all roles of *actor* together.

    ``hide``, ``mask`` and ``readonly`` of any role hold, whatever other roles
    say: a denial beats a grant. A ``sensitive`` attribute is masked unless one
    of the roles has ``unmask`` for it or may do everything.
    """
    if actor.system:
        return FieldRights()
    grants = tuple(_grants(entity_type, actor))
    sensitive = {n for n, a in entity_type.attributes.items() if a.sensitive}
    unmasked = sensitive if actor.all else frozenset[str]().union(*(g.unmask for g in grants))
    hidden = frozenset[str]().union(*(g.hide for g in grants))
    masked = frozenset[str]().union(*(g.mask for g in grants)) | (sensitive - unmasked)
    readonly = frozenset[str]().union(*(g.readonly for g in grants))
    return FieldRights(hidden, masked - hidden, readonly)


def _grants(entity_type: EntityType, actor: Actor) -> Iterator[Grant]:
    for role in roles_of(actor):
        if role in entity_type.access:
            yield entity_type.access[role]


def masked_text(text: str) -> str:
    """Return ``•••1234``; of a text shorter than eight characters only the dots."""
    return MASK + text[-LEGIBLE:] if len(text) >= 2 * LEGIBLE else MASK
