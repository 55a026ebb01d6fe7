"""Check a tree against a scope: every node gets a type, every mistake a problem with its column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from formwright.expressions import calls, operators
from formwright.expressions.grammar import RESERVED
from formwright.expressions.kinds import ANY, BOOLEAN, INTEGER, TEXT, common, described, join
from formwright.expressions.limits import FILTER_DEPTH
from formwright.expressions.nodes import (
    Binary,
    Call,
    Conditional,
    Filter,
    Index,
    ListLiteral,
    Literal,
    Member,
    Name,
    Node,
    ObjectLiteral,
    Transform,
    Unary,
)
from formwright.expressions.presence import present_when
from formwright.expressions.registry import Registry
from formwright.expressions.reports import Report
from formwright.expressions.results import expect
from formwright.expressions.types import Kind, Scope, Type
from formwright.problems import suggest

__all__ = ["Checked", "Checker", "check"]

USER_FIELDS: Mapping[str, Type] = {
    "id": TEXT,
    "login": TEXT,
    "name": TEXT,
    "roles": Type(Kind.LIST, of=TEXT),
    "teams": Type(Kind.LIST, of=TEXT),
    "locale": TEXT,
}
UNKNOWN = ANY.maybe()


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a tree found: the type of its root, of every node, and its questions to records."""

    type: Type
    types: Mapping[int, Type]
    queries: tuple[Call, ...]


def check(node: Node, scope: Scope, registry: Registry, report: Report, expects: Type | None) -> Checked:
    """Return the types of *node* and all nodes below, noting what is wrong in *report*."""
    checker = Checker(scope, registry, report, scope.visible())
    found = checker.of(node)
    if expects is not None:
        if expects.kind is Kind.BOOLEAN:
            checker.truthy(node)
        else:
            expect(checker, node, expects)
    return Checked(found, checker.types, tuple(checker.queries))


@dataclass(slots=True)
class Checker:
    """One pass over a tree.

    *elements* are the element types of the filters around the current node,
    *present* what conditions around it say is not missing.
    """

    scope: Scope
    registry: Registry
    report: Report
    names: Mapping[str, Type]
    types: dict[int, Type] = field(default_factory=dict)
    elements: list[Type] = field(default_factory=list)
    queries: list[Call] = field(default_factory=list)
    present: frozenset[Node] = frozenset()

    def flag(self, code: str, node: Node | int, sentence: str, hint: str = "") -> Type:
        """Note a problem at *node* or an offset; return the type that makes no further ones."""
        self.report.flag(code, node if isinstance(node, int) else node.start, sentence, hint)
        return UNKNOWN

    def of(self, node: Node) -> Type:
        """Return the type of *node*, after checking it and what is below it."""
        found = self._checks[type(node)](self, node)
        if found.optional and self.present and isinstance(node, (Name, Member)) and node in self.present:
            found = found.surely()
        self.types[id(node)] = found
        return found

    def _not(self, node: Unary) -> Type:
        self.condition(node.operand)
        return BOOLEAN

    def _list(self, node: ListLiteral) -> Type:
        return Type(Kind.LIST, of=common([self.of(item) for item in node.items]) if node.items else None)

    def _object(self, node: ObjectLiteral) -> Type:
        for name, value in node.pairs:
            self.plain_name(name, value)
            self.of(value)
        return Type(Kind.OBJECT)

    # -- names and what they hold ----------------------------------------------

    def fields(self, record: Type) -> Mapping[str, Type]:
        """Return the attributes of a record type; empty when it is not known."""
        known = self.scope.schema.fields(record.entity) if record.entity else {}
        return dict(USER_FIELDS) | dict(known) if record.entity == "$user" else known

    def plain_name(self, name: str, where: Node | int) -> bool:
        """Flag names that belong to the host language; tell whether *name* is fine."""
        if name in RESERVED or name.startswith(("_", "$")):
            self.flag("reserved-name", where, f"`{name}` is no name of the metadata language.")
            return False
        return True

    def _name(self, node: Name) -> Type:
        if node.relative:
            if not self.elements:
                return self.flag(
                    "relative-outside-filter", node, f"`.{node.name}` has a meaning inside a filter only."
                )
            return self.attribute(self.elements[-1], node.name, node.end - len(node.name))
        if node.name in self.names:
            return self.names[node.name]
        if not self.plain_name(node.name, node):
            return UNKNOWN
        hint = suggest(node.name, self.names)
        if self.elements and node.name in self.fields(self.elements[-1]):
            hint = f"write `.{node.name}` for the attribute of the element"
        of_what = f", and `{self.scope.entity}` does not declare it" if self.scope.entity else ""
        return self.flag("unknown-name", node, f"The name `{node.name}` is not known here{of_what}.", hint)

    def _member(self, node: Member) -> Type:
        subject = self.of(node.subject)
        found = self.attribute(subject, node.name, node.end - len(node.name))
        return found.maybe() if subject.optional else found

    def attribute(self, subject: Type, name: str, offset: int) -> Type:
        """Return the type of attribute *name* of a value of type *subject*."""
        if not self.plain_name(name, offset):
            return UNKNOWN
        match subject.kind:
            case Kind.RECORD:
                return self._attribute_of_record(subject, name, offset)
            case Kind.OBJECT | Kind.ANY:
                return UNKNOWN
            case Kind.LIST:
                return self.flag(
                    "attribute-of-list",
                    offset,
                    f"`{name}` is read from a list.",
                    f"use `…[0].{name}` for the first element, or `…|map('{name}')` for all",
                )
            case kind:
                hint = "write `|length`" if name == "length" else "remove it"
                return self.flag(
                    "attribute-of-scalar", offset, f"`{name}` is read from {described(kind)}.", hint
                )

    def _attribute_of_record(self, subject: Type, name: str, offset: int) -> Type:
        known = self.fields(subject)
        if name in known:
            return known[name]
        if name == "id":
            return TEXT
        if not known:
            return UNKNOWN
        return self.flag(
            "unknown-attribute",
            offset,
            f"Entity type `{subject.entity}` does not declare `{name}`.",
            suggest(name, known),
        )

    def _index(self, node: Index) -> Type:
        subject, key = self.of(node.subject), self.of(node.key)
        literal = node.key.value if isinstance(node.key, Literal) else None
        if subject.kind in (Kind.RECORD, Kind.OBJECT, Kind.ANY) and isinstance(literal, str):
            found = self.attribute(subject, literal, node.key.start)
            return found.maybe() if subject.optional else found
        if subject.kind in (Kind.OBJECT, Kind.ANY) and key.kind in (Kind.TEXT, Kind.INTEGER, Kind.ANY):
            return UNKNOWN
        if subject.kind is not Kind.LIST:
            return self.flag(
                "index-needs-list",
                node.key,
                f"Brackets with a position follow a list, not {described(subject)}.",
            )
        if key.kind not in (Kind.INTEGER, Kind.ANY):
            return self.flag(
                "index-not-a-number",
                node.key,
                f"The position in a list is an integer, not {described(key)}.",
                "write `[.name == …]` to filter",
            )
        if isinstance(literal, int) and literal < 0:
            self.flag(
                "negative-index", node.key, "Positions count from 0.", "use `|last` for the last element"
            )
        return (subject.of or ANY).maybe()

    def _filter(self, node: Filter) -> Type:
        subject = self.of(node.subject)
        element = subject.of or ANY if subject.kind is Kind.LIST else ANY
        if subject.kind not in (Kind.LIST, Kind.ANY):
            self.flag(
                "filter-needs-list", node, f"A filter follows a list of records, not {described(subject)}."
            )
        elif element.kind not in (Kind.RECORD, Kind.OBJECT, Kind.ANY):
            self.flag(
                "filter-needs-list",
                node,
                f"A filter follows a list of records; each element here is {described(element)}.",
            )
            element = ANY
        if len(self.elements) >= FILTER_DEPTH:
            self.flag("filters-too-deep", node, f"Filters stand at most {FILTER_DEPTH} deep in each other.")
        # A relative name means another element inside, so nothing is known of it.
        before, self.present = self.present, frozenset()
        self.elements.append(element)
        self.condition(node.condition)
        self.elements.pop()
        self.present = before
        return subject.surely() if subject.kind is Kind.LIST else Type(Kind.LIST)

    def of_when(self, node: Node, condition: Node, holds: bool) -> Type:
        """Return the type of *node* where *condition* holds, or does not, and so some values are present."""
        before, self.present = self.present, self.present | present_when(condition, holds)
        found = self.of(node)
        self.present = before
        return found

    # -- conditions -----------------------------------------------------------------

    def condition(self, node: Node) -> None:
        """Check *node* as something that decides."""
        self.of(node)
        self.truthy(node)

    def truthy(self, node: Node) -> None:
        """Flag a list or object in the place of a condition: it would always be true."""
        match node:
            case Binary(operator="&&" | "||", right=right):
                self.truthy(right)
            case Conditional(then=then, otherwise=otherwise):
                if then is not None:
                    self.truthy(then)
                self.truthy(otherwise)
            case _:
                kind = self.types[id(node)].kind
                if kind in (Kind.LIST, Kind.OBJECT):
                    hint = "add `|length > 0`" if kind is Kind.LIST else "use `!empty(…)`"
                    sentence = f"As a condition {described(kind)} is always true, even an empty one."
                    self.flag("list-as-condition", node, sentence, hint)

    def _conditional(self, node: Conditional) -> Type:
        self.condition(node.test)
        test = self.types[id(node.test)]
        then = test.surely() if node.then is None else self.of_when(node.then, node.test, holds=True)
        return join(then, self.of_when(node.otherwise, node.test, holds=False))

    _checks: ClassVar[Mapping[type[Node], Callable[[Checker, Any], Type]]] = {
        Binary: operators.binary,
        Call: calls.call,
        Conditional: _conditional,
        Filter: _filter,
        Index: _index,
        ListLiteral: _list,
        Literal: lambda _, node: literal_type(node),
        Member: _member,
        Name: _name,
        ObjectLiteral: _object,
        Transform: calls.transform,
        Unary: _not,
    }


def literal_type(node: Literal) -> Type:
    """Return the type of a literal; a text literal is its own only choice."""
    match node.value:
        case None:
            return Type(Kind.NULL, optional=True)
        case bool():
            return BOOLEAN
        case str(text):
            return Type(Kind.TEXT, False, (text,))
        case _:
            return INTEGER if node.text.lstrip("-").isdigit() else Type(Kind.DECIMAL)
