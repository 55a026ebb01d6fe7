"""Everything the page of one record shows: values, rows, and what the actor may do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from formwright.access import Actor, FieldRights, field_rights
from formwright.expressions import Expression
from formwright.lifecycles import Offer
from formwright.metadata.model import Action, Attribute, EntityType
from formwright.services.computing import set_value
from formwright.services.drafts import Draft
from formwright.services.loading import enrich
from formwright.services.moves import offers_on
from formwright.services.needs import Needs, needs_of
from formwright.services.offers import Offer as Choice
from formwright.services.offers import find_offers
from formwright.services.opening import open_draft
from formwright.services.preview import PreviewRow, PreviewRows
from formwright.services.reading import readable_rows
from formwright.services.rights import allowed, missing
from formwright.services.runtime import Runtime
from formwright.services.titles import Titles, ids_in, title_of, titles_of
from formwright.services.values import fields_of, row_values
from formwright.services.work import open_work

__all__ = ["CAP", "ActionOffer", "View", "choices_for", "view"]

CAP = 1_000
"""Child rows are counted up to here."""


@dataclass(frozen=True, slots=True)
class ActionOffer:
    """An action that the actor may run; *possible* is false while its `when` is."""

    action: Action
    possible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One record as its page needs it.

    *values* are canonical and *context* is what rules see; both hold what the
    actor may not see, too: whoever shows them looks at *rights*. *title* is
    without that. *rows* are child rows by attribute, with their totals (up to
    1,000). *moves* and *actions* are empty for a removed record; *restorable*
    says that it may be brought back. *offers* are what references among the
    *asks* of a transition or an action offer.
    """

    entity: EntityType
    id: UUID
    version: int
    title: str
    values: Mapping[str, Any]
    context: Mapping[str, Any]
    rights: FieldRights
    rows: Mapping[str, PreviewRows] = field(default_factory=dict)
    titles: Titles = field(default_factory=dict)
    moves: tuple[Offer, ...] = ()
    actions: tuple[ActionOffer, ...] = ()
    updatable: bool = False
    removable: bool = False
    restorable: bool = False
    offers: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    @property
    def removed(self) -> bool:
        """Whether the record is removed."""
        return self.values.get("deleted_at") is not None


async def view(
    runtime: Runtime,
    entity: str,
    identity: UUID,
    actor: Actor,
    *,
    expressions: Iterable[Expression] = (),
    children: Iterable[str] = (),
    asks: Iterable[Attribute] = (),
    most: int = 50,
) -> View:
    """Return a record, also a removed one; raise NotFound when the actor may not read it.

    *expressions* are rules of the form: what they read is loaded. *children*
    are the attributes whose first *most* rows are wanted. *asks* are
    attributes that a transition or an action asks for. Locks nothing.
    """
    async with runtime.database.transaction(isolation="repeatable_read") as transaction:
        work = replace(open_work(runtime, transaction, actor), locking=False)
        draft = await open_draft(work, work.entity(entity), identity, deleted=True)
        if not await allowed(draft, "read"):
            raise missing(draft.entity)
        await _look_further(draft, tuple(expressions))
        rows = {name: await _rows(draft, name, most) for name in children if _shown(draft, name)}
        living = draft.was("deleted_at") is None
        may_remove = await allowed(draft, "delete")
        return View(
            entity=draft.entity,
            id=identity,
            version=draft.was("version") or 0,
            title=title_of(work, draft.entity, _open(draft.rights, draft.fields)),
            values=draft.new,
            context=draft.context(),
            rights=draft.rights,
            rows=rows,
            titles=await titles_of(work, _pointed_at(draft, rows)),
            moves=await offers_on(draft) if living else (),
            actions=await _actions(draft) if living else (),
            updatable=living and await allowed(draft, "update"),
            removable=living and may_remove,
            restorable=not living and may_remove,
            offers={a.name: tuple(await find_offers(draft, a)) for a in asks if _is_reference(a)},
        )


async def choices_for(
    runtime: Runtime, entity: str, identity: UUID, actor: Actor, asked: Attribute, *, text: str
) -> list[Choice]:
    """Return what a reference that a transition or an action asks for offers for *text*; raise NotFound."""
    async with runtime.database.transaction() as transaction:
        work = replace(open_work(runtime, transaction, actor), locking=False)
        draft = await open_draft(work, work.entity(entity), identity)
        if not await allowed(draft, "read"):
            raise missing(draft.entity)
        return await find_offers(draft, asked, text) if _is_reference(asked) else []


def _is_reference(attribute: Attribute) -> bool:
    return attribute.type.name == "user" or bool(attribute.options.get("to"))


async def _look_further(draft: Draft, expressions: tuple[Expression, ...]) -> None:
    """Load what rules of the form, transitions and actions read, and compute what has no column."""
    transitions = draft.entity.lifecycle.transitions.values() if draft.entity.lifecycle else ()
    conditions = (each.when for each in (*transitions, *draft.entity.actions.values()))
    rules = (*expressions, *(each for each in conditions if each is not None))
    draft.look_further(needs_of(rules))
    await draft.refresh()
    for rule in expressions:
        if rule.queries:
            await draft.asked(rule)
    for name in draft.entity.order:
        attribute = draft.entity.attributes[name]
        if not attribute.stored and attribute.computed is not None and attribute.belongs_to(draft.type):
            await set_value(draft, attribute, attribute.computed)


def _open(rights: FieldRights, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if rights.open(name)}


async def _actions(draft: Draft) -> tuple[ActionOffer, ...]:
    return tuple(
        [
            ActionOffer(action, action.when is None or await draft.holds(action.when, failing=False))
            for action in draft.entity.actions.values()
            if await allowed(draft, f"action:{action.name}")
        ]
    )


def _shown(draft: Draft, name: str) -> bool:
    attribute = draft.attributes.get(name)
    return attribute is not None and not attribute.type.stored and draft.rights.readable(name)


async def _rows(draft: Draft, name: str, most: int) -> PreviewRows:
    """Return the first rows: those of embedded entity types as they were made, others the newest first."""
    work, attribute = draft.work, draft.entity.attributes[name]
    entity = work.model.entities[attribute.target]
    found = _children(draft, attribute, entity)
    table = work.source.table(entity.name)
    order = table.c.id if entity.embedded else table.c.id.desc()
    rows = await work.session.fetch(found.order_by(order).limit(most + 1))
    total = len(rows)
    if total > most:
        some = found.with_only_columns(table.c.id).limit(CAP).subquery()
        total = int(await work.session.fetchval(select(func.count()).select_from(some)))
    rights = field_rights(entity, work.rights)
    records = [(v, fields_of(entity, v)) for v in (row_values(work.source, entity, r) for r in rows[:most])]
    await enrich(work, entity, records, _needs(entity))
    shown = tuple(
        PreviewRow(
            path=f"{name}[{index}]",
            id=str(values["id"]),
            values=values,
            context={**work.names, **fields, "record": fields, "old": fields, "parent": draft.fields},
            title=title_of(work, entity, _open(rights, fields)),
            locked=True,
        )
        for index, (values, fields) in enumerate(records)
    )
    return PreviewRows(entity=entity, rights=rights, rows=shown, total=total, add=False, remove=False)


def _children(draft: Draft, attribute: Attribute, entity: EntityType) -> Select[Any]:
    table, by = draft.work.source.table(entity.name), str(attribute.options["by"])
    several = entity.attributes[by].type.name == "any"
    key = f"{draft.entity.name}/{draft.id}" if several else draft.id
    readable = readable_rows(draft.work, entity)
    return select(table).where(table.c[by] == key, table.c.deleted_at.is_(None), readable)


def _needs(entity: EntityType) -> Needs:
    """Return what titles and the visibility of cells read."""
    rules = [each.visible for each in entity.attributes.values() if isinstance(each.visible, Expression)]
    return needs_of([entity.title, *rules]).record


def _pointed_at(draft: Draft, rows: Mapping[str, PreviewRows]) -> Iterator[tuple[str, UUID]]:
    for name, attribute in draft.entity.attributes.items():
        yield from ids_in(attribute, draft.new.get(name))
    for each in rows.values():
        for row in each.rows:
            for name, attribute in each.entity.attributes.items():
                yield from ids_in(attribute, row.values.get(name))
