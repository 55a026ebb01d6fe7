"""What can be done with a record: transitions and actions, as buttons and as small forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from formwright.forms import FormData, Option, SectionState
from formwright.forms.fields import Around, field_state
from formwright.metadata.model import Action, Attribute, Transition
from formwright.problems import Problem, Severity
from formwright.services.viewing import View
from formwright.web.visit import Visit

__all__ = ["PARAMS", "Ask", "Move", "Note", "actions_of", "ask_section", "moves_of"]

PARAMS = "params."
"""Stands before the names of what is asked, in controls and in problems."""


@dataclass(frozen=True, slots=True)
class Move:
    """A button: *action* is posted to, *href* leads to the questions first, *blocked* says why not now."""

    label: str
    icon: str
    action: str = ""
    href: str = ""
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that would happen, or that stands in the way; *href* leads to it."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The page before something is done: what it asks, what it means, what was wrong."""

    label: str
    action: str
    confirm: str = ""
    dangerous: bool = False
    section: SectionState | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    possible: bool = True


def moves_of(seen: View, locale: str, href: str) -> tuple[Move, ...]:
    """Return the transitions, possible ones first, each group in the order of the metadata."""
    found = [
        _move(offer.transition, f"{href}/transitions/{offer.transition.name}", offer.against, locale)
        for offer in seen.moves
    ]
    return (*(m for m in found if not m.blocked), *(m for m in found if m.blocked))


def _move(transition: Transition, address: str, against: tuple[Problem, ...], locale: str) -> Move:
    label = transition.label.get(locale)
    if against:
        return Move(label, "lock", blocked=" ".join(problem.sentence for problem in against))
    if transition.ask or transition.confirm:
        return Move(label, "arrow-right", href=address)
    return Move(label, "arrow-right", action=address)


def actions_of(seen: View, locale: str, href: str) -> tuple[Move, ...]:
    """Return the actions that are possible now."""
    found = []
    for each in seen.actions:
        if each.possible:
            label, address = each.action.label.get(locale), f"{href}/actions/{each.action.name}"
            asks = bool(each.action.ask)
            found.append(Move(label, "bolt", action="" if asks else address, href=address if asks else ""))
    return tuple(found)


def ask_section(
    visit: Visit,
    seen: View,
    what: Transition | Action,
    texts: Mapping[str, Any],
    problems: tuple[Problem, ...],
) -> SectionState | None:
    """Return the fields of what is asked, with what was typed and what is wrong; None without any."""
    if not what.ask:
        return None
    at_fields: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        if problem.severity is Severity.ERROR:
            at_fields[problem.place.field] = (*at_fields.get(problem.place.field, ()), problem)
    offers = {
        PARAMS + name: tuple(Option(o.value, o.title, hint=o.hint) for o in found)
        for name, found in seen.offers.items()
    }
    data = FormData(
        values={},
        context=seen.context,
        texts={PARAMS + name: text for name, text in texts.items()},
        offers=offers,
        titles=seen.titles,
        zone=visit.who.zone,
        entities=visit.model.entities,
    )
    around = Around(
        seen.entity,
        {},
        {**seen.context, "params": {}},
        seen.rights,
        data,
        mode="create",
        locale=visit.locale,
        problems=at_fields,
        path=PARAMS,
    )
    kind = "transitions" if isinstance(what, Transition) else "actions"
    source = f"/{seen.entity.name}/{seen.id}/{kind}/{what.name}/options/"
    fields = tuple(_field(around, attribute, source) for attribute in what.ask.values())
    return SectionState(name="ask", label=what.label.get(visit.locale), fields=fields, columns=1)


def _field(around: Around, attribute: Attribute, source: str) -> Any:
    state = field_state(around, attribute, None, 12)
    lookup = source + attribute.name if state.source else ""
    return replace(state, refreshes=False, depends=(), source=lookup, masked=False)
