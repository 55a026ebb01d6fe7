"""How a value looks outside of forms: in lists, on cards, in the facts of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from formwright.access import field_rights
from formwright.metadata.model import Attribute, EntityType
from formwright.services.titles import Titles, ids_in
from formwright.services.values import options_of
from formwright.web.visit import Visit

__all__ = ["Cell", "Column", "Shower", "label_of"]

NUMBERS = frozenset({"integer", "decimal", "duration"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One value to show. *opens*: it stands for the record and leads to its page."""

    text: str = ""
    color: str = ""
    href: str = ""
    number: bool = False
    opens: bool = False
    flag: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the actor may see it; *attribute* is None for the title of the record."""

    name: str
    label: str
    attribute: Attribute | None = None
    entity: EntityType | None = None
    masked: bool = False

    @property
    def number(self) -> bool:
        """Whether its values are aligned by their last digit."""
        attribute = self.attribute
        if attribute is None or attribute.type.name == "rating":
            return False
        return attribute.type.kind in NUMBERS or not attribute.type.stored


def label_of(entity: EntityType, attribute: Attribute, value: str, locale: str) -> tuple[str, str]:
    """Return label and colour of a sub-type, a state or a choice; the value itself when it is gone."""
    if attribute.name == "type" and value in entity.types:
        sub_type = entity.types[value]
        return sub_type.label.get(locale), sub_type.color or "secondary"
    if attribute.name == "state" and entity.lifecycle is not None and value in entity.lifecycle.states:
        state = entity.lifecycle.states[value]
        return state.label.get(locale), state.color or "secondary"
    choice = (attribute.options.get("choices") or {}).get(value)
    return (choice.label.get(locale), choice.color) if choice is not None else (value, "")


class Shower:
    """Turns canonical values into cells for one visit: in its locale, its time zone, its words."""

    def __init__(self, visit: Visit) -> None:
        """Show values as *visit* wants them."""
        self.visit, self.model, self.locale = visit, visit.model, visit.locale

    def columns(self, entity: EntityType, names: tuple[str, ...]) -> tuple[Column, ...]:
        """Return the columns of *names*; unknown and hidden ones are left out."""
        found = (self._column(entity, name) for name in names)
        return tuple(column for column in found if column is not None)

    def _column(self, entity: EntityType, name: str) -> Column | None:
        head, dot, rest = name.partition(".")
        attribute, rights = entity.attributes.get(head), field_rights(entity, self.visit.who)
        if attribute is None:
            return Column(name, entity.label.get(self.locale)) if name == "title" else None
        if not rights.readable(head):
            return None
        label = attribute.label.get(self.locale)
        if not dot:
            return Column(name, label, attribute, entity, not rights.open(head))
        target = self.model.entities.get(attribute.target)
        far, far_rights = None, None
        if target is not None:
            far, far_rights = target.attributes.get(rest), field_rights(target, self.visit.who)
        if target is None or far_rights is None or not far_rights.readable(rest):
            return None
        if far is None:
            return Column(name, label) if rest == "title" else None
        return Column(name, f"{label}: {far.label.get(self.locale)}", far, target, not far_rights.open(rest))

    def cell(self, column: Column, value: Any, values: Mapping[str, Any], titles: Titles) -> Cell:
        """Return the cell of a value; an empty one when there is none."""
        attribute = column.attribute
        if value is None or value in ([], ""):
            return Cell(number=column.number)
        if attribute is None or column.entity is None or column.masked:
            return Cell(str(value))
        if not attribute.type.stored:
            return Cell(str(value), number=True)
        return self.shown(column.entity, attribute, value, values, titles)

    def shown(
        self,
        entity: EntityType,
        attribute: Attribute,
        value: Any,
        values: Mapping[str, Any],
        titles: Titles,
    ) -> Cell:
        """Return the cell of a value that the actor may see in full."""
        links = ids_in(attribute, value)
        if links:
            text = ", ".join(titles.get((target, str(identity)), "…") for target, identity in links)
            target, identity = links[0]
            known = len(links) == 1 and (target, str(identity)) in titles
            return Cell(text, href=self._address(target, str(identity)) if known else "")
        if attribute.type.choices(attribute.options) and isinstance(value, str):
            return Cell(*label_of(entity, attribute, value, self.locale))
        options = options_of(attribute, values, self.visit.who.zone)
        text = attribute.type.display(value, options, self.locale)
        flag = attribute.type.kind == "boolean" and value is True
        number = attribute.type.kind in NUMBERS and attribute.type.name != "rating"
        return Cell(text, number=number, flag=flag)

    def _address(self, target: str, identity: str) -> str:
        entity = self.model.entities.get(target)
        return f"/{target}/{identity}" if entity is not None and not entity.embedded else ""
