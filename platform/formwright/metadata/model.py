"""The Model: metadata as resolved. Frozen, complete, and free of files and text parsing.

Everything that runs (storage, access, forms, services, api, web) reads only
this. It is built in one place, `formwright.metadata.compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formwright.attributes.base import AttributeType
from formwright.expressions import Expression
from formwright.metadata.rows import Link, RecordSet, Row
from formwright.problems import Place, Problem

__all__ = [
    "Action",
    "Attribute",
    "Automation",
    "Choice",
    "Effect",
    "EntityType",
    "Form",
    "FormField",
    "Grant",
    "Lifecycle",
    "Link",
    "ListView",
    "Model",
    "Module",
    "NumberSeries",
    "RecordSet",
    "Role",
    "Row",
    "Rule",
    "Section",
    "State",
    "SubType",
    "Transition",
    "Translated",
    "UniqueKey",
    "Value",
]


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Translated:
    """A text for people, by locale. ``""`` is the locale of a text written without one."""

    texts: Mapping[str, str]

    def get(self, locale: str) -> str:
        """Return the text in *locale*, else in its language, else as written, else English, else any."""
        for key in (locale, locale.replace("-", "_").partition("_")[0], "", "en"):
            if key in self.texts:
                return self.texts[key]
        return next(iter(self.texts.values()), "")

    def __str__(self) -> str:
        """Return the text in English or as written."""
        return self.get("en")


@dataclass(frozen=True, slots=True)
class Value:
    """A literal in canonical form, or an expression that gives one (``= today``)."""

    literal: Any = None
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a choice attribute."""

    name: str
    label: Translated
    color: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of an entity type, of its sub-types, or of what a transition or action asks.

    *options* are the keys of its type, checked and resolved: ``min``, ``max``,
    ``choices`` (name -> Choice), ``format``, ``to`` (entity name, or a tuple of
    names for ``any``), ``of`` and ``by`` (children), ``on_delete``
    (``protect`` | ``cascade`` | ``clear``), …. *types* are the sub-types that
    have the attribute, with those that extend them; empty means all.
    """

    name: str
    type: AttributeType
    options: Mapping[str, Any]
    label: Translated
    help: Translated | None = None
    types: frozenset[str] = frozenset()
    required: bool | Expression = False
    visible: bool | Expression = True
    readonly: bool | Expression = False  # literally true: only effects and plugins write it
    default: Value | None = None
    computed: Expression | None = None
    stored: bool = True  # has a column
    unique: bool = False
    where: Expression | None = None  # which records a reference offers; `record` is the referring one
    search: int = 0  # weight; 0 is not searched
    facet: bool = False
    index: bool = False  # wanted in an index of its own (lists sort or filter by it)
    sensitive: bool = False
    on_hide: str = "keep"  # keep | clear
    was: tuple[str, ...] = ()  # earlier names
    sparse: bool = False  # kept in the one JSONB column of sparse attributes
    system: bool = False  # id, number, type, state, version, owner, …
    place: Place = NOWHERE

    @property
    def target(self) -> str:
        """The entity type that a reference points at or that children are of; empty for others."""
        to = self.options.get("to") or self.options.get("of") or ""
        return to if isinstance(to, str) else ""

    def belongs_to(self, type_name: str | None) -> bool:
        """Whether records of the sub-type have this attribute."""
        return not self.types or type_name in self.types


@dataclass(frozen=True, slots=True, kw_only=True)
class SubType:
    """One sub-type; *lineage* is itself and all that it extends, nearest first."""

    name: str
    label: Translated
    extends: str = ""
    lineage: tuple[str, ...] = ()
    color: str = ""
    help: Translated | None = None
    abstract: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``valid`` must be true whenever ``when`` is (or there is none)."""

    name: str
    valid: Expression
    message: Translated
    when: Expression | None = None
    fields: tuple[str, ...] = ()
    severity: str = "error"  # error | warning | info
    types: frozenset[str] = frozenset()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueKey:
    """Values of *of* together occur once among records for which *when* holds and which are not deleted."""

    name: str
    of: tuple[str, ...]
    when: Expression | None = None
    message: Translated | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a transition, action or automation does.

    *kind* ``set``: *values* of the same record. ``create``: a record of
    *target* with *values*. ``emit``: the event *target* into the outbox.
    ``notify``: *target* (role, user expression) gets *values*["text"] (a Translated literal).
    ``call``: the plugin function *target* with *values* as arguments.
    """

    kind: str
    target: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of a lifecycle."""

    name: str
    label: Translated
    color: str = "secondary"
    final: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A move between states. *by*: roles that may; empty means whoever may update the record."""

    name: str
    label: Translated
    sources: tuple[str, ...]
    to: str
    when: Expression | None = None
    otherwise: Translated | None = None  # said when the condition is false
    by: tuple[str, ...] = ()
    ask: Mapping[str, Attribute] = field(default_factory=dict)
    do: tuple[Effect, ...] = ()
    confirm: Translated | None = None
    hidden: bool = False  # only plugins and processes take it; never offered
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """States and the moves between them; the first state is the initial one."""

    states: Mapping[str, State]
    transitions: Mapping[str, Transition]

    @property
    def initial(self) -> str:
        """The state of a new record."""
        return next(iter(self.states))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """An attribute on a form; each rule is narrower than the attribute's own and adds to it."""

    attribute: str
    label: Translated | None = None
    help: Translated | None = None
    visible: bool | Expression = True
    required: bool | Expression = False
    readonly: bool | Expression = False
    appearance: str = ""  # `as:` grid | cards | radio | …; empty: the widget of the type
    columns: tuple[str, ...] = ()  # of children shown as a grid
    width: int = 0  # of 12; 0: by the section's columns
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled group of fields. *tab* groups sections; empty: the first tab."""

    name: str
    label: Translated
    fields: tuple[FormField, ...]
    columns: int = 2
    visible: bool | Expression = True
    help: Translated | None = None
    tab: str = ""
    tab_label: Translated | None = None  # of a named tab, in all locales
    collapsed: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A layout. *modes* it serves (create, edit, view); *types* it is for; empty: all."""

    name: str
    label: Translated
    sections: tuple[Section, ...]
    modes: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A saved view. *sort*: (attribute, descending) pairs."""

    name: str
    label: Translated
    columns: tuple[str, ...]
    appearance: str = "table"  # table | board | calendar
    by: str = ""  # the attribute whose values are the board's columns
    filter: Expression | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    default: bool = False
    badge: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one role may do with one entity type; an expression is a row rule."""

    role: str
    read: bool | Expression = False
    create: bool | Expression = False
    update: bool | Expression = False
    delete: bool | Expression = False
    export: bool | Expression = False
    transitions: Mapping[str, bool | Expression] | None = None  # None: as `update`
    actions: Mapping[str, bool | Expression] | None = None
    hide: frozenset[str] = frozenset()
    mask: frozenset[str] = frozenset()
    unmask: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """When *event* happens to a record and *condition* holds, do the effects in the same transaction."""

    event: str  # created | updated | removed | transition name | changed:<attribute>
    condition: Expression | None = None
    do: tuple[Effect, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A named piece of plugin work on a record, with a small form before it."""

    name: str
    label: Translated
    call: str
    by: tuple[str, ...] = ()
    when: Expression | None = None
    ask: Mapping[str, Attribute] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """``CUS-{000000}``: a prefix, and how many digits the counter has at least.

    ``{year}`` in the prefix is the year of creation and starts the counter anew.
    """

    prefix: str
    digits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """One entity type with everything that metadata says about it.

    *attributes* hold system, own and sub-type attributes, in the order of
    forms; *order* names the computed ones in the order of their dependencies.
    """

    name: str
    module: str
    label: Translated
    plural: Translated
    icon: str
    number: NumberSeries | None
    title: Expression
    attributes: Mapping[str, Attribute]
    order: tuple[str, ...]
    help: Translated | None = None
    types: Mapping[str, SubType] = field(default_factory=dict)
    features: frozenset[str] = frozenset()  # `has:` comments, timeline
    rules: tuple[Rule, ...] = ()
    unique: tuple[UniqueKey, ...] = ()
    lifecycle: Lifecycle | None = None
    forms: Mapping[str, Form] = field(default_factory=dict)
    lists: Mapping[str, ListView] = field(default_factory=dict)
    access: Mapping[str, Grant] = field(default_factory=dict)
    automations: tuple[Automation, ...] = ()
    actions: Mapping[str, Action] = field(default_factory=dict)
    acyclic: Mapping[str, int] = field(default_factory=dict)  # self reference -> greatest depth (0: any)
    affects: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # attribute -> fields whose rules read it
    was: tuple[str, ...] = ()
    embedded: bool = False  # rows of a parent: no page or navigation entry of its own
    place: Place = NOWHERE

    def attributes_of(self, type_name: str | None) -> dict[str, Attribute]:
        """Return the attributes that records of a sub-type have."""
        return {n: a for n, a in self.attributes.items() if a.belongs_to(type_name)}

    @property
    def stored(self) -> dict[str, Attribute]:
        """The attributes that have a column."""
        return {n: a for n, a in self.attributes.items() if a.stored}


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A named set of rights. *all*: may do everything (the administrator)."""

    name: str
    label: Translated
    all: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A folder of metadata. *navigation*: entity types (or ``entity/list``) in menu order."""

    name: str
    label: Translated
    icon: str = "box"
    order: int = 100
    requires: tuple[str, ...] = ()
    navigation: tuple[str, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All metadata of an installation. *checksum* names this exact state of it.

    *provenance* maps a dotted key path (``customer.attributes.email.unique``)
    to the places that said it, the winning one last. *records* are in the order
    in which they can be loaded; *warnings* are what `check` tells besides errors.
    """

    checksum: str
    modules: Mapping[str, Module]
    entities: Mapping[str, EntityType]
    roles: Mapping[str, Role]
    locales: tuple[str, ...] = ("en",)
    provenance: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    records: tuple[RecordSet, ...] = ()
    warnings: tuple[Problem, ...] = ()
