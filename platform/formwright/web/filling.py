"""One form while somebody fills it in: what was posted, what a save would make of it, what to show."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from formwright.access import Actor
from formwright.attributes import Invalid
from formwright.attributes.identities import read_uuid
from formwright.forms import (
    FormData,
    FormState,
    Option,
    RowData,
    RowSet,
    build_form,
    choose_form,
    expressions_of_form,
)
from formwright.metadata.model import Attribute, EntityType, Model
from formwright.problems import Place, Problem, Severity
from formwright.services.commands import Save
from formwright.services.files import names_of
from formwright.services.preview import Preview, PreviewRows, Wanted, preview
from formwright.web.inputs import texts_in
from formwright.web.visit import Visit

__all__ = ["Filled", "Filling", "attribute_at", "base_of", "read_id", "unexpected", "without_other_types"]

FILES = ("file", "image")
KEPT = 512


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it stands: the preview of the save, the state to show, and what stops the save."""

    preview: Preview
    state: FormState
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """Whose form, of what, with which texts. *tried*: the actor wanted to save, so say all that is wrong."""

    visit: Visit
    entity: EntityType
    id: UUID | None = None
    values: Mapping[str, Any]
    base: Mapping[str, Any] | None = None
    acknowledged: frozenset[str] = frozenset()
    tried: bool = False

    @property
    def mode(self) -> str:
        """``create`` or ``edit``."""
        return "create" if self.id is None else "edit"

    @property
    def actor(self) -> Actor:
        """The actor, in the language of the page."""
        return replace(self.visit.who, locale=self.visit.locale)

    def command(self, **more: Any) -> Save:
        """Return what a save of this form asks for."""
        return Save(
            entity=self.entity.name,
            id=self.id,
            actor=self.actor,
            channel="form",
            form_locale=self.visit.locale,
            values=self.values,
            base=self.base,
            acknowledged=self.acknowledged,
            **more,
        )

    async def look(self, *, checked: bool, offers: bool = True, more: Iterable[Problem] = ()) -> Filled:
        """Return the form as it stands, with *more* problems beside those that the preview finds."""
        runtime = self.visit.work.runtime
        wanted = _wanted(self.visit.model.checksum, self.entity, self.mode)
        seen = await preview(runtime, self.command(), replace(wanted, offers=offers, checked=checked))
        texts = dict(texts_in(self.values))
        titles = {**seen.titles, **await self._file_names(seen)}
        data = FormData(
            values=seen.values,
            context=seen.context,
            texts=texts,
            rows={name: _row_set(rows) for name, rows in seen.rows.items()},
            titles=titles,
            offers={path: tuple(map(_option, found)) for path, found in seen.offers.items()},
            zone=self.actor.zone,
            entities=self.visit.model.entities,
        )
        found = [*more, *seen.problems]
        if self.tried:
            state = self._state(seen, data)
            found += [*unexpected(state, self.values, self.base), *_missing(state, seen)]
        else:
            found = [p for p in found if p.code != "required" and texts.get(p.place.field)]
        problems = tuple(OrderedDict.fromkeys(found))
        shown = (*problems, *(p for p in seen.notes if p.severity is Severity.WARNING))
        return Filled(seen, self._state(seen, replace(data, problems=shown)), problems)

    def _state(self, seen: Preview, data: FormData) -> FormState:
        form = choose_form(self.entity, self.mode, seen.values.get("type"))
        return build_form(self.entity, form, data, seen.rights, mode=self.mode, locale=self.visit.locale)

    async def _file_names(self, seen: Preview) -> dict[tuple[str, str], str]:
        ids = [seen.values[n] for n in _files(self.entity) if isinstance(seen.values.get(n), UUID)]
        names = await names_of(self.visit.work.runtime, ids)
        return {("$file", identity): name for identity, name in names.items()}


def _files(entity: EntityType) -> list[str]:
    return [name for name, attribute in entity.attributes.items() if attribute.type.name in FILES]


_wants: OrderedDict[tuple[str, str, str], Wanted] = OrderedDict()


def _wanted(checksum: str, entity: EntityType, mode: str) -> Wanted:
    """Return what the forms of a mode want to know, whatever the sub-type will be."""
    key = (checksum, entity.name, mode)
    if key not in _wants:
        forms = [form for form in entity.forms.values() if not form.modes or mode in form.modes]
        names = [f.attribute for form in forms for section in form.sections for f in section.fields]
        _wants[key] = Wanted(
            expressions=tuple(rule for form in forms for rule in expressions_of_form(form)),
            fields=frozenset(names),
            children=tuple(dict.fromkeys(n for n in names if entity.attributes[n].type.name == "children")),
        )
        while len(_wants) > KEPT:
            _wants.popitem(last=False)
    return _wants[key]


def _row_set(rows: PreviewRows) -> RowSet:
    return RowSet(
        entity=rows.entity,
        rights=rows.rights,
        rows=tuple(
            RowData(
                id=row.id,
                path=row.path,
                values=row.values,
                context=row.context,
                title=row.title,
                removed=row.removed,
                locked=row.locked,
            )
            for row in rows.rows
        ),
        total=rows.total,
        add=rows.add,
        remove=rows.remove,
    )


def _option(offer: Any) -> Option:
    return Option(offer.value, offer.title, hint=offer.hint)


def unexpected(
    state: FormState, values: Mapping[str, Any], base: Mapping[str, Any] | None
) -> Iterator[Problem]:
    """Yield a problem for each posted field that the form does not offer.

    A field that a rule has hidden or locked meanwhile comes along with the
    text it had: that is no problem, only another text is.
    """
    offered = {field.path for field in state.controls()}
    rows = {row.path: row.removed for field in state.fields.values() for row in field.rows}
    before = dict(texts_in(base or {}))
    for path, text in texts_in(values):
        row = path.rpartition(".")[0]
        gone = bool(row) and rows.get(row, True)  # removed here, or not there any more: the write path tells
        if path in offered or gone or before.get(path) == text or (path in state.fields and _blank(text)):
            continue
        shown = path[:60]
        sentence = f"This form does not offer the field `{shown}` as things are."
        yield Problem("field-not-offered", sentence, Place(field=shown), "reload the form")


def _blank(text: str | list[str]) -> bool:
    """Return whether nothing was chosen; an unticked box posts ``false``."""
    return all(each in {"", "false"} for each in (text if isinstance(text, list) else [text]))


def _missing(state: FormState, seen: Preview) -> Iterator[Problem]:
    """Yield the problem of each field that only the form requires."""
    said = {problem.place.field for problem in seen.problems}
    for field in state.controls():
        if field.required and field.path not in said and _blank(field.text) and field.value is None:
            yield Problem("required", f"{field.label} is required.", Place(field=field.path))


def attribute_at(filling: Filling, path: str) -> Attribute | None:
    """Return the attribute of the field at *path*; None when there is none."""
    entity: EntityType | None = filling.entity
    *steps, last = path.split(".")
    for step in steps:
        rows = entity.attributes.get(step.partition("[")[0]) if entity is not None else None
        entity = filling.visit.model.entities.get(rows.target) if rows is not None else None
    return entity.attributes.get(last) if entity is not None else None


def base_of(state: FormState) -> dict[str, Any]:
    """Return the texts of every control, as a form posts them: what the actor begins with."""
    base: dict[str, Any] = {}
    for field in state.fields.values():
        if field.visible and field.rows and not field.readonly:
            base[field.name] = [
                {**{c.name: c.text for c in row.fields if c.editable}, "id": row.id}
                for row in field.rows
                if row.id
            ]
        elif field.editable and field.attribute.type.stored:
            base[field.name] = field.text
    return base


def without_other_types(
    values: Mapping[str, Any], entity: EntityType, model: Model
) -> tuple[dict[str, Any], bool]:
    """Return *values* without those of other sub-types, and whether any text was lost by that.

    After a change of the sub-type a form still posts the fields of the old one.
    """
    kind, lost = values.get("type"), False
    switched = isinstance(kind, str) and kind in entity.types
    kept: dict[str, Any] = {}
    for name, value in values.items():
        attribute = entity.attributes.get(name)
        if switched and attribute is not None and attribute.types and not attribute.belongs_to(str(kind)):
            lost = lost or not _blank(value)
            continue
        kept[name] = value
        if attribute is not None and attribute.target in model.entities and not attribute.type.stored:
            child = model.entities[attribute.target]
            rows = [without_other_types(row, child, model) for row in value if isinstance(row, dict)]
            lost = lost or any(each for _, each in rows)
            kept[name] = [row for row, _ in rows]
    return kept, lost


def read_id(text: str) -> UUID | None:
    """Return the id in *text*, None when it is none."""
    try:
        return read_uuid(text)
    except Invalid:
        return None
