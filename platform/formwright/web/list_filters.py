"""The filters that a list offers, and what a chosen one means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from formwright.access import field_rights, may
from formwright.metadata.model import Attribute, EntityType
from formwright.services.filters import Filter
from formwright.services.queries import Query, list_records
from formwright.services.reading import get
from formwright.services.refusals import Refusal
from formwright.services.runtime import Runtime
from formwright.services.users import list_users
from formwright.web.asked import Asked
from formwright.web.cells import Column, label_of
from formwright.web.visit import Visit

__all__ = ["EMPTY", "FilterOption", "FilterState", "filter_states", "filters_asked"]

EMPTY = "~"
"""The value that stands for "nothing there"."""

MOST_FILTERS = 6
MOST_OPTIONS = 50
RANGES = frozenset({"integer", "decimal", "date", "datetime", "duration", "time"})


@dataclass(frozen=True, slots=True)
class FilterOption:
    """One value to filter by."""

    value: str
    label: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class FilterState:
    """One filter: a choice among *options*, or a *typed* text (``10..20`` for what has an order)."""

    name: str
    label: str
    value: str
    options: tuple[FilterOption, ...] = ()
    typed: bool = False
    hint: str = ""


def filters_asked(entity: EntityType, asked: Asked, locale: str) -> tuple[Filter, ...]:
    """Return the conditions of the chosen filters; whether they are allowed, the query says."""
    return tuple(_filter(entity, name, value, locale) for name, value in asked.filters.items())


def _filter(entity: EntityType, name: str, value: str, locale: str) -> Filter:
    attribute = entity.attributes.get(name.partition(".")[0])
    if value == EMPTY:
        return Filter(name, "empty")
    if attribute is None:
        return Filter(name, "is", (value,))
    if attribute.type.kind in RANGES and ".." in value:
        low, _, high = (part.strip() for part in value.partition(".."))
        if low and high:
            return Filter(name, "between", (low, high), locale)
        return Filter(name, "at_least" if low else "at_most", (low or high,), locale)
    for operator in ("has_any", "is"):
        if operator in attribute.type.operators:
            return Filter(name, operator, (value,), locale)
    return Filter(name, attribute.type.operators[0], (value,), locale)


async def filter_states(
    visit: Visit, entity: EntityType, asked: Asked, columns: Sequence[Column]
) -> tuple[FilterState, ...]:
    """Return the filters to offer: what is chosen, sub-type, state, facets, then what the columns show."""
    rights = field_rights(entity, visit.who)
    found: list[FilterState] = []
    for attribute in _offered(entity, asked, columns):
        if rights.open(attribute.name) and attribute.stored and len(found) < MOST_FILTERS:
            state = await _state(visit, entity, attribute, asked.filters.get(attribute.name, ""))
            if state is not None:
                found.append(state)
    return tuple(found)


def _offered(entity: EntityType, asked: Asked, columns: Sequence[Column]) -> Iterable[Attribute]:
    chosen = [name for name in asked.filters if name in entity.attributes]
    names = [n for n in ("type", "state") if entity.attributes[n].type.choices(entity.attributes[n].options)]
    names += [n for n, a in entity.attributes.items() if a.facet]
    names += [
        c.name for c in columns if c.attribute is not None and "." not in c.name and _closed(c.attribute)
    ]
    first = dict.fromkeys(names)
    order = [*first, *(n for n in chosen if n not in first)]
    # What is chosen is always there to be taken back.
    order.sort(key=lambda n: n not in chosen and list(first).index(n) >= MOST_FILTERS - len(chosen))
    return [entity.attributes[n] for n in order]


def _closed(attribute: Attribute) -> bool:
    """Whether there are few enough values to choose from a list of them."""
    kind = attribute.type.kind
    return kind in ("boolean", "record") or bool(attribute.type.choices(attribute.options))


async def _state(visit: Visit, entity: EntityType, attribute: Attribute, value: str) -> FilterState | None:
    label = attribute.label.get(visit.locale)
    if attribute.type.name in ("file", "image", "signature") or not attribute.type.stored:
        return None
    options = [o async for o in _options(visit, entity, attribute, value)]
    if not options and not _closed(attribute):
        hint = "10..20" if attribute.type.kind in RANGES else ""
        return FilterState(attribute.name, label, value, typed=True, hint=hint)
    if not options and not value:
        return None
    if not attribute.system and attribute.required is not True and attribute.type.kind != "boolean":
        options.append(FilterOption(EMPTY, f"({visit.translate('without')})"))
    if value and all(option.value != value for option in options):
        options.append(FilterOption(value, value))
    shown = tuple(replace(each, selected=each.value == value) for each in options)
    return FilterState(attribute.name, label, value, shown)


async def _options(
    visit: Visit, entity: EntityType, attribute: Attribute, value: str
) -> AsyncIterator[FilterOption]:
    names = attribute.type.choices(attribute.options)
    if names:
        abstract = {n for n, t in entity.types.items() if t.abstract} if attribute.name == "type" else set()
        for name in names:
            if name not in abstract:
                yield FilterOption(name, label_of(entity, attribute, name, visit.locale)[0])
    elif attribute.type.kind == "boolean":
        for flag in (True, False):
            shown = attribute.type.display(flag, attribute.options, visit.locale)
            yield FilterOption("true" if flag else "false", shown)
    elif attribute.type.name == "user":
        for option in await _users(visit.work.runtime):
            yield option
    elif attribute.target and attribute.type.name in ("reference", "references"):
        for option in await _records(visit, attribute.target, value):
            yield option


async def _users(runtime: Runtime) -> list[FilterOption]:
    users = [user for user in await list_users(runtime) if user["active"]]
    return [FilterOption(str(user["id"]), user["name"]) for user in users[:MOST_OPTIONS]]


async def _records(visit: Visit, target: str, value: str) -> list[FilterOption]:
    """Return the first records by name, and the chosen one if it is not among them."""
    entity = visit.model.entities[target]
    if may(entity, "read", visit.who).denied:
        return []
    title = entity.title.text.strip()
    sort = ((title, False),) if title in entity.attributes else ()
    try:
        query = Query(entity=target, actor=visit.who, columns=("title",), sort=sort, limit=MOST_OPTIONS)
        page = await list_records(visit.work.runtime, query)
    except Refusal:  # a masked or computed title has no order
        page = await list_records(
            visit.work.runtime, Query(entity=target, actor=visit.who, limit=MOST_OPTIONS)
        )
    found = [FilterOption(str(row.id), row.title) for row in page.rows]
    if value and value != EMPTY and all(option.value != value for option in found):
        found += await _chosen(visit, target, value)
    return found


async def _chosen(visit: Visit, target: str, value: str) -> list[FilterOption]:
    try:
        record = await get(visit.work.runtime, target, UUID(value), visit.who)
    except (ValueError, Refusal):
        return []
    return [FilterOption(value, record.title)]
