"""Child rows on a form, and which cells each of them has."""

from __future__ import annotations

from collections.abc import Mapping

from formwright.forms.data import FormData, RowData, RowSet
from formwright.forms.fields import Around, field_state
from formwright.forms.rules import fixed, is_required
from formwright.forms.states import FieldState, Mode, RowState
from formwright.metadata.model import Attribute, FormField
from formwright.problems import Problem

__all__ = ["cells_of", "row_states"]

FEW = 5
"""How many columns a grid has when the form does not name them."""


def row_states(
    field: FormField,
    attribute: Attribute,
    rows: RowSet,
    data: FormData,
    *,
    mode: Mode,
    locale: str,
    problems: Mapping[str, tuple[Problem, ...]],
    path: str,
) -> tuple[tuple[RowState, ...], tuple[FieldState, ...]]:
    """Return the rows of a children field, and the headings when all rows have the same cells."""
    by = str(attribute.options["by"])
    states = []
    for index, row in enumerate(rows.rows):
        inner = row.path or f"{path}[{index}]"
        row_mode = mode if mode == "view" or row.id else "create"
        around = Around(
            rows.entity,
            row.values,
            row.context,
            rows.rights,
            data,
            mode=row_mode,
            locale=locale,
            problems=problems,
            path=f"{inner}.",
        )
        names = cells_of(field.columns, by, row, around)
        fields = tuple(
            field_state(around, rows.entity.attributes[name], None, locked=row.locked or row.removed)
            for name in names
        )
        states.append(
            RowState(
                path=inner,
                id=row.id,
                title=row.title,
                fields=fields if row_mode == "view" else tuple(each for each in fields if each.visible),
                problems=problems.get(inner, ()),
                removed=row.removed,
                removable=mode != "view" and (not row.id or (rows.remove and not row.locked)),
                link=f"/{rows.entity.name}/{row.id}" if row.id and not rows.entity.embedded else "",
            )
        )
    heads = Around(rows.entity, {}, {}, rows.rights, data, mode=mode, locale=locale, problems={})
    return tuple(states), _headings(heads, field.columns, by, states)


def cells_of(columns: tuple[str, ...], by: str, row: RowData, around: Around) -> tuple[str, ...]:
    """Return the attributes that a row shows.

    In view mode these are the columns. Where rows are edited, computed
    columns give way to what they are computed from: the attributes that only
    the row's sub-type has, and those that must be filled in.
    """
    entity, viewing = around.entity, around.mode == "view"
    attributes = entity.attributes if viewing else entity.attributes_of(row.values.get("type"))
    own = {n: a for n, a in attributes.items() if n != by and around.rights.readable(n)}
    wanted = [name for name in columns if name in own] or _first(own, typed=bool(entity.types))
    if viewing:
        return tuple(wanted)
    special = [n for n, a in own.items() if a.types and not fixed(a, around.rights) and a.type.stored]
    needed = [
        n
        for n, a in own.items()
        if not fixed(a, around.rights) and a.type.stored and is_required(a, None, around.context)
    ]
    plain = [name for name in wanted if own[name].computed is None or not special]
    lead = [name for name in ("type",) if name in plain and entity.types]
    return tuple(dict.fromkeys((*lead, *special, *plain, *needed)))


def _first(own: Mapping[str, Attribute], *, typed: bool) -> list[str]:
    """Return the columns of a grid that names none: the sub-type and the first attributes of its own."""
    lead = ["type"] if typed and "type" in own else []
    return [*lead, *(n for n, a in own.items() if not a.system and a.type.stored)][:FEW]


def _headings(
    around: Around, columns: tuple[str, ...], by: str, states: list[RowState]
) -> tuple[FieldState, ...]:
    """Return a field without value for each column; nothing when rows differ in their cells."""
    entity = around.entity
    if around.mode == "view":
        names = cells_of(columns, by, RowData(values={}, context={}), around)
    else:
        shown = {tuple(cell.name for cell in state.fields) for state in states}
        if entity.types or len(shown) != 1:
            return ()
        names = shown.pop()
    required = {cell.name for state in states for cell in state.fields if cell.required}
    return tuple(
        FieldState(
            attribute=entity.attributes[name],
            path=name,
            label=entity.attributes[name].label.get(around.locale),
            required=name in required,
        )
        for name in names
    )
