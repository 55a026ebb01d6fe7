"""The history of a record as an actor may see it: who changed what, when, through what, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from formwright.access import Actor, FieldRights
from formwright.attributes import Invalid
from formwright.metadata.model import Attribute, EntityType
from formwright.services.reading import get_in, seen
from formwright.services.runtime import Runtime
from formwright.services.titles import Titles, ids_in, titles_of
from formwright.services.values import options_of
from formwright.services.work import Work, open_work
from formwright.services.writing import ACKNOWLEDGED
from formwright.storage.source import USER
from formwright.storage.system_tables import history

__all__ = ["Change", "Entry", "history_of"]

MOST = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute of one version: canonical values (masks for masked ones) and what a person reads."""

    attribute: str
    label: str
    old: Any
    new: Any
    old_text: str
    new_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One version. *op*: ``create update compute remove restore`` or ``transition:<name>``."""

    version: int
    at: datetime
    op: str
    actor: str
    channel: str
    reason: str
    request_id: str
    release: int | None
    changes: tuple[Change, ...]
    acknowledged: tuple[str, ...] = ()


async def history_of(
    runtime: Runtime, entity: str, identity: UUID, actor: Actor, *, before: int | None = None, limit: int = 50
) -> list[Entry]:
    """Return the versions of a record, newest first, *before* a version if given.

    Attributes that are hidden from the actor, or no longer there, are left
    out. Raises NotFound when the actor may not read the record.
    """
    work = open_work(runtime, runtime.database, actor)
    record = await get_in(work, entity, identity, deleted=True)
    table = history
    query = select(table).where(table.c.entity == entity, table.c.record_id == identity)
    if before is not None:
        query = query.where(table.c.version < before)
    query = query.order_by(table.c.version.desc(), table.c.at.desc()).limit(max(1, min(limit, MOST)))
    rows = await work.session.fetch(query)
    titles = await titles_of(work, _wanted(record.entity, record.rights, rows))
    return [_entry(work, record.entity, record.rights, row, titles) for row in rows]


def _wanted(entity: EntityType, rights: FieldRights, rows: list[Any]) -> list[tuple[str, UUID]]:
    wanted = [(USER, row["actor"]) for row in rows if row["actor"] is not None]
    for row in rows:
        for name, pair in row["diff"].items():
            attribute = entity.attributes.get(name)
            if attribute is not None and rights.open(name):
                for raw in pair:
                    wanted.extend(ids_in(attribute, _canonical(attribute, raw)))
    return wanted


def _canonical(attribute: Attribute, raw: Any) -> Any:
    """Return the value of a JSON form; None for one that the attribute type no longer reads."""
    if raw is None or not attribute.type.stored:
        return None
    try:
        return attribute.type.parse(raw, attribute.options)
    except Invalid:
        return None


def _entry(
    work: Work, entity: EntityType, rights: FieldRights, row: Mapping[str, Any], titles: Titles
) -> Entry:
    diff = row["diff"]
    changes = [
        _change(work, entity.attributes[name], pair, rights, titles)
        for name, pair in diff.items()
        if name in entity.attributes and rights.readable(name)
    ]
    accepted = diff.get(ACKNOWLEDGED) or (None, ())
    return Entry(
        version=row["version"],
        at=row["at"],
        op=row["op"],
        actor=titles.get((USER, str(row["actor"])), "") if row["actor"] else "System",
        channel=row["channel"],
        reason=row["reason"],
        request_id=row["request_id"],
        release=row["release"],
        changes=tuple(changes),
        acknowledged=tuple(accepted[1]),
    )


def _change(work: Work, attribute: Attribute, pair: list[Any], rights: FieldRights, titles: Titles) -> Change:
    old, new = (seen(rights, attribute, _canonical(attribute, raw), {}) for raw in pair)
    locale = work.actor.locale
    return Change(
        attribute=attribute.name,
        label=attribute.label.get(locale),
        old=old,
        new=new,
        old_text=_text(work, attribute, old, rights, titles),
        new_text=_text(work, attribute, new, rights, titles),
    )


def _text(work: Work, attribute: Attribute, value: Any, rights: FieldRights, titles: Titles) -> str:
    if value is None:
        return ""
    if not rights.open(attribute.name):
        return str(value)
    links = ids_in(attribute, value)
    if links:
        return ", ".join(titles.get((entity, str(identity)), "…") for entity, identity in links)
    return attribute.type.display(value, options_of(attribute, {}, work.actor.zone), work.actor.locale)
