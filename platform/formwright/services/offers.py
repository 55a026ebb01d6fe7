"""Which records a reference offers: found by their words, offered by `where`, readable by the actor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true

from formwright.metadata.model import Attribute, EntityType
from formwright.problems import ProblemError
from formwright.services.drafts import Draft
from formwright.services.filters import search_condition, user_condition
from formwright.services.folding import fold
from formwright.services.graph import targets_of
from formwright.services.loading import enrich
from formwright.services.needs import needs_of
from formwright.services.reading import readable_rows
from formwright.services.titles import title_of
from formwright.services.values import fields_of, row_values
from formwright.storage.source import USER

__all__ = ["MOST", "Offer", "find_offers"]

MOST = 50


@dataclass(frozen=True, slots=True)
class Offer:
    """A record to choose. *value* is the text form of the reference, *hint* tells equal titles apart."""

    value: str
    title: str
    hint: str = ""


async def find_offers(draft: Draft, attribute: Attribute, text: str = "", limit: int = MOST) -> list[Offer]:
    """Return the newest records that *attribute* of *draft* offers, in the order of their titles.

    With *text* those in which each of its words occurs; titles that begin
    with it come first. Nothing where `where` cannot be evaluated.
    """
    if attribute.type.name == "user":
        found = await _users(draft, attribute, text, limit)
    else:
        targets = targets_of(attribute)
        found = []
        for name in targets:
            entity = draft.work.model.entities.get(name)
            if entity is not None:
                found += await _records(draft, attribute, entity, text, limit, several=len(targets) > 1)
    wanted = fold(text)
    return sorted(found, key=lambda offer: (not fold(offer.title).startswith(wanted), fold(offer.title)))[
        :limit
    ]


async def _users(draft: Draft, attribute: Attribute, text: str, limit: int) -> list[Offer]:
    table = draft.work.source.table(USER)
    role = attribute.options.get("role")
    fits: Any = table.c.roles.contains([role]) if role else true()
    query = select(table.c.id, table.c.name, table.c.login).where(user_condition(draft.work, text), fits)
    rows = await draft.work.session.fetch(query.order_by(table.c.name).limit(limit))
    return [Offer(str(row["id"]), row["name"], row["login"]) for row in rows]


async def _records(
    draft: Draft, attribute: Attribute, entity: EntityType, text: str, limit: int, *, several: bool
) -> list[Offer]:
    work = draft.work
    table, needs = work.source.table(entity.name), needs_of([entity.title]).record
    condition = await _condition(draft, attribute, entity, text)
    if condition is None:
        return []
    columns = [table.c[name] for name in sorted({"id", "number", *needs}) if name in table.c]
    query = select(*columns).where(condition).order_by(table.c.id.desc()).limit(limit)
    rows = await work.session.fetch(query)
    records = [(v, fields_of(entity, v)) for v in (row_values(work.source, entity, row) for row in rows)]
    await enrich(work, entity, records, needs)
    return [
        _offer(draft, attribute, entity, values["id"], fields, several=several) for values, fields in records
    ]


def _offer(
    draft: Draft,
    attribute: Attribute,
    entity: EntityType,
    identity: UUID,
    fields: dict[str, Any],
    *,
    several: bool,
) -> Offer:
    title, number = title_of(draft.work, entity, fields), str(fields.get("number") or "")
    value = f"{entity.name}/{identity}" if attribute.type.name == "any" else str(identity)
    hints = [entity.label.get(draft.work.actor.locale) if several else "", number if number != title else ""]
    return Offer(value, title, " ".join(hint for hint in hints if hint))


async def _condition(
    draft: Draft, attribute: Attribute, entity: EntityType, text: str
) -> ColumnElement[bool] | None:
    work, table = draft.work, draft.work.source.table(entity.name)
    parts: list[Any] = [table.c.deleted_at.is_(None), readable_rows(work, entity)]
    if attribute.where is not None:
        try:
            parts.append(attribute.where.where(work.source, await draft.asked(attribute.where)))
        except ProblemError:
            return None
    words = search_condition(work, entity, text)
    return and_(*parts) if words is None else and_(*parts, words)
