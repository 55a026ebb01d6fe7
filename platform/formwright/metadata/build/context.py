"""What the passes over one entity type share: shapes, texts, and how to compile an expression."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from formwright.attributes import Catalogue, Invalid
from formwright.expressions import Expression, Kind, Registry, Scope, Type, compile_expression
from formwright.expressions.sql import unsupported
from formwright.expressions.sql.probe import Probe
from formwright.metadata.declarations import Given, Jexl, Name, Words
from formwright.metadata.model import Translated, Value
from formwright.metadata.nodes import Mapping as Tree
from formwright.metadata.nodes import Node, Scalar
from formwright.metadata.options import plain, words_of_name
from formwright.metadata.order import own_name
from formwright.metadata.shapes import Outline, Shape, Shapes
from formwright.metadata.texts import Path, Texts
from formwright.problems import Place, Problem, ProblemError, Problems, suggest

__all__ = ["BOOLEAN", "Surroundings", "Use", "Workpiece"]

BOOLEAN = Type(Kind.BOOLEAN)
USER = Type(Kind.RECORD, entity="$user")
ALWAYS = {"user": USER, "today": Type(Kind.DATE), "now": Type(Kind.DATETIME)}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all entity types are compiled against."""

    shapes: Mapping[str, Shape]
    parents: Mapping[str, tuple[str, ...]]  # embedded entity type -> entity types whose children it holds
    roles: frozenset[str]
    catalogue: Catalogue
    registry: Registry | None
    calls: Collection[str] | None  # plugin functions; None: not known here
    texts: Mapping[str, Texts]  # of all entity types, for choices that are borrowed
    probe: Probe  # asks whether a rule can be SQL
    sayable: set[object] = field(default_factory=set)  # rules that can: same text, same types, same answer


@dataclass(frozen=True, slots=True)
class Use:
    """One expression of an entity type: what it is (a dotted path), and the fields whose state it decides."""

    path: str
    expression: Expression
    fields: tuple[str, ...] = ()
    entity: str = ""  # the entity type whose attributes are its names


@dataclass(slots=True)
class Context:
    """A kind of place for expressions: the entity type whose attributes are names, and further names."""

    entity: str
    names: dict[str, Type]
    sql: str = ""  # "rows": conditions of queries; "own": conditions of partial indexes


@dataclass
class Workpiece:
    """One entity type while it is compiled."""

    name: str
    shape: Shape
    around: Surroundings
    texts: Texts
    problems: Problems = field(default_factory=Problems)
    uses: list[Use] = field(default_factory=list)
    asked: dict[str, dict[str, Type]] = field(default_factory=dict)

    @cached_property
    def shapes(self) -> Shapes:
        """The shapes, recording which were looked at."""
        return Shapes(self.around.shapes, self.asked)

    # -- expressions -------------------------------------------------------------

    @cached_property
    def here(self) -> Context:
        """Rules of the record: its attributes, `record`, `old`, `user`, `today`, `now`, `parent`."""
        record = Type(Kind.RECORD, entity=self.name)
        names = {**ALWAYS, "record": record, "old": record.maybe()}
        if self.shape.declared.embedded:
            parents = self.around.parents.get(self.name, ())
            names["parent"] = Type(Kind.RECORD, entity=parents[0] if len(parents) == 1 else "")
        return Context(self.name, names)

    @cached_property
    def rows(self) -> Context:
        """Conditions on rows: what SQL knows."""
        return Context(self.name, {**ALWAYS, "record": Type(Kind.RECORD, entity=self.name)}, sql="rows")

    @cached_property
    def index(self) -> Context:
        """Conditions of partial indexes: only the columns of the row."""
        return Context(self.name, {}, sql="own")

    def offered(self, target: str) -> Context:
        """Conditions on offered records: theirs are the names, `record` is the referring one."""
        return Context(target, {**ALWAYS, "record": Type(Kind.RECORD, entity=self.name)}, sql="rows")

    def asking(self, path: str, outlines: Iterable[Outline]) -> Context:
        """Rules that see what is asked, as `params`."""
        entity = f"$params.{self.name}.{path}"
        self.asked[entity] = {outline.name: outline.value for outline in outlines}
        self.shapes._extra[entity] = self.asked[entity]  # noqa: SLF001 (the shapes were made for this workpiece)
        return Context(self.name, {**self.here.names, "params": Type(Kind.RECORD, entity=entity)})

    def expression(
        self,
        jexl: Jexl | None,
        path: str,
        context: Context | None = None,
        *,
        expects: Type | None = BOOLEAN,
        fields: tuple[str, ...] = (),
    ) -> Expression | None:
        """Return the compiled expression; None when there is none, or its problems were noted."""
        if jexl is None:
            return None
        context = context or self.here
        scope = Scope(self.shapes, context.entity, context.names)
        place = jexl.scalar.text_place.shifted(jexl.skip)
        try:
            found = compile_expression(
                jexl.text, scope, place=place, expects=expects, registry=self.around.registry
            )
        except ProblemError as error:
            self.problems.extend(located(problem, jexl, place) for problem in error.problems)
            return None
        if context.sql:
            self._check_sql(found, jexl, context)
        self.uses.append(Use(path, found, fields, context.entity))
        return found

    def _check_sql(self, found: Expression, jexl: Jexl, context: Context) -> None:
        """Note what SQL cannot say, and attributes that are in no column."""
        key = (found.text, context.sql, frozenset(context.names), tuple(found.types.values()))
        if key not in self.around.sayable:
            wrong = unsupported(found, own=context.sql == "own", source=self.around.probe)
            self.problems.extend(located(problem, jexl, found.place) for problem in wrong)
            if not wrong:
                self.around.sayable.add(key)
        shape = self.shapes.get(context.entity)
        for name in sorted({own_name(path) for path in found.dependencies}):
            outline = shape.outlines.get(name) if shape else None
            if outline and outline.declared and outline.declared.stored is False:
                sentence = f"`{name}` is computed and not stored, so records cannot be selected by it."
                self.problems.add("no-column", sentence, found.place, "remove `stored: false`")

    def flag(
        self, value: bool | Jexl | None, default: bool, path: str, context: Context | None = None, **more: Any
    ) -> bool | Expression:
        """Return a truth value or the expression that gives one."""
        if isinstance(value, Jexl):
            found = self.expression(value, path, context, **more)
            return default if found is None else found
        return default if value is None else value

    # -- values --------------------------------------------------------------------

    def value(
        self, given: Given, outline: Outline, path: str, context: Context | None = None
    ) -> Value | None:
        """Return what is given for an attribute: a checked canonical literal, or an expression."""
        if given.jexl is not None:
            found = self.expression(given.jexl, path, context, expects=outline.value.maybe())
            return Value(expression=found) if found else None
        if outline.kind is None:
            return None
        try:
            literal = parsed(given.node, outline)
            wrong = list(outline.kind.check(literal, outline.options)) if literal is not None else []
        except Invalid as error:
            wrong = [error]
        for invalid in wrong:
            sentence = f"`{outline.name}` does not take this value: {invalid.sentence}"
            hint = _expression_hint(given.node, context or self.here, self) or invalid.hint
            self.problems.add("bad-value", sentence, given.node.place, hint)
        return None if wrong else Value(literal=literal)

    # -- names -----------------------------------------------------------------------

    def attribute(self, name: Name, entity: str = "", *, what: str = "attribute") -> Outline | None:
        """Return the outline of the attribute called *name*; note when there is none."""
        entity = entity or self.name
        shape = self.shapes.get(entity)
        outline = shape.outlines.get(str(name)) if shape else None
        if shape is not None and outline is None:
            sentence = f"Entity type `{entity}` has no {what} `{name[:60]}`."
            self.problems.add("unknown-attribute", sentence, name.place, suggest(name, shape.outlines))
        return outline

    def column(self, name: Name, entity: str) -> Outline | None:
        """Return the outline of what a column shows: an attribute, or `title`, the title of the record."""
        shape = self.shapes.get(entity)
        if name == "title" and shape is not None and "title" not in shape.outlines:
            return shape.outlines["id"]  # any that exists: a title is made of what the reader may see
        return self.attribute(name, entity, what="column")

    def attributes(self, names: Iterable[Name] | None) -> tuple[str, ...]:
        """Return those of *names* that are attributes, each once; note the others."""
        found = [str(name) for name in names or () if self.attribute(name)]
        return tuple(dict.fromkeys(found))

    def known(self, name: Name, known: Iterable[str], code: str, what: str) -> bool:
        """Return whether *name* is among *known*; note with *code* when it is not."""
        names = list(known)
        if name in names:
            return True
        self.problems.add(code, f"There is no {what} `{name[:60]}`.", name.place, suggest(name, names))
        return False

    def entity(self, name: Name) -> bool:
        """Return whether there is such an entity type; note when there is not."""
        self.shapes.consulted.add(str(name))
        return self.known(name, self.around.shapes, "unknown-entity", "entity type")

    def roles(self, names: Iterable[Name] | None) -> tuple[str, ...]:
        """Return those of *names* that are roles; note the others."""
        return tuple(str(n) for n in names or () if self.known(n, self.around.roles, "unknown-role", "role"))

    def sub_types(self, names: Iterable[Name] | None) -> frozenset[str]:
        """Return the sub-types in *names* with those that extend them; note names that are none."""
        lines = self.shape.lineages
        known = [str(n) for n in names or () if self.known(n, lines, "unknown-type", "sub-type")]
        return frozenset(other for other, line in lines.items() if set(line) & set(known))

    def call(self, name: str, place: Place) -> None:
        """Note when no plugin has the function *name*."""
        calls = self.around.calls
        if calls is not None and name not in calls:
            sentence = f"No plugin has a function `{name[:60]}`."
            self.problems.add("unknown-call", sentence, place, suggest(name, calls))

    # -- texts -------------------------------------------------------------------------

    def label(self, path: Path, words: Words | None, name: str) -> Translated:
        """Return a text for people; by default *name* in words."""
        return self.texts.translated(path, words.texts if words else {"": words_of_name(name)})

    def text(self, path: Path, words: Words | None) -> Translated | None:
        """Return a text for people, None when no file says it."""
        found = self.texts.translated(path, words.texts if words else {})
        return found if found.texts else None


def located(problem: Problem, jexl: Jexl, start: Place) -> Problem:
    """Return *problem* at the place of its character in the file, whatever style the scalar is written in."""
    lines = jexl.text.split("\n")
    line = problem.place.line - start.line
    column = problem.place.column - (start.column if line <= 0 else 1)
    offset = sum(len(each) + 1 for each in lines[: max(line, 0)]) + column
    return replace(problem, place=jexl.scalar.locate(jexl.skip + max(offset, 0)))


def parsed(node: Node, outline: Outline) -> Any:
    """Return the canonical value of a literal: a text as written, else what JSON would give."""
    kind = outline.kind
    if kind is None:
        return None
    if not isinstance(node, Scalar) or node.is_null:
        raw = plain(node)
        return None if raw is None else kind.parse(_texts(node) if kind.multiple else raw, outline.options)
    if kind.kind == "text" or isinstance(node.value, float):
        try:
            return kind.parse(node.text, outline.options)
        except Invalid:
            if kind.kind == "text":
                raise
    return kind.parse(node.value, outline.options)


def _texts(node: Node) -> Any:
    items = getattr(node, "items", None)
    if isinstance(items, list) and all(isinstance(item, Scalar) for item in items):
        return [item.text for item in items]
    return plain(node)


def _expression_hint(node: Node, context: Context, piece: Workpiece) -> str:
    """Return the hint that an expression needs `=`, when the text reads like one."""
    text = node.text if isinstance(node, Scalar) else ""
    first = text.split(".")[0].split("|")[0].split("(")[0].strip()
    known = first in context.names or first in piece.shape.outlines
    return f"an expression begins with `=`: `= {text[:60]}`" if known or "|" in text else ""


def entries(tree: Tree | None) -> dict[str, Node]:
    """Return the values of a mapping by key; nothing for None."""
    return dict(tree.items()) if tree else {}
