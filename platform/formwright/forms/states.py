"""A form as values: what is shown, what may be typed, what is wrong, and why. No HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from formwright.metadata.model import Attribute, EntityType, Form
from formwright.problems import Problem

__all__ = ["FieldState", "FormState", "Mode", "Option", "RowState", "SectionState", "TabState", "key_of"]

Mode = str
"""``create``, ``edit`` or ``view``."""


def key_of(path: str) -> str:
    """Return *path* with its brackets and dots replaced, for ids in the page: ``lines-0-amount``."""
    return path.replace("[", "-").replace("]", "").replace(".", "-")


@dataclass(frozen=True, slots=True)
class Option:
    """One value to choose from. *hint* tells more about it (the sub-type's help)."""

    value: str
    label: str
    color: str = ""
    selected: bool = False
    hint: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldState:
    """One field of a form, or one cell of a child row.

    *path* is the name of the control: ``name``, or ``contacts[0].value``.
    *text* is what the control holds, *display* what a person reads; *shown*
    says whether there is anything to read. *options* are all values of a
    choice; of a reference, the chosen ones and a few of those that are
    offered. Others are found at *source*, which wants to know the values of
    *depends*, the attributes that its `where` reads. *refreshes*:
    rules of other fields read this one, so a change of it asks the server.
    *add*: rows may be added; *columns* are the headings when all rows have
    the same cells; *total* counts the rows, with those that are not shown.
    """

    attribute: Attribute
    path: str
    label: str
    help: str = ""
    visible: bool = True
    required: bool = False
    readonly: bool = False
    masked: bool = False
    value: Any = None
    text: str | list[str] = ""
    display: str = ""
    keys: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    source: str = ""
    depends: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    refreshes: bool = False
    appearance: str = ""
    width: int = 6
    rows: tuple[RowState, ...] = ()
    columns: tuple[FieldState, ...] = ()
    add: bool = False
    total: int = 0
    link: str = ""

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self.attribute.name

    @property
    def type(self) -> str:
        """The attribute type's name."""
        return self.attribute.type.name

    @property
    def widget(self) -> str:
        """The template of the attribute type."""
        return self.attribute.type.widget

    @property
    def key(self) -> str:
        """The id of the control in the page."""
        return f"f-{key_of(self.path)}"

    @property
    def shown(self) -> bool:
        """Whether there is a value to read."""
        return bool(self.display) or bool(self.rows)

    @property
    def editable(self) -> bool:
        """Whether there is a control for it."""
        return self.visible and not self.readonly

    @property
    def selected(self) -> tuple[Option, ...]:
        """The options that are chosen."""
        return tuple(option for option in self.options if option.selected)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """One child of a children field. *id* is empty for a row that is not saved yet."""

    path: str
    id: str
    title: str
    fields: tuple[FieldState, ...]
    problems: tuple[Problem, ...] = ()
    removed: bool = False
    removable: bool = False
    link: str = ""

    @property
    def key(self) -> str:
        """The id of the row in the page: of a saved row its own, so that it is known again."""
        return f"r-{self.id}" if self.id else f"r-{key_of(self.path)}"

    def visible_fields(self) -> tuple[FieldState, ...]:
        """Return the fields that this row shows."""
        return tuple(each for each in self.fields if each.visible)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionState:
    """A titled group of fields."""

    name: str
    label: str
    fields: tuple[FieldState, ...]
    columns: int = 2
    visible: bool = True
    help: str = ""
    collapsed: bool = False

    @property
    def key(self) -> str:
        """The id of the section in the page."""
        return f"s-{self.name}"

    @property
    def problems(self) -> int:
        """How many visible problems lie in the section."""
        return sum(_problems(each) for each in self.fields if each.visible)


def _problems(state: FieldState) -> int:
    return len(state.problems) + sum(
        len(row.problems) + sum(len(each.problems) for each in row.fields) for row in state.rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TabState:
    """Sections that are shown together. The first tab has an empty name."""

    name: str
    label: str
    sections: tuple[SectionState, ...]

    @property
    def key(self) -> str:
        """The id of the tab in the page."""
        return f"t-{key_of(self.name.replace(' ', '-').lower()) or 'main'}"

    @property
    def visible(self) -> bool:
        """Whether anything in it is."""
        return any(section.visible for section in self.sections)

    @property
    def problems(self) -> int:
        """How many problems it holds."""
        return sum(section.problems for section in self.sections if section.visible)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """A whole form for one record, actor and mode.

    *problems* are those of the record as a whole and those whose field is not
    on the form. *warnings* stop until they are acknowledged, by their code.
    *fields* holds every field of the form by name, also those not visible.
    """

    entity: EntityType
    form: Form
    mode: Mode
    type: str
    tabs: tuple[TabState, ...]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    fields: Mapping[str, FieldState] = field(default_factory=dict)

    @property
    def visible_tabs(self) -> tuple[TabState, ...]:
        """The tabs that show anything."""
        return tuple(tab for tab in self.tabs if tab.visible)

    @property
    def summary(self) -> tuple[tuple[FieldState | RowState | None, Problem], ...]:
        """Every problem with its field or row, in the order of the form; those without one first."""
        rows: list[tuple[FieldState | RowState | None, Problem]] = [(None, each) for each in self.problems]
        for state in self.fields.values():
            if state.visible:
                rows += [(state, problem) for problem in state.problems]
                for row in state.rows:
                    rows += [(row, problem) for problem in row.problems]
                    rows += [(cell, problem) for cell in row.fields for problem in cell.problems]
        return tuple(rows)

    def controls(self) -> Iterator[FieldState]:
        """Yield every field and cell that has a control, in the order of the form."""
        for tab in self.tabs:
            for section in tab.sections:
                if section.visible:
                    yield from (each for each in section.fields if each.editable)
        for state in self.fields.values():
            if state.visible:
                yield from (cell for row in state.rows for cell in row.fields if cell.editable)
