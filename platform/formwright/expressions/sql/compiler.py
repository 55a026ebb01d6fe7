"""Compile a checked tree to SQLAlchemy expressions, in polarity form.

``condition(node, True)`` is TRUE exactly when the node is true and
``condition(node, False)`` is TRUE exactly when it is not; otherwise either may
be FALSE or NULL. `!` only changes the side, so three-valued logic cannot leak.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Text, and_, case, false, literal_column, or_, true

from formwright.expressions import equality
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
    Transform,
    Unary,
)
from formwright.expressions.sql import branches
from formwright.expressions.sql.calculating import calculate, reason
from formwright.expressions.sql.calling import Calling
from formwright.expressions.sql.collections import truthy
from formwright.expressions.sql.comparing import MIRRORED, Condition, equal, ordered, sides, unequal
from formwright.expressions.sql.constants import Constants
from formwright.expressions.sql.literals import Literals, sql_type, storable
from formwright.expressions.sql.membership import member
from formwright.expressions.sql.operands import Constant, Items, Operand, Record, Rows, Value
from formwright.expressions.sql.records import NotInSql, Records
from formwright.expressions.types import Kind, Type

__all__ = ["TOO_LARGE", "Compiler"]

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
BOOLEAN = Type(Kind.BOOLEAN)
UNKNOWN = Type(Kind.ANY, optional=True)
NOTHING: ColumnElement[Any] = literal_column("NULL")
VISITS = 10_000
TOO_LARGE = ("it would become too large", "split it, for example into computed attributes")
# `count > 0` and what means the same: whether it asks for a row or for none.
ASKS_FOR_ROWS = {
    (">", 0): True,
    (">=", 1): True,
    ("!=", 0): True,
    ("==", 0): False,
    ("<", 1): False,
    ("<=", 0): False,
}

Result = TypeVar("Result")


@dataclass(slots=True)
class Compiler:
    """Compiles one tree for one row. *failures* are the nodes without SQL meaning, with why and a hint."""

    types: Mapping[int, Type]
    constants: Constants
    records: Records
    literals: Literals
    root: Record
    failures: list[tuple[Node, NotInSql]] = field(default_factory=list)
    _elements: list[Record] = field(default_factory=list)
    _visits: int = 0

    def type_of(self, node: Node) -> Type:
        """Return the type of *node*."""
        return self.types.get(id(node), UNKNOWN)

    def fail(self, node: Node, why: NotInSql) -> None:
        """Note that *node* has no SQL meaning, unless a part of it has none."""
        if self.failures and self._visits > VISITS:
            return
        if not any(node.start <= other.start and other.end <= node.end for other, _ in self.failures):
            self.failures.append((node, why))

    @contextmanager
    def element(self, rows: Rows) -> Iterator[Record]:
        """Let relative names read from each of *rows*."""
        record = self.records.row(rows.entity, rows.source)
        self._elements.append(record)
        yield record
        self._elements.pop()

    # -- conditions -----------------------------------------------------------

    def condition(self, node: Node, holds: bool) -> Condition:
        """Return what is TRUE exactly when *node* is true, or with *holds* false, when it is not."""
        try:
            self._visit(node)
            return self._condition(node, holds)
        except NotInSql as why:
            self.fail(node, why)
            return true()

    def _visit(self, node: Node) -> None:
        self._visits += 1
        if self.constants.is_forbidden(node):
            why = "a check or an index cannot depend on what changes by itself"
            raise NotInSql(why, "make it a rule, or a filter")
        if self._visits > VISITS:
            raise NotInSql(*TOO_LARGE)

    def _condition(self, node: Node, holds: bool) -> Condition:
        if self.constants.is_constant(node):
            value, known = self.constants.value(node)
            self._storable(value)
            return true() if not known or equality.truth(value) is holds else false()
        match node:
            case Unary(operand=operand):
                return self.condition(operand, not holds)
            case Binary(operator="&&" | "||" as operator, left=left, right=right):
                return self._logic(operator == "&&", left, right, holds)
            case Conditional(test=test, then=None, otherwise=otherwise):
                return self._logic(False, test, otherwise, holds)
            case Conditional(then=Node()) if (taken := self.constants.taken(node)) is not None:
                return self.condition(taken, holds)
            case Conditional(test=test, then=Node() as then, otherwise=otherwise):
                branch = (self.condition(test, True), self.condition(then, holds))
                return case(branch, else_=self.condition(otherwise, holds))
            case Binary(operator=operator) if operator in COMPARISONS:
                return self._comparison(node, holds)
        return self._truthy(self.operand(node), holds)

    def _logic(self, both: bool, left: Node, right: Node, holds: bool) -> Condition:
        sides = self.condition(left, holds), self.condition(right, holds)
        return and_(*sides) if both is holds else or_(*sides)

    def _truthy(self, operand: Operand, holds: bool) -> Condition:
        match operand:
            case Value():
                return truthy(operand, holds)
            case Record(id=identity):
                return identity.sql.is_not(None) if holds else identity.sql.is_(None)
            case _:
                return true() if holds else false()

    def _comparison(self, node: Binary, holds: bool) -> Condition:
        left, right = self.comparable(node.left), self.comparable(node.right)
        if node.operator == "in":
            return member(left, right, self.literals, holds)
        if isinstance(left, Constant) and isinstance(right, Constant):
            raise NotInSql("both sides are fixed")
        left, right = self._array(left, right), self._array(right, left)
        one, other, exchanged = sides(left, right)
        operator = MIRRORED[node.operator] if exchanged else node.operator
        some = ASKS_FOR_ROWS.get((operator, _whole(other))) if one.rows is not None else None
        if one.rows is not None and some is not None:
            return one.rows.exist() if some is holds else ~one.rows.exist()
        if operator in ("==", "!="):
            return (equal if (operator == "==") is holds else unequal)(one, other, self.literals)
        return ordered(operator, one, other, self.literals, holds)

    def _array(self, operand: Operand, beside: Operand) -> Operand:
        """Return a list literal beside an array as one."""
        if not isinstance(operand, Items) or not isinstance(beside, Value):
            return operand
        if not all(isinstance(item, Constant) and type(item.value) is str for item in operand.items):
            return operand
        values = [item.value for item in operand.items if isinstance(item, Constant)]
        return Value(self.literals.array(values, Text()), beside.type, nullable=False)

    def comparable(self, node: Node) -> Operand:
        """Return *node* as something that compares: records by their id."""
        found = self.operand(node)
        if isinstance(found, Record):
            return found.id
        if isinstance(found, Value) and found.type.kind in (Kind.ANY, Kind.OBJECT) and not self.failures:
            raise NotInSql("its kind of value is not known")
        return found

    # -- values ---------------------------------------------------------------

    def operand(self, node: Node) -> Operand:
        """Return the value of *node*."""
        try:
            self._visit(node)
            if self.constants.is_constant(node):
                return self._constant(node)
            return self._operand(node)
        except NotInSql as why:
            self.fail(node, why)
            return Value(NOTHING, UNKNOWN)

    def _constant(self, node: Node) -> Constant:
        value, known = self.constants.value(node)
        self._storable(value)
        return Constant(value, self.type_of(node), node if isinstance(node, Literal) else None, known)

    def _storable(self, value: Any) -> None:
        if not storable(value):
            raise NotInSql("PostgreSQL stores no text with a zero character or half a surrogate pair")

    def _operand(self, node: Node) -> Operand:
        match node:
            case Name(name=name, relative=True):
                return self.records.attribute(self._elements[-1], name)
            case Name(name=name):
                return self.root if self.constants.is_row(name) else self.records.attribute(self.root, name)
            case Member(subject=subject, name=name):
                return self._attribute(self.operand(subject), name)
            case Filter(subject=subject, condition=condition):
                rows = self.rows(self.operand(subject))
                with self.element(rows):
                    return rows.where(self.condition(condition, True))
            case Index(subject=subject, key=key):
                return self._index(subject, key)
            case Binary(operator="&&" | "||") | Conditional():
                return branches.chosen(self, node)
            case Unary() | Binary(operator="==" | "!=" | "<" | "<=" | ">" | ">=" | "in"):
                return Value(self.condition(node, True).is_(True), BOOLEAN, nullable=False)
            case Binary():
                return self._arithmetic(node)
            case Call() | Transform():
                return Calling(self).call(node)
            case ListLiteral(items=items):
                return Items(tuple(self.comparable(item) for item in items))
            case _:
                raise NotInSql("SQL has no objects")

    def plain(self, operand: Operand) -> ColumnElement[Any]:
        """Return a value of any kind as SQL."""
        match operand:
            case Value():
                return operand.sql
            case Constant(value=list() as values, type=kind):
                return self.literals.array(values, sql_type(kind.of or Type(Kind.TEXT)))
            case Constant(value=value, known=known):
                return self.literals.value(value) if known else NOTHING
            case Record(id=identity):
                return identity.sql
            case _:
                raise NotInSql("a list has no SQL value here")

    def _attribute(self, subject: Operand, name: str) -> Operand:
        match subject:
            case Record():
                return self.records.attribute(subject, name)
            case Value(type=Type(kind=Kind.RECORD, entity=entity)):
                return self.records.attribute(Record(subject, entity), name)
            case _:
                raise NotInSql("SQL does not look into it")

    def rows(self, operand: Operand) -> Rows:
        """Return children or several references as rows; NotInSql for other lists."""
        match operand:
            case Rows():
                return operand
            case Value(type=Type(kind=Kind.LIST, of=Type(kind=Kind.RECORD, entity=entity))):
                return self.records.referenced(entity, operand.sql)
            case _:
                raise NotInSql("only children and references are filtered in SQL")

    def _index(self, subject: Node, key: Node) -> Operand:
        found = self.operand(subject)
        if isinstance(key, Literal) and isinstance(key.value, str):
            return self._attribute(found, key.value)
        if not isinstance(found, Value) or found.type.kind is not Kind.LIST:
            raise NotInSql("rows have no order in SQL", "use `|min`, `|max` or a filter with `|length`")
        position = self.operand(key)
        element = (found.type.of or UNKNOWN).maybe()
        if isinstance(position, Constant) and type(position.value) is int:
            if not 0 <= position.value < 2**31 - 1:
                return Value(NOTHING, element)
            return Value(found.sql[position.value + 1], element)
        raise NotInSql("only a fixed position has an SQL form")

    def _arithmetic(self, node: Binary) -> Value:
        left, right = self.operand(node.left), self.operand(node.right)
        objection = reason(node.operator, self.type_of(node.left), self.type_of(node.right))
        if objection is not None:
            raise NotInSql(*objection)
        if not isinstance(left, (Value, Constant)) or not isinstance(right, (Value, Constant)):
            raise NotInSql("SQL has no such operation on these kinds of values")
        return calculate(node.operator, left, right, self.type_of(node), self.literals)


def _whole(operand: Value | Constant) -> int:
    """Return the whole number that a constant is, else -1."""
    value = operand.value if isinstance(operand, Constant) else None
    return value if type(value) is int else -1
