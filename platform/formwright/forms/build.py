"""Model + record + actor + mode → FormState."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from formwright.access import FieldRights
from formwright.forms.data import FormData
from formwright.forms.fields import FULL, Around
from formwright.forms.plans import planned
from formwright.forms.rows import row_states
from formwright.forms.rules import fixed, holds
from formwright.forms.states import FieldState, FormState, Mode, SectionState, TabState
from formwright.metadata.model import EntityType, Form, FormField, Section
from formwright.problems import Problem, Severity

__all__ = ["build_form"]


def build_form(
    entity: EntityType, form: Form, data: FormData, rights: FieldRights, *, mode: Mode, locale: str = "en"
) -> FormState:
    """Return the state of *form* for the record of *data*.

    Attributes that the actor may not know of, and those of other sub-types,
    are not in it at all. Never raises: a rule that cannot be evaluated hides
    nothing, requires nothing and keeps its field read-only.
    """
    kind = data.values.get("type")
    by_path = _by_path(p for p in data.problems if p.severity is not Severity.WARNING)
    around = Around(
        entity, data.values, data.context, rights, data, mode=mode, locale=locale, problems=by_path
    )
    tabs: dict[str, list[SectionState]] = {"": []}
    titles = {each.tab: each.tab_label.get(locale) for each in form.sections if each.tab_label}
    fields: dict[str, FieldState] = {}
    for section in form.sections:
        state = _section(around, section, kind)
        tabs.setdefault(section.tab, []).append(state)
        for each in state.fields:
            fields[each.name] = each if state.visible else replace(each, visible=False)
    return FormState(
        entity=entity,
        form=form,
        mode=mode,
        type=kind or "",
        tabs=tuple(TabState(name=n, label=titles.get(n, n), sections=tuple(s)) for n, s in tabs.items() if s),
        problems=_without_field(data.problems, fields),
        warnings=tuple(p for p in data.problems if p.severity is Severity.WARNING),
        fields=fields,
    )


def _by_path(problems: Iterable[Problem]) -> Mapping[str, tuple[Problem, ...]]:
    found: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        found[problem.place.field] = (*found.get(problem.place.field, ()), problem)
    return found


def _section(around: Around, section: Section, kind: str | None) -> SectionState:
    visible = holds(section.visible, around.context, failing=True)
    fields = tuple(_fields(around, section, kind)) if visible else tuple(_silent(around, section, kind))
    return SectionState(
        name=section.name,
        label=section.label.get(around.locale),
        fields=fields,
        columns=section.columns,
        visible=visible and any(each.visible for each in fields),
        help=section.help.get(around.locale) if section.help is not None else "",
        collapsed=section.collapsed and not any(each.problems for each in fields),
    )


def _fields(around: Around, section: Section, kind: str | None) -> Iterable[FieldState]:
    for field in planned(around, section, kind):
        state = field.state(around)
        with_rows = not field.attribute.type.stored and state.visible
        yield _with_rows(around, field.origin, state) if with_rows else state


def _silent(around: Around, section: Section, kind: str | None) -> Iterable[FieldState]:
    """Yield the fields of a hidden section: known, and not shown."""
    for field in section.fields:
        attribute = around.entity.attributes[field.attribute]
        if attribute.belongs_to(kind) and around.rights.readable(attribute.name):
            label = attribute.label.get(around.locale)
            yield FieldState(
                attribute=attribute, path=attribute.name, label=label, visible=False, readonly=True
            )


def _with_rows(around: Around, field: FormField, state: FieldState) -> FieldState:
    rows = around.data.rows.get(state.name)
    if rows is None:
        return replace(state, readonly=True, visible=around.mode == "view")
    writable = around.mode != "view" and not fixed(state.attribute, around.rights)
    mode = around.mode if writable else "view"
    shown, columns = row_states(
        field,
        state.attribute,
        rows,
        around.data,
        mode=mode,
        locale=around.locale,
        problems=around.problems,
        path=state.path,
    )
    add = writable and rows.add
    return replace(
        state,
        rows=shown,
        columns=columns,
        add=add,
        readonly=not writable,
        total=rows.total or len(shown),
        visible=bool(shown) or add or around.mode == "view",
        width=FULL,
    )


def _without_field(problems: Iterable[Problem], fields: Mapping[str, FieldState]) -> tuple[Problem, ...]:
    """Return the problems that no visible field, row or cell shows."""
    shown = set()
    for state in fields.values():
        if state.visible:
            shown.add(state.path)
            for row in state.rows:
                shown.add(row.path)
                shown.update(cell.path for cell in row.fields)
    return tuple(p for p in problems if p.severity is not Severity.WARNING and p.place.field not in shown)
