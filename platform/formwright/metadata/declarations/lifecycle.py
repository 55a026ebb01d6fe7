"""Lifecycles, effects, automations and actions, as written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from formwright.metadata.declarations.attribute import AttributeDeclaration
from formwright.metadata.declarations.base import Declaration, Nested, key
from formwright.metadata.declarations.kinds import (
    LIST_OF_NAMES,
    Flag,
    JexlText,
    ListOf,
    Literal,
    MapOf,
    NameText,
    OneOrMany,
    Short,
    Text,
    WordsText,
)
from formwright.metadata.declarations.written import Given, Jexl, Name, Words

__all__ = [
    "ActionDeclaration",
    "AutomationDeclaration",
    "EffectDeclaration",
    "LifecycleDeclaration",
    "StateDeclaration",
    "TransitionDeclaration",
]

ATTRIBUTES = MapOf(Nested(AttributeDeclaration, open_keys=True))
VALUES = MapOf(Literal())


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyDeclaration(Declaration):
    """``notify: {role: …, text: …}``."""

    role: Name | None = key(NameText(), doc="every user with the role")
    to: Jexl | None = key(JexlText(), doc="a user: `owner`, `created_by`")
    text: Words | None = key(WordsText(), required=True, doc="may hold `{attribute}`")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectDeclaration(Declaration):
    """One effect: exactly one of set, create, emit, notify, call."""

    set: dict[Name, Given] | None = key(VALUES, doc="attributes of the record")
    create: Name | None = key(NameText(), doc="entity type of the new record")
    values: dict[Name, Given] | None = key(VALUES, doc="of the created record")
    emit: Name | None = key(NameText(), doc="event for subscribers")
    notify: NotifyDeclaration | None = key(Nested(NotifyDeclaration))
    call: str | None = key(Text(), doc="plugin function")
    with_: dict[Name, Given] | None = key(VALUES, name="with", doc="arguments of the call")


EFFECTS = ListOf(Nested(EffectDeclaration))


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDeclaration(Declaration):
    """``active: {color: green}``."""

    label: Words | None = key(WordsText())
    color: str | None = key(NameText(), doc="a colour of the skin: azure, green, orange, …")
    final: bool | None = key(Flag(), doc="nothing is expected after it")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionDeclaration(Declaration):
    """``activate: {from: prospect, to: active}``."""

    label: Words | None = key(WordsText())
    sources: list[Name] | None = key(
        OneOrMany(NameText()), name="from", required=True, doc="state, list, or `any`"
    )
    to: Name | None = key(NameText(), required=True, doc="state")
    when: Jexl | None = key(JexlText(), doc="condition on the record and `params`")
    otherwise: Words | None = key(WordsText(), doc="said when the condition is false")
    by: list[Name] | None = key(OneOrMany(NameText()), doc="roles that may")
    ask: dict[Name, AttributeDeclaration] | None = key(
        ATTRIBUTES, doc="what is asked, available as `params.name`"
    )
    do: list[EffectDeclaration] | None = key(EFFECTS)
    confirm: Words | None = key(WordsText(), doc="question before it")
    hidden: bool | None = key(Flag(), doc="only plugins and processes take it")


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleDeclaration(Declaration):
    """States and transitions."""

    states: dict[Name, StateDeclaration] | None = key(
        Short(MapOf(Nested(StateDeclaration)), LIST_OF_NAMES), required=True
    )
    transitions: dict[Name, TransitionDeclaration] | None = key(MapOf(Nested(TransitionDeclaration)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationDeclaration(Declaration):
    """``{when: created, if: JEXL, do: […]}``."""

    when: Name | None = key(
        NameText(), required=True, doc="created, updated, removed, a transition, or changed:attribute"
    )
    condition: Jexl | None = key(JexlText(), name="if")
    do: list[EffectDeclaration] | None = key(EFFECTS, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDeclaration(Declaration):
    """``merge: {label, by, ask, call: crm.merge}``."""

    label: Words | None = key(WordsText())
    by: list[Name] | None = key(OneOrMany(NameText()))
    when: Jexl | None = key(JexlText(), doc="condition on the record")
    ask: dict[Name, Any] | None = key(ATTRIBUTES)
    call: str | None = key(Text(), required=True, doc="plugin function")
