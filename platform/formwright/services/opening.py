"""Opens drafts: of a new record, of an existing one (locked), and of children that come in the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Text, Uuid, any_, bindparam, select

from formwright.access import field_rights
from formwright.attributes import Invalid
from formwright.attributes.identities import read_uuid
from formwright.lifecycles import initial_state
from formwright.metadata.model import Attribute, EntityType, Transition
from formwright.problems import Place, Problems
from formwright.services.attaching import check_attached
from formwright.services.drafts import Draft, refresh_all
from formwright.services.graph import Link, graph_of
from formwright.services.identifiers import new_id
from formwright.services.loading import enrich, fetch_records
from formwright.services.merging import ROW_KEYS, merge, merge_type
from formwright.services.needs import save_needs
from formwright.services.refusals import Difference
from formwright.services.rights import allowed, missing
from formwright.services.values import differ, fields_of, problem_of, row_values
from formwright.services.work import Work

__all__ = ["Merge", "known_children", "open_draft", "open_drafts", "open_new", "take_input"]


@lru_cache(maxsize=2048)
def _by_id(table: Table, *, deleted: bool, locking: bool) -> Select[Any]:
    chosen = select(table).where(table.c.id == bindparam("record_id", type_=Uuid()))
    chosen = chosen.with_for_update() if locking else chosen
    return chosen if deleted else chosen.where(table.c.deleted_at.is_(None))


@lru_cache(maxsize=2048)
def _by_ids(table: Table, *, locking: bool) -> Select[Any]:
    chosen = select(table).where(table.c.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    chosen = chosen.where(table.c.deleted_at.is_(None)).order_by(table.c.id)
    return chosen.with_for_update() if locking else chosen


@lru_cache(maxsize=2048)
def _children(table: Table, by: str, *, locking: bool) -> Select[Any]:
    parent = bindparam("parent", type_=Text() if isinstance(table.c[by].type, Text) else Uuid())
    chosen = select(table).where(table.c[by] == parent, table.c.deleted_at.is_(None))
    chosen = chosen.order_by(table.c.id)
    return chosen.with_for_update() if locking else chosen


async def open_draft(
    work: Work,
    entity: EntityType,
    identity: UUID,
    transition: Transition | None = None,
    *,
    deleted: bool = False,
) -> Draft:
    """Return the draft of an existing record; raise NotFound.

    Its row is locked from here on, unless the work is only a preview.
    """
    table = work.source.table(entity.name)
    row = await work.session.fetchrow(
        _by_id(table, deleted=deleted, locking=work.locking), record_id=identity
    )
    if row is None:
        raise missing(entity)
    draft = _draft(work, entity, identity, row_values(work.source, entity, row), transition)
    await _ready([draft])
    return draft


async def open_drafts(
    work: Work, entity: EntityType, ids: Iterable[UUID], transition: Transition | None = None
) -> dict[UUID, Draft]:
    """Return the drafts of several records by id, locked in the order of their ids.

    Those that are not there, or removed, are missing.
    """
    query = _by_ids(work.source.table(entity.name), locking=work.locking)
    rows = await work.session.fetch(query, ids=list(ids))
    drafts = [
        _draft(work, entity, row["id"], row_values(work.source, entity, row), transition) for row in rows
    ]
    await _ready(drafts)
    return {draft.id: draft for draft in drafts}


async def _ready(drafts: Sequence[Draft]) -> None:
    """Load what expressions read of records that are there."""
    for draft in drafts:
        await _open_parent(draft)
    await refresh_all(drafts)
    for draft in drafts:
        if draft.old_fields is not None:
            # Row rules look at the record as it was, as deep as the others look at it as it will be.
            draft.old_fields.update({n: v for n, v in draft.fields.items() if n in draft.needs.record})


def open_new(work: Work, entity: EntityType, identity: UUID | None = None) -> Draft:
    """Return the draft of a new record in the initial state."""
    draft = _draft(work, entity, identity or new_id(), None, None)
    draft.put("created_at", work.now)
    draft.put("created_by", work.actor_id)
    draft.put("state", initial_state(entity))
    return draft


def _draft(
    work: Work, entity: EntityType, identity: UUID, old: dict[str, Any] | None, transition: Transition | None
) -> Draft:
    work.saving.add(identity)
    return Draft(
        work=work,
        entity=entity,
        id=identity,
        needs=save_needs(work.model, entity, transition),
        rights=field_rights(entity, work.rights),
        problems=Problems(),
        old=old,
    )


async def _open_parent(draft: Draft) -> None:
    """Load what rules read as ``parent`` when the row is saved without it."""
    if not draft.needs.parent or draft.parent is not None:
        return
    for link in graph_of(draft.work.model).parents.get(draft.entity.name, ()):
        identity = draft.new.get(link.by)
        if isinstance(identity, UUID):
            needs = {name: dict(below) for name, below in draft.needs.parent.items()}
            found = await fetch_records(draft.work, link.entity, [identity], needs)
            draft.parent_fields = found.get(identity)


@dataclass(frozen=True, slots=True)
class _Siblings:
    """The rows of one children attribute that are there, by id."""

    entity: EntityType
    by: str
    known: Mapping[UUID, dict[str, Any]]


class Merge:
    """Takes the input of one command into a draft and into the drafts of its children."""

    def __init__(self, locale: str | None) -> None:
        """Texts are read in *locale*; None reads JSON forms."""
        self.locale = locale
        self.differences: dict[str, Difference] = {}

    async def take(
        self, draft: Draft, values: Mapping[str, Any], base: Mapping[str, Any] | None = None
    ) -> None:
        """Put *values* into *draft*; collect differences by field where others edited the same."""
        merge_type(draft, values, self.locale)
        for name, difference in merge(draft, values, self.locale, base).items():
            self.differences[draft.at(name).field] = difference
        await check_attached(draft)
        if draft.old is None:
            await _open_parent(draft)
        for name, raw in values.items():
            attribute = draft.attributes.get(name)
            if attribute is not None and not attribute.type.stored and draft.rights.readable(name):
                await self._take_children(draft, attribute, raw, (base or {}).get(name))

    async def _take_children(self, draft: Draft, attribute: Attribute, raw: Any, base: Any) -> None:
        if not draft.rights.writable(attribute.name) or attribute.readonly is True:
            label = attribute.label.get(draft.work.actor.locale)
            draft.say("not-writable", f"You may not change {label}.", attribute.name, "leave it out")
            return
        try:
            rows = attribute.type.parse(raw, attribute.options, self.locale or "en") or []
        except Invalid as invalid:
            draft.problems.extend([problem_of(invalid, draft.at(attribute.name).field)])
            return
        link = Link(draft.entity.name, attribute.name, str(attribute.options["by"]))
        entity = draft.work.model.entities[attribute.target]
        known = await known_children(draft, entity, link)
        bases = (
            {str(row.get("id")): row for row in base if isinstance(row, dict)}
            if isinstance(base, list)
            else {}
        )
        drafts = draft.children.setdefault(attribute.name, [])
        for index, row in enumerate(rows):
            path = f"{draft.at(attribute.name).field}[{index}]"
            child = await self._open_child(draft, _Siblings(entity, link.by, known), row, path)
            if child is not None:
                drafts.append(child)
                await self._take_row(child, row, bases.get(str(child.id)), link.by)
        mentioned = {child.id for child in drafts}
        records = [(v, fields_of(entity, v)) for i, v in known.items() if i not in mentioned]
        await enrich(draft.work, entity, records, draft.needs.record.get(attribute.name, {}))
        draft.kept[attribute.name] = [fields for _, fields in records]

    async def _open_child(
        self, parent: Draft, among: _Siblings, row: Mapping[str, Any], path: str
    ) -> Draft | None:
        known, by = among.known, among.by
        try:
            identity = read_uuid(row.get("id"))
        except Invalid:
            identity = UUID(int=0)
        if identity is None:
            child = open_new(parent.work, among.entity)
        else:
            child = _draft(parent.work, among.entity, identity, known.get(identity), None)
        child.parent, child.path, child.problems = parent, path, parent.problems
        await child.refresh()
        if identity is not None and (identity not in known or not await allowed(child, "read")):
            parent.problems.add("unknown-row", "There is no such row here.", Place(field=path))
            return None
        if child.old is None:
            child.put(by, _link_back(child, by, parent))
            child.given.add(by)
        return child

    async def _take_row(
        self, child: Draft, row: Mapping[str, Any], base: Mapping[str, Any] | None, by: str
    ) -> None:
        if row.get("_remove") in (True, "true", "on", "1"):
            child.removed = True
            return
        values = {name: value for name, value in row.items() if name not in ROW_KEYS}
        await self.take(child, values, base)
        if child.parent is not None and differ(child.new.get(by), _link_back(child, by, child.parent)):
            child.say("other-parent", "A row stays with its record.", by, "save it by itself to move it")
        stale = (
            child.old is not None
            and base is None
            and row.get("version") not in (None, "", child.was("version"))
        )
        if stale and str(row["version"]) != str(child.was("version")):
            for name in child.given:
                self.differences[child.at(name).field] = Difference(
                    None, child.new.get(name), child.was(name)
                )


def _link_back(child: Draft, by: str, parent: Draft) -> Any:
    """Return the value of the reference with which a row points at its parent."""
    return (
        f"{parent.entity.name}/{parent.id}" if child.entity.attributes[by].type.name == "any" else parent.id
    )


async def known_children(draft: Draft, entity: EntityType, link: Link) -> dict[UUID, dict[str, Any]]:
    """Return the canonical values of the living children by id, oldest first."""
    if draft.old is None:
        return {}
    parent: Any = draft.id
    if entity.attributes[link.by].type.name == "any":
        parent = f"{link.entity}/{draft.id}"
    table = draft.work.source.table(entity.name)
    query = _children(table, link.by, locking=draft.work.locking)
    rows = await draft.work.session.fetch(query, parent=parent)
    return {row["id"]: row_values(draft.work.source, entity, row) for row in rows}


async def take_input(
    draft: Draft, values: Mapping[str, Any], locale: str | None, base: Mapping[str, Any] | None = None
) -> dict[str, Difference]:
    """Take the input of a command; return what others changed meanwhile, too."""
    taking = Merge(locale)
    await taking.take(draft, values, base)
    return taking.differences
