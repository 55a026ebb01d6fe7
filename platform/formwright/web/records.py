"""The page of one record as values: its names, what can be done with it, its tabs, its facts. No HTML."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from formwright.access import may
from formwright.forms import (
    FieldState,
    FormData,
    FormState,
    RowData,
    RowSet,
    TabState,
    build_form,
    choose_form,
    expressions_of_form,
)
from formwright.metadata.model import Attribute, EntityType, Form
from formwright.services.preview import PreviewRows
from formwright.services.titles import Titles
from formwright.services.viewing import View
from formwright.web.cells import Shower, label_of
from formwright.web.moves import Move, actions_of, moves_of
from formwright.web.past import PastComment, PastEntry, PastEvent
from formwright.web.visit import Visit

__all__ = [
    "COMMENTS",
    "HISTORY",
    "TIMELINE",
    "Grid",
    "RecordPage",
    "RecordTab",
    "children_of_tab",
    "form_rules",
    "record_page",
    "widest",
]

HISTORY, COMMENTS, TIMELINE = "history", "comments", "timeline"
VIEW = "view"


@dataclass(frozen=True, slots=True)
class RecordTab:
    """One part of the record."""

    name: str
    label: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """The ways on from child rows: a new one, and all of them as a list; empty where there is none."""

    add_href: str = ""
    add_label: str = ""
    all_href: str = ""
    total: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about the record itself: who made it, when."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """What the template of records shows."""

    title: str
    number: str
    href: str
    version: int
    key: str
    removed: bool
    chips: tuple[tuple[str, str], ...] = ()
    moves: tuple[Move, ...] = ()
    actions: tuple[Move, ...] = ()
    edit_href: str = ""
    remove_href: str = ""
    restore_action: str = ""
    tab: str = ""
    tabs: tuple[RecordTab, ...] = ()
    form_tab: TabState | None = None
    grids: Mapping[str, Grid] | None = None
    facts: tuple[Fact, ...] = ()
    history: tuple[PastEntry, ...] = ()
    timeline: tuple[PastEvent, ...] = ()
    older_href: str = ""
    comments: tuple[PastComment, ...] = ()
    comment_action: str = ""
    comment_text: str = ""
    comment_problems: tuple[Any, ...] = ()


def _forms(entity: EntityType) -> list[Form]:
    return [form for form in entity.forms.values() if not form.modes or VIEW in form.modes]


def form_rules(entity: EntityType) -> list[Any]:
    """Return the rules of every form that may serve the page."""
    return [rule for form in _forms(entity) for rule in expressions_of_form(form)]


def children_of_tab(entity: EntityType, tab: str) -> tuple[str, ...]:
    """Return the children attributes on a tab, whatever the sub-type of the record."""
    names = (
        field.attribute
        for form in _forms(entity)
        for section in form.sections
        if section.tab == tab
        for field in section.fields
        if not entity.attributes[field.attribute].type.stored
    )
    return tuple(dict.fromkeys(names))


def record_page(visit: Visit, seen: View, tab: str) -> RecordPage:
    """Return the page with the tab that was asked for; of an unknown one the first."""
    entity, href = seen.entity, f"/{seen.entity.name}/{seen.id}"
    state = _form_state(visit, seen)
    names = {each.name for each in state.visible_tabs}
    tab = tab if tab in names or tab in _more_tabs(entity) else ""
    shown = next((each for each in state.visible_tabs if each.name == tab), None)
    living = not seen.removed
    return RecordPage(
        title=seen.title,
        number=str(seen.values.get("number") or "") if seen.rights.readable("number") else "",
        href=href,
        version=seen.version,
        key=secrets.token_urlsafe(18),
        removed=seen.removed,
        chips=tuple(_chips(visit, seen)),
        moves=moves_of(seen, visit.locale, href),
        actions=actions_of(seen, visit.locale, href),
        edit_href=f"{href}/edit" if seen.updatable else "",
        remove_href=f"{href}/remove" if seen.removable else "",
        restore_action=f"{href}/restore" if seen.restorable else "",
        tab=tab,
        tabs=_tabs(visit, state, entity, href, tab),
        form_tab=shown,
        grids={f.name: _grid(visit, seen, f) for f in _children(shown)},
        facts=_facts(visit, seen),
        comment_action=f"{href}/comments" if living else "",
    )


def _more_tabs(entity: EntityType) -> dict[str, str]:
    more = {TIMELINE: "Timeline", HISTORY: "History", COMMENTS: "Comments"}
    return {name: label for name, label in more.items() if name == HISTORY or name in entity.features}


def _tabs(visit: Visit, state: FormState, entity: EntityType, href: str, here: str) -> tuple[RecordTab, ...]:
    own = [(each.name, each.label or visit.translate("Overview")) for each in state.visible_tabs]
    more = [(name, visit.translate(label)) for name, label in _more_tabs(entity).items()]
    return tuple(
        RecordTab(name, label, f"{href}?tab={quote(name)}" if name else href, name == here)
        for name, label in (*own, *more)
    )


def _form_state(visit: Visit, seen: View) -> FormState:
    data = FormData(
        values=seen.values,
        context=seen.context,
        rows={name: row_set(rows) for name, rows in seen.rows.items()},
        titles=seen.titles,
        zone=visit.who.zone,
        entities=visit.model.entities,
    )
    form = choose_form(seen.entity, VIEW, seen.values.get("type"))
    return build_form(seen.entity, form, data, seen.rights, mode=VIEW, locale=visit.locale)


def row_set(rows: PreviewRows) -> RowSet:
    """Return child rows as forms take them."""
    return RowSet(
        entity=rows.entity,
        rights=rows.rights,
        rows=tuple(
            RowData(id=r.id, path=r.path, values=r.values, context=r.context, title=r.title, locked=True)
            for r in rows.rows
        ),
        total=rows.total,
    )


def _chips(visit: Visit, seen: View) -> Iterable[tuple[str, str]]:
    """Yield label and colour of sub-type and state."""
    for name in ("type", "state"):
        value = seen.values.get(name)
        if value is not None and seen.rights.open(name):
            attribute = seen.entity.attributes[name]
            yield label_of(seen.entity, attribute, value, visit.locale)


def _children(tab: TabState | None) -> Iterable[FieldState]:
    sections = tab.sections if tab is not None else ()
    return (field for section in sections for field in section.fields if not field.attribute.type.stored)


def _grid(visit: Visit, seen: View, field: FieldState) -> Grid:
    """Return what leads on from child rows; embedded ones are edited in the form of the record."""
    target = visit.model.entities[field.attribute.target]
    if target.embedded:
        return Grid()
    by = target.attributes[str(field.attribute.options["by"])]
    value = f"{seen.entity.name}/{seen.id}" if by.type.name == "any" else str(seen.id)
    prefill = f"{by.name}={quote(value)}"
    add = not seen.removed and not may(target, "create", visit.who).denied and _typed(by)
    more = field.total > len(field.rows) and not may(target, "read", visit.who).denied
    label = visit.translate("Add: {what}", what=target.label.get(visit.locale))
    return Grid(
        add_href=f"/{target.name}/new?{prefill}" if add else "",
        add_label=label,
        all_href=f"/{target.name}?{widest(target)}f.{prefill}" if more else "",
        total=f"{field.total:,}+" if field.total >= 1_000 else f"{field.total:,}",
    )


def _typed(by: Attribute) -> bool:
    return by.readonly is not True and by.computed is None


def widest(target: EntityType) -> str:
    """Return the part of an address that chooses a list without a filter of its own, if there is one."""
    names = [v.name for v in target.lists.values() if v.filter is None and v.appearance == "table"]
    return f"list={names[0]}&" if names else ""


def _facts(visit: Visit, seen: View) -> tuple[Fact, ...]:
    shower, translate = Shower(visit), visit.translate
    owner = seen.entity.attributes["owner"].label.get(visit.locale)
    pairs = [
        (translate("Created"), "created_at", "created_by"),
        (translate("Changed"), "updated_at", "updated_by"),
        (translate("Removed"), "deleted_at", ""),
        (owner, "", "owner"),
    ]
    found = []
    for label, *names in pairs:
        texts = [_text(shower, seen, name, seen.titles) for name in names if name]
        if any(texts):
            found.append(Fact(label, " · ".join(text for text in texts if text)))
    return tuple(found)


def _text(shower: Shower, seen: View, name: str, titles: Titles) -> str:
    attribute, value = seen.entity.attributes[name], seen.values.get(name)
    if value is None or not seen.rights.open(name):
        return ""
    return replace(shower.shown(seen.entity, attribute, value, seen.values, titles), href="").text
