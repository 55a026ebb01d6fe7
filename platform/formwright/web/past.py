"""The history of a record and what people said about it, as values of its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from formwright.metadata.model import EntityType
from formwright.services.comments import Comment
from formwright.services.history import Entry
from formwright.services.timeline import Happening
from formwright.web.visit import Visit

__all__ = [
    "PastChange",
    "PastComment",
    "PastEntry",
    "PastEvent",
    "comments_shown",
    "history_shown",
    "moment",
    "timeline_shown",
]

WORDS = {
    "create": "created it",
    "update": "changed it",
    "compute": "recomputed it",
    "remove": "removed it",
    "restore": "brought it back",
}
CHANNELS = {
    "form": "",  # the usual way
    "api": "through the API",
    "import": "by import",
    "process": "in a process",
    "plugin": "by a plugin",
    "data": "with the shipped data",
}


@dataclass(frozen=True, slots=True)
class PastChange:
    """One attribute, before and after; *label* is a state's or a choice's, not its name."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEntry:
    """One version: who did what, when, through what, why."""

    version: int
    actor: str
    what: str
    at: str
    at_iso: str
    channel: str
    reason: str
    changes: tuple[PastChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """Something that happened to the record or to one of its children; *href* leads to the child."""

    icon: str
    kind: str
    title: str
    href: str
    actor: str
    what: str
    at: str
    at_iso: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastComment:
    """One comment."""

    id: str
    author: str
    at: str
    at_iso: str
    text: str


def moment(visit: Visit, at: datetime) -> str:
    """Return a moment in the zone and the locale of the visit."""
    attribute = next(iter(visit.model.entities.values())).attributes["created_at"]
    return attribute.type.display(at, {"zone": visit.who.zone}, visit.locale)


def history_shown(visit: Visit, entity: EntityType, entries: Iterable[Entry]) -> tuple[PastEntry, ...]:
    """Return the entries in the words of the page."""
    return tuple(
        PastEntry(
            version=entry.version,
            actor=entry.actor or visit.translate("Somebody"),
            what=_what(visit, entity, entry.op),
            at=moment(visit, entry.at),
            at_iso=entry.at.isoformat(),
            channel=visit.translate(CHANNELS.get(entry.channel, entry.channel)),
            reason=entry.reason,
            changes=tuple(PastChange(c.label, c.old_text, c.new_text) for c in entry.changes),
        )
        for entry in entries
    )


def timeline_shown(visit: Visit, itself: UUID, happenings: Iterable[Happening]) -> tuple[PastEvent, ...]:
    """Return what happened in the words of the page; the record *itself* needs no link."""
    return tuple(_event(visit, each, itself) for each in happenings if each.entity in visit.model.entities)


def _event(visit: Visit, each: Happening, itself: UUID) -> PastEvent:
    entity = visit.model.entities[each.entity]
    linked = each.title and each.id != itself and not entity.embedded
    return PastEvent(
        icon=entity.icon,
        kind=entity.label.get(visit.locale),
        title=each.title if each.id != itself else "",
        href=f"/{each.entity}/{each.id}" if linked else "",
        actor=each.actor or visit.translate("Somebody"),
        what=_what(visit, entity, each.op),
        at=moment(visit, each.at),
        at_iso=each.at.isoformat(),
        reason=each.reason,
    )


def _what(visit: Visit, entity: EntityType, op: str) -> str:
    kind, _, name = op.partition(":")
    if kind == "transition":
        transitions = entity.lifecycle.transitions if entity.lifecycle is not None else {}
        label = transitions[name].label.get(visit.locale) if name in transitions else name
        return f"“{label}”"
    return visit.translate(WORDS.get(kind, kind))


def comments_shown(visit: Visit, comments: Iterable[Comment]) -> tuple[PastComment, ...]:
    """Return the comments in the order in which they were written."""
    return tuple(
        PastComment(
            id=str(each.id),
            author=each.author or visit.translate("Somebody"),
            at=moment(visit, each.at),
            at_iso=each.at.isoformat(),
            text=each.text,
        )
        for each in comments
    )
