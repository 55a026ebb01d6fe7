"""Pass four: what each entity type has, before any expression is read. Answers the expression checker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from formwright.attributes import AttributeType, Catalogue
from formwright.expressions.types import Kind, Type
from formwright.metadata.declarations import REFINING_KEYS, AttributeDeclaration, EntityDeclaration, Name
from formwright.metadata.model import Choice, Translated
from formwright.metadata.names import REFINABLE, SYSTEM, check_name
from formwright.metadata.options import options_of, plain, unknown_type, words_of_name
from formwright.metadata.subtypes import descendants, lineages
from formwright.metadata.system import system_types
from formwright.problems import Problem, Problems, suggest

__all__ = ["Outline", "Shape", "Shapes", "outline", "shape_of"]

MOST_ATTRIBUTES = 1500  # PostgreSQL has 1,600 columns at most; parked ones count
ALWAYS = ("id", "version", "created_at", "updated_at")
UNKNOWN = Type(Kind.ANY, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One attribute before its expressions: *kind* is None when its type is unknown."""

    name: str
    declared: AttributeDeclaration | None
    kind: AttributeType | None
    options: dict[str, Any] = field(compare=False)
    types: frozenset[str] = frozenset()
    lender: tuple[str, str] = ("", "")  # entity type and attribute whose choices it has
    system: bool = False
    value: Type = UNKNOWN

    @property
    def targets(self) -> tuple[str, ...]:
        """The entity types it points at or has children of."""
        to = self.options.get("to") or self.options.get("of") or ()
        return (to,) if isinstance(to, str) else tuple(to)


@dataclass(slots=True, kw_only=True)
class Shape:
    """One entity type: its attributes, sub-types and states by name."""

    entity: str
    declared: EntityDeclaration
    outlines: dict[str, Outline]
    lineages: dict[str, tuple[str, ...]]
    states: tuple[str, ...]
    problems: Problems
    fields: dict[str, Type] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Derive what expressions may read."""
        self.fields = {name: outline.value for name, outline in self.outlines.items()}

    def looks_like(self, other: Shape) -> bool:
        """Whether whoever depends on this shape may keep what it made of the *other*."""
        mine, theirs = self.outlines, other.outlines
        return (
            self.fields == other.fields
            and self.states == other.states
            and self.lineages == other.lineages
            and all(
                a.kind is b.kind and a.targets == b.targets and a.types == b.types and a.options == b.options
                for a, b in zip(mine.values(), theirs.values(), strict=True)
            )
        )


class Shapes:
    """All shapes, as a ``formwright.expressions.Schema``; *consulted* names those that were looked at."""

    def __init__(
        self, shapes: Mapping[str, Shape], extra: Mapping[str, Mapping[str, Type]] | None = None
    ) -> None:
        """Answer for *shapes*, and for the pseudo entity types in *extra* (what transitions ask)."""
        self._shapes = shapes
        self._extra = dict(extra or {})
        self.consulted: set[str] = set()

    def fields(self, entity: str) -> Mapping[str, Type]:
        """Return name -> type of what an expression may read on a record of *entity*."""
        if entity in self._extra:
            return self._extra[entity]
        self.consulted.add(entity)
        shape = self._shapes.get(entity)
        return shape.fields if shape else {}

    def entities(self) -> Mapping[str, object]:
        """Return the known entity types by name."""
        return self._shapes

    def get(self, entity: str) -> Shape | None:
        """Return the shape of *entity*, None when there is no such entity type."""
        self.consulted.add(entity)
        return self._shapes.get(entity)


def shape_of(name: str, declared: EntityDeclaration, catalogue: Catalogue) -> Shape:
    """Return the shape of an entity type, with the problems of its names and attribute types."""
    problems = Problems()
    lines = lineages(declared, problems)
    states = tuple(str(state) for state in (declared.lifecycle.states or {})) if declared.lifecycle else ()
    outlines = _system(declared, catalogue, lines, states, problems)
    _own(name, declared, catalogue, outlines, problems)
    for sub_type, sub in (declared.types or {}).items():
        having = frozenset(descendants(sub_type, lines))
        for attribute, written in (sub.attributes or {}).items():
            _of_sub_type(attribute, written, having, catalogue=catalogue, into=outlines, problems=problems)
    if len(outlines) > MOST_ATTRIBUTES:
        sentence = (
            f"Entity type `{name}` has {len(outlines):,} attributes; {MOST_ATTRIBUTES:,} fit into one table."
        )
        problems.add(
            "too-many-attributes", sentence, declared.place_of("attributes"), "make some of them children"
        )
    return Shape(
        entity=name, declared=declared, outlines=outlines, lineages=lines, states=states, problems=problems
    )


def _own(
    entity: str,
    declared: EntityDeclaration,
    catalogue: Catalogue,
    into: dict[str, Outline],
    problems: Problems,
) -> None:
    for attribute, written in (declared.attributes or {}).items():
        if attribute in REFINABLE:
            continue
        if attribute == "parent" and declared.embedded:
            hint = f"say more: `parent_{entity}`"
            sentence = "`parent` cannot name an attribute here: it is the parent of an embedded record."
            problems.add("reserved-name", sentence, attribute.place, hint)
        if check_name(attribute.scalar, "attribute", problems):
            into[str(attribute)] = outline(attribute, written, catalogue, problems)


def _of_sub_type(
    attribute: Name,
    written: AttributeDeclaration,
    having: frozenset[str],
    *,
    catalogue: Catalogue,
    into: dict[str, Outline],
    problems: Problems,
) -> None:
    """Add an attribute of a sub-type; the same attribute in several is one when declared equally."""
    if not check_name(attribute.scalar, "attribute", problems):
        return
    found = outline(attribute, written, catalogue, problems, having)
    other = into.get(str(attribute))
    if other is None:
        into[str(attribute)] = found
        return
    place = other.declared.place if other.declared else written.place
    if not other.types:
        sentence = f"Every record has the attribute `{attribute}` already."
        problems.extend([Problem("duplicate-attribute", sentence, attribute.place, related=(place,))])
    elif other.declared is None or not same(other.declared, written):
        sentence = f"Two sub-types declare `{attribute}` differently; it is one column."
        hint = "declare it equally, or give one of them another name"
        problems.extend([Problem("different-attribute", sentence, attribute.place, hint, related=(place,))])
    else:
        into[str(attribute)] = outline(attribute, other.declared, catalogue, Problems(), other.types | having)


def same(one: AttributeDeclaration, other: AttributeDeclaration) -> bool:
    """Return whether two declarations say the same, wherever they stand."""
    return bool(plain(one.node) == plain(other.node))


def outline(
    name: Name,
    declared: AttributeDeclaration,
    catalogue: Catalogue,
    problems: Problems,
    types: frozenset[str] = frozenset(),
) -> Outline:
    """Return the outline of a declared attribute."""
    if declared.type is None:
        if "type" not in declared.node.entries:
            hint = "write `type: text`, or the short form `name: text`"
            problems.add("missing-key", f"Attribute `{name}` needs the key `type`.", declared.place, hint)
        return Outline(name=str(name), declared=declared, kind=None, options={}, types=types)
    kind = catalogue.find(declared.type)
    if kind is None:
        unknown_type(declared, catalogue.names(), problems)
        return Outline(name=str(name), declared=declared, kind=None, options={}, types=types)
    options = options_of(name, declared, kind, problems)
    value = value_type(kind, options, optional=declared.required is not True or bool(types))
    return Outline(name=str(name), declared=declared, kind=kind, options=options, types=types, value=value)


def value_type(kind: AttributeType, options: Mapping[str, Any], *, optional: bool) -> Type:
    """Return the type that expressions see."""
    to = options.get("to") or options.get("of") or ""
    if isinstance(to, tuple):
        return Type(Kind.RECORD, optional)  # of no known entity type: `id` and `entity` are there
    found = Kind(kind.kind)
    if found is Kind.LIST:
        element = Type(Kind.RECORD, entity=to) if to else Type(Kind.TEXT, choices=kind.choices(options))
        return Type(Kind.LIST, optional, of=element)
    if found is Kind.RECORD:
        return Type(Kind.RECORD, optional, entity="$user" if kind.name == "user" else to)
    return Type(found, optional, choices=kind.choices(options) if found is Kind.TEXT else ())


def _system(
    declared: EntityDeclaration,
    catalogue: Catalogue,
    lines: Mapping[str, tuple[str, ...]],
    states: Iterable[str],
    problems: Problems,
) -> dict[str, Outline]:
    """Return the system attributes, refined by what `attributes` says about them."""
    types = [name for name in lines if not _is_abstract(declared, name)]
    given = declared.attributes or {}
    refined = {str(name): written for name, written in given.items() if name in REFINABLE}
    for name, each in refined.items():
        _check_refinement(name, each, problems)
    outlines = {}
    for name, (kind, options) in system_types(catalogue, _choices(types), _choices(states)).items():
        written = refined.get(name)
        always = (
            name in ALWAYS or (name == "state" and bool(tuple(states))) or (name == "type" and bool(types))
        )
        optional = not always and not (written is not None and written.required is True)
        value = value_type(kind, options, optional=optional)
        outlines[name] = Outline(
            name=name, declared=written, kind=kind, options=options, system=True, value=value
        )
    return outlines


def _is_abstract(declared: EntityDeclaration, name: str) -> bool:
    sub = next((sub for other, sub in (declared.types or {}).items() if other == name), None)
    return bool(sub and sub.abstract)


def _choices(names: Iterable[str]) -> list[Choice]:
    return [Choice(name, Translated({"": words_of_name(name)})) for name in names]


def _check_refinement(name: str, written: AttributeDeclaration, problems: Problems) -> None:
    for key, entry in written.node.entries.items():
        if key not in REFINING_KEYS:
            sentence = f"`{key}` of the system attribute `{name}` is fixed."
            hint = suggest(key, REFINING_KEYS) or "refine " + ", ".join(f"`{k}`" for k in REFINING_KEYS)
            problems.add("fixed-attribute", sentence, entry.key.place, hint)


assert set(REFINABLE) <= set(SYSTEM)  # noqa: S101 (a fact about two tables, checked where they meet)
