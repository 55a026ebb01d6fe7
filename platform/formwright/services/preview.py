"""What a save would make of a record, without writing: the same steps, the same rules, nobody held up."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from formwright.access import FieldRights, field_rights, may
from formwright.expressions import Expression
from formwright.metadata.model import Attribute, EntityType
from formwright.problems import Problem, Problems
from formwright.services.commands import Save
from formwright.services.computing import compute
from formwright.services.drafts import Draft
from formwright.services.graph import Link
from formwright.services.loading import enrich
from formwright.services.needs import expressions_of, needs_of, save_needs
from formwright.services.offers import MOST, Offer, find_offers
from formwright.services.opening import known_children, open_draft, open_new, take_input
from formwright.services.refusals import Difference, Forbidden, Invalid
from formwright.services.rights import check_allowed, follows_parent
from formwright.services.rules import settle_visibility
from formwright.services.running import check_texts
from formwright.services.runtime import Runtime
from formwright.services.saving import check, fill, tree, visible_differences
from formwright.services.titles import ids_in, title_of, titles_of
from formwright.services.values import fields_of
from formwright.services.work import Work, open_work
from formwright.storage.database import Session

__all__ = ["Preview", "PreviewRow", "PreviewRows", "Wanted", "offers_for", "preview"]

KEPT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a form wants to know besides the values.

    *expressions* are rules of its own, *fields* its attributes, *children*
    those whose rows it shows (*rows* of each at most). *offers* asks what its
    references offer, *checked* what is wrong.
    """

    expressions: tuple[Expression, ...] = ()
    fields: frozenset[str] = frozenset()
    children: tuple[str, ...] = ()
    offers: bool = False
    checked: bool = True
    rows: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """One child row. *path* is where it stands in the input; *id* is empty for a new one."""

    path: str
    id: str
    values: Mapping[str, Any]
    context: Mapping[str, Any]
    title: str = ""
    removed: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRows:
    """The rows of one children attribute, and what the actor may do with them."""

    entity: EntityType
    rights: FieldRights
    rows: tuple[PreviewRow, ...]
    total: int
    add: bool
    remove: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The record as it would be.

    *values* are canonical, *context* is what its rules see; both hold what
    the actor may not see, too: whoever shows them looks at *rights*.
    *notes* are problems that do not stop: infos, and warnings that were
    acknowledged. *differences* are by field, where others changed the same meanwhile.
    *offers* are by field.
    """

    entity: EntityType
    id: UUID | None
    version: int
    values: Mapping[str, Any]
    context: Mapping[str, Any]
    old: Mapping[str, Any] | None
    rights: FieldRights
    title: str = ""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    differences: Mapping[str, Difference] = field(default_factory=dict)
    rows: Mapping[str, PreviewRows] = field(default_factory=dict)
    titles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    offers: Mapping[str, tuple[Offer, ...]] = field(default_factory=dict)


async def preview(runtime: Runtime, command: Save, wanted: Wanted) -> Preview:
    """Return what saving *command* would make of the record, with every problem that it would raise.

    Raises NotFound and Forbidden like the save; Invalid only for texts that
    no database holds. Writes nothing and locks nothing.
    """
    _check(command)
    async with _snapshot(runtime, command) as session:
        work = replace(open_work(runtime, session, command.actor, command), locking=False)
        draft = await _open(work, command)
        if wanted.expressions:
            draft.look_further(needs_of(wanted.expressions))
        differences = await take_input(draft, command.values, command.form_locale, command.base)
        await _evaluate(draft, checked=wanted.checked)
        shown = {n: await _rows(draft, n, wanted.rows) for n in wanted.children if n in draft.attributes}
        rows = {name: each for name, (each, _) in shown.items()}
        drafts = [child for _, children in shown.values() for child in children]
        await _ask(draft, wanted.expressions)
        return Preview(
            entity=draft.entity,
            id=command.id,
            version=draft.was("version") or 0,
            values=draft.new,
            context=draft.context(),
            old=draft.old,
            rights=draft.rights,
            title=_title(draft),
            problems=tuple(draft.problems),
            notes=tuple(_notes(draft)),
            differences=visible_differences(draft, differences),
            rows=rows,
            titles=await titles_of(work, _pointed_at(draft, wanted.fields, rows)),
            offers=await _offers(draft, wanted.fields, drafts) if wanted.offers else {},
        )


@asynccontextmanager
async def _snapshot(runtime: Runtime, command: Save) -> AsyncIterator[Session]:
    """Open what a preview reads from: a record, its rows and what they point at must be of one moment.

    A new record has nothing that could fall apart, and is spared the transaction.
    """
    if command.id is None:
        yield runtime.database
        return
    async with runtime.database.transaction(isolation="repeatable_read") as transaction:
        yield transaction


def _check(command: Save) -> None:
    problems = Problems()
    check_texts(command.values, problems)
    check_texts(command.base or {}, problems)
    if problems:
        raise Invalid(tuple(problems))


async def _open(work: Work, command: Save) -> Draft:
    entity = work.entity(command.entity)
    if command.id is not None:
        draft = await open_draft(work, entity, command.id)
        await check_allowed(draft, "update")
        return draft
    if may(entity, "create", work.rights).denied and not follows_parent(entity):
        label = entity.label.get(work.actor.locale)
        raise Forbidden.of("forbidden", f"You may not create this: {label}.")
    return open_new(work, entity)


async def _evaluate(draft: Draft, *, checked: bool) -> None:
    """Do what a save does before it writes, except automations: they follow from the save."""
    await fill(draft)
    hidden = {each: await settle_visibility(each) for each in tree(draft)}
    await compute(draft)
    if checked:
        await check(draft, hidden)
    for each in tree(draft):
        await _ask(each, _asking(each.work.model.checksum, each.entity))


_askers: OrderedDict[tuple[str, str], tuple[EntityType, tuple[Expression, ...]]] = OrderedDict()


def _asking(checksum: str, entity: EntityType) -> tuple[Expression, ...]:
    """Return the expressions of *entity* that ask about other records."""
    key = (checksum, entity.name)
    found = _askers.get(key)
    if found is None or found[0] is not entity:
        found = _askers[key] = entity, tuple(each for each in expressions_of(entity) if each.queries)
        while len(_askers) > KEPT:
            _askers.popitem(last=False)
    return found[1]


async def _ask(draft: Draft, expressions: Iterable[Expression]) -> None:
    """Fetch what rules ask about other records, so that a form can evaluate them."""
    for expression in expressions:
        if expression.queries:
            await draft.asked(expression)


def _notes(draft: Draft) -> Iterator[Problem]:
    for each in tree(draft):
        yield from each.warnings


def _title(draft: Draft) -> str:
    """Return what the record is called as it is stored; nothing for a new one."""
    if draft.old_fields is None:
        return ""
    fields = {name: value for name, value in draft.old_fields.items() if draft.rights.open(name)}
    return title_of(draft.work, draft.entity, fields)


async def _rows(draft: Draft, name: str, most: int) -> tuple[PreviewRows, list[Draft]]:
    """Return the rows that the input mentions, or, when it mentions none, those that are there."""
    attribute, work = draft.entity.attributes[name], draft.work
    entity = work.model.entities[attribute.target]
    known = await known_children(draft, entity, Link(draft.entity.name, name, str(attribute.options["by"])))
    if name in draft.children:
        drafts = draft.children[name]
        total = len(drafts) + len(set(known) - {child.id for child in drafts})
    else:
        drafts = await _kept(draft, attribute, entity, dict(list(known.items())[:most]))
        total = len(drafts) + max(0, len(known) - most)
    free = follows_parent(entity)
    rows = PreviewRows(
        entity=entity,
        rights=field_rights(entity, work.rights),
        rows=tuple(_row(child) for child in drafts),
        total=total,
        add=free or not may(entity, "create", work.rights).denied,
        remove=free or not may(entity, "delete", work.rights).denied,
    )
    return rows, drafts


def _row(child: Draft) -> PreviewRow:
    return PreviewRow(
        path=child.path,
        id="" if child.old is None else str(child.id),
        values=child.new,
        context=child.context(),
        title=_title(child),
        removed=child.removed,
        locked=child.old is not None and not _may_update(child.work, child.entity, child.old_fields or {}),
    )


async def _kept(
    parent: Draft, attribute: Attribute, entity: EntityType, known: Mapping[UUID, dict[str, Any]]
) -> list[Draft]:
    """Return drafts of rows as they are, loaded together, without those that the actor may not read."""
    work, free, needs = parent.work, follows_parent(entity), save_needs(parent.work.model, entity)
    records = [(values, fields_of(entity, values)) for values in known.values()]
    await enrich(work, entity, records, needs.record)
    rights = field_rights(entity, work.rights)
    found: list[Draft] = []
    for values, fields in records:
        if free or may(entity, "read", work.rights).on({**fields, **work.names, "record": fields}):
            child = Draft(
                work=work,
                entity=entity,
                id=values["id"],
                needs=needs,
                rights=rights,
                problems=Problems(),
                old=values,
            )
            child.path, child.parent = f"{attribute.name}[{len(found)}]", parent
            child.fields, child.old_fields = fields, dict(fields)
            found.append(child)
    return found


def _may_update(work: Work, entity: EntityType, fields: Mapping[str, Any]) -> bool:
    context = {**fields, **work.names, "record": fields}
    return follows_parent(entity) or may(entity, "update", work.rights).on(context)


def _pointed_at(
    draft: Draft, fields: frozenset[str], rows: Mapping[str, PreviewRows]
) -> Iterator[tuple[str, UUID]]:
    for name in sorted(fields):
        value = draft.new.get(name)
        if value is not None:
            yield from ids_in(draft.entity.attributes[name], value)
    for each in rows.values():
        for row in each.rows:
            for name, attribute in each.entity.attributes.items():
                yield from ids_in(attribute, row.values.get(name))


async def _offers(
    draft: Draft, fields: frozenset[str], rows: Iterable[Draft]
) -> dict[str, tuple[Offer, ...]]:
    """Return the offers of every reference on the form; without `where` they are the same in all rows."""
    same: dict[tuple[str, str], tuple[Offer, ...]] = {}
    found: dict[str, tuple[Offer, ...]] = {}
    for each in (draft, *rows):
        for name, attribute in each.attributes.items():
            if (
                not _choosable(attribute)
                or not each.rights.writable(name)
                or (each is draft and name not in fields)
            ):
                continue
            key = (each.entity.name, name)
            if attribute.where is not None or key not in same:
                same[key] = tuple(await find_offers(each, attribute))
            found[each.at(name).field] = same[key]
    return found


def _choosable(attribute: Attribute) -> bool:
    points = attribute.type.name == "user" or bool(attribute.options.get("to"))
    fixed = attribute.system and attribute.name != "owner"
    return points and not fixed and attribute.computed is None and attribute.readonly is not True


async def offers_for(
    runtime: Runtime, command: Save, attribute: str, text: str, limit: int = MOST
) -> list[Offer]:
    """Return what *attribute* offers for *text*, in the record that *command* would make.

    Raises NotFound for attributes that are no reference or unknown to the
    actor.
    """
    _check(command)
    async with runtime.database.transaction() as transaction:
        work = replace(open_work(runtime, transaction, command.actor, command), locking=False)
        draft = await _open_for_offers(work, command)
        found = draft.entity.attributes.get(attribute)
        if found is None or not _choosable(found) or not draft.rights.writable(attribute):
            raise Invalid.of("no-offers", "There is nothing to choose from here.", attribute[:60])
        await take_input(draft, command.values, command.form_locale, command.base)
        await draft.refresh()
        return await find_offers(draft, found, text, limit)


async def _open_for_offers(work: Work, command: Save) -> Draft:
    """Rows of a form are drafts of their own here: what their parent grants is not looked at for names."""
    entity = work.entity(command.entity)
    if command.id is None:
        return open_new(work, entity)
    draft = await open_draft(work, entity, command.id)
    await check_allowed(draft, "read")
    return draft
