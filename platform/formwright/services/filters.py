"""Filters that a user sets on a list: attribute, operator, values, as conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Table, Text, and_, cast, exists, func, not_, or_, select

from formwright.access import field_rights, row_condition
from formwright.attributes import Invalid as InvalidValue
from formwright.attributes.texts import storable
from formwright.metadata.model import Attribute, EntityType
from formwright.problems import Place, Problem, suggest
from formwright.services.folding import contains, starts_with
from formwright.services.refusals import Invalid
from formwright.services.values import options_of, problem_of
from formwright.services.work import Work
from formwright.storage.source import USER

__all__ = ["Filter", "filter_condition", "find_column", "search_condition", "user_condition"]

Condition = ColumnElement[bool]
MOST_VALUES = 200
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. *attribute* may go through one reference (``customer.name``).

    *operator* is one of those of the attribute type; *values* are texts typed
    in *locale*, or JSON forms when it is None.
    """

    attribute: str
    operator: str
    values: Sequence[Any] = ()
    locale: str | None = None


def find_column(work: Work, entity: EntityType, name: str, use: str = "filter") -> Attribute:
    """Return the attribute *name* when the actor may filter or sort by it; raise Invalid.

    A hidden attribute is as unknown as one that does not exist; by a masked
    one nobody filters or sorts, because that would tell its values.
    """
    rights, attribute = field_rights(entity, work.rights), entity.attributes.get(name)
    if attribute is None or not rights.readable(name):
        known = [n for n in entity.attributes if rights.readable(n)]
        sentence = f"{entity.label} has no attribute `{name[:60]}`."
        raise Invalid.of("unknown-attribute", sentence, name[:60], suggest(name[:60], known))
    usable = rights.open(name) and (attribute.stored or not attribute.type.stored)
    if not usable or (use == "sort" and not (attribute.type.sortable and attribute.stored)):
        label = attribute.label.get(work.actor.locale)
        raise Invalid.of(f"not-{use}able", f"{label} cannot be used here ({use}).", name)
    return attribute


def filter_condition(work: Work, entity: EntityType, given: Filter) -> Condition:
    """Return the condition of one filter; raise Invalid for what cannot be filtered so."""
    head, _, rest = given.attribute.partition(".")
    attribute = find_column(work, entity, head)
    table = work.source.table(entity.name)
    if not rest:
        return _condition(work, table, attribute, given)
    if not attribute.target or not attribute.type.stored or attribute.type.multiple:
        raise Invalid.of("not-a-reference", f"{attribute.label} is no reference.", head)
    target = work.model.entities[attribute.target]
    inner = Filter(rest, given.operator, given.values, given.locale)
    if "." in rest:
        raise Invalid.of("too-far", "A filter goes through one reference at most.", given.attribute)
    found = work.source.table(target.name)
    readable = row_condition(target, "read", work.rights, work.source, work.names)
    condition = filter_condition(work, target, inner)
    chosen = select(found.c.id).where(found.c.deleted_at.is_(None), readable, condition).correlate(None)
    return table.c[head].in_(chosen)


def _condition(work: Work, table: Table, attribute: Attribute, given: Filter) -> Condition:
    if given.operator not in attribute.type.operators:
        hint = suggest(given.operator[:40], attribute.type.operators)
        sentence = f"{attribute.label} has no operator `{given.operator[:40]}`."
        raise Invalid.of("unknown-operator", sentence, given.attribute, hint)
    if not attribute.type.stored:
        return _of_children(work, table, attribute, given.operator)
    column = _column(table, attribute)
    if given.operator in ("empty", "not_empty"):
        return column.is_(None) if given.operator == "empty" else column.is_not(None)
    values = _values(work, attribute, given)
    return OPERATORS[given.operator](column, values)


def _column(table: Table, attribute: Attribute) -> ColumnElement[Any]:
    if attribute.name in table.c:
        return table.c[attribute.name]
    kept: ColumnElement[Any] = table.c["sparse"][attribute.name].astext
    return cast(kept, attribute.type.column(attribute.options)) if not _is_text(attribute) else kept


def _is_text(attribute: Attribute) -> bool:
    return isinstance(attribute.type.column(attribute.options), Text)


def _of_children(work: Work, table: Table, attribute: Attribute, operator: str) -> Condition:
    child = work.source.table(attribute.target).alias()
    by = child.c[str(attribute.options["by"])]
    key: Any = table.c.id
    if isinstance(by.type, Text):
        key = func.concat(f"{table.name}/", cast(table.c.id, Text()))
    found: Condition = exists().where(by == key, child.c.deleted_at.is_(None))
    return found if operator == "not_empty" else not_(found)


def _values(work: Work, attribute: Attribute, given: Filter) -> list[Any]:
    if not given.values or len(given.values) > MOST_VALUES:
        raise Invalid.of("filter-values", f"One to {MOST_VALUES} values are needed.", given.attribute)
    if given.operator in ("contains", "starts_with"):
        return [_searchable(str(value)[:500], given.attribute) for value in given.values]
    options = options_of(attribute, {}, work.actor.zone if given.locale is not None else "")
    problems: list[Problem] = []
    values = []
    for raw in given.values:
        try:
            values.append(attribute.type.parse(raw, options, given.locale or "en"))
        except InvalidValue as invalid:
            problems.append(problem_of(invalid, given.attribute))
    if attribute.type.multiple:
        values = [item for value in values for item in value or ()]
    values = [value for value in values if value is not None]
    if given.operator == "between" and len(values) != 2 and not problems:
        problems.append(Problem("filter-values", "Two values are needed.", Place(field=given.attribute)))
    if not values and not problems:
        problems.append(Problem("filter-values", "A value is needed.", Place(field=given.attribute)))
    if problems:
        raise Invalid(problems)
    return values


def _searchable(text: str, field: str) -> str:
    """Return *text*; raise Invalid for what no database holds and therefore none can find."""
    try:
        return storable(text)
    except InvalidValue as invalid:
        raise Invalid([problem_of(invalid, field)]) from invalid


def _among(column: Any, values: list[Any]) -> Condition:
    return or_(*(column == value for value in values))


def _overlap(column: Any, values: list[Any]) -> Condition:
    wanted = cast(values, column.type if isinstance(column.type, ARRAY) else ARRAY(Text()))
    found: Condition = column.op("&&", is_comparison=True)(wanted)
    return found


def _covers(column: Any, values: list[Any]) -> Condition:
    found: Condition = column.op("@>", is_comparison=True)(cast(values, column.type))
    return found


OPERATORS: dict[str, Callable[[Any, list[Any]], Condition]] = {
    "is": lambda column, values: column == values[0],
    "is_not": lambda column, values: or_(column != values[0], column.is_(None)),
    "in": _among,
    "not_in": lambda column, values: or_(and_(*(column != value for value in values)), column.is_(None)),
    "contains": lambda column, values: contains(column, values[0]),
    "starts_with": lambda column, values: starts_with(column, values[0]),
    "less": lambda column, values: column < values[0],
    "at_most": lambda column, values: column <= values[0],
    "more": lambda column, values: column > values[0],
    "at_least": lambda column, values: column >= values[0],
    "between": lambda column, values: and_(column >= values[0], column <= values[1]),
    "has_any": _overlap,
    "has_all": _covers,
    "has_none": lambda column, values: or_(not_(_overlap(column, values)), column.is_(None)),
}


def search_condition(work: Work, entity: EntityType, text: str) -> Condition | None:
    """Return the condition that every word of *text* occurs in one of the searched attributes.

    Searched are the title, the number, and attributes with a search weight,
    as far as the actor sees them in full. None when there is nothing to search for.
    """
    words = _searchable(text, "search").split()[:MOST_WORDS]
    rights, table = field_rights(entity, work.rights), work.source.table(entity.name)
    titled = {path for path in entity.title.dependencies if path in entity.attributes}
    names = [
        name
        for name, attribute in entity.attributes.items()
        if (attribute.search or name in titled or name == "number")
        and name in table.c
        and rights.open(name)
        and isinstance(table.c[name].type, Text)
    ]
    if not words:
        return None
    return and_(*(or_(*(contains(table.c[name], word) for name in names)) for word in words))


def user_condition(work: Work, text: str) -> Condition:
    """Return the condition that a user is active and called like *text*."""
    table = work.source.table(USER)
    words = _searchable(text, "search").split()[:MOST_WORDS]
    return and_(table.c.active, *(or_(contains(table.c.name, w), contains(table.c.login, w)) for w in words))
