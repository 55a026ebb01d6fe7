"""Write the Python source of a checked tree.

Names in the source are made here: ``C`` the context, ``B`` the budget of list
elements, ``e1`` and ``e2`` the elements of filters, ``t1`` temporaries, ``k1``
constants, ``h1`` helper functions. Text of the expression gets in as ``repr``
of a str only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from formwright.expressions.call_source import call
from formwright.expressions.joining import constant, is_constant
from formwright.expressions.kinds import OTHER_TRUTH
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
from formwright.expressions.operator_source import binary
from formwright.expressions.registry import Form, Registry
from formwright.expressions.types import Kind, Type

__all__ = ["Writer"]

# Brackets in one line of source may nest 200 deep; a level of the tree takes up to four.
LEVELS = 20


class Writer:
    """Writes one tree; *helpers* are definitions that the source needs, *constants* their globals."""

    def __init__(self, types: Mapping[int, Type], registry: Registry) -> None:
        """Start with the types of every node and the functions they may call."""
        self.types = types
        self.registry = registry
        self.helpers: list[str] = []
        self.constants: dict[str, Any] = {}
        self.lists = False
        self._level = 0
        self._elements = 0
        self._count = 0

    def kind(self, node: Node) -> Kind:
        """Return the kind of *node*."""
        return self.types[id(node)].kind

    @property
    def in_filter(self) -> bool:
        """Whether the source being written runs for each element of a list."""
        return self._elements > 0

    def fresh(self, letter: str) -> str:
        """Return a new name."""
        self._count += 1
        return f"{letter}{self._count}"

    def keep(self, value: Any) -> str:
        """Return source for a constant: its ``repr`` where that is exact, else the name of a global."""
        if value is None or type(value) in (bool, int, str):
            return repr(value)
        name = self.fresh("k")
        self.constants[name] = value
        return name

    def value(self, node: Node) -> str:
        """Return an expression for the value of *node*."""
        return self._nested(node, self._value)

    def test(self, node: Node) -> str:
        """Return an expression that Python finds true exactly when *node* is true."""
        return self._nested(node, self._test)

    def _nested(self, node: Node, write: Callable[[Node], str]) -> str:
        self._level += 1
        if self._level <= LEVELS:
            source = write(node)
        else:
            level, self._level = self._level, 0
            source = self._helper(f"    return {write(node)}\n")
            self._level = level
        self._level -= 1
        return source

    def _helper(self, body: str) -> str:
        """Define a function with *body*; return the call of it."""
        name = self.fresh("h")
        elements = "".join(f", e{number + 1}" for number in range(self._elements))
        budget = ", B" if self.lists else ""
        self.helpers.append(f"def {name}(C{budget}{elements}):\n{body}")
        return f"{name}(C{budget}{elements})"

    # -- values ----------------------------------------------------------------------

    def _value(self, node: Node) -> str:
        return self.keep(constant(node)) if is_constant(node) else self._sources[type(node)](self, node)

    def _literal(self, node: Literal) -> str:
        return self.keep(node.value)

    def _name(self, node: Name) -> str:
        holder = f"e{self._elements}" if node.relative else "C"
        return f"{holder}.get({node.name!r})"

    def _member(self, node: Member) -> str:
        held = self.fresh("t")
        subject = self.value(node.subject)
        return f"({held}.get({node.name!r}) if type({held} := {subject}) is dict else None)"

    def _index(self, node: Index) -> str:
        return f"index({self.value(node.subject)}, {self.value(node.key)})"

    def _not(self, node: Unary) -> str:
        return f"(not {self.test(node.operand)})"

    def _function(self, node: Call) -> str:
        return call(self, Form.FUNCTION, node.name, node.arguments)

    def _transform(self, node: Transform) -> str:
        return call(self, Form.TRANSFORM, node.name, (node.subject, *node.arguments))

    def _list(self, node: ListLiteral) -> str:
        return f"[{', '.join(map(self.value, node.items))}]"

    def _object(self, node: ObjectLiteral) -> str:
        return "{" + ", ".join(f"{name!r}: {self.value(value)}" for name, value in node.pairs) + "}"

    def _conditional(self, node: Conditional) -> str:
        otherwise = self.value(node.otherwise)
        if node.then is not None:
            return f"({self.value(node.then)} if {self.test(node.test)} else {otherwise})"
        if self.kind(node.test) not in OTHER_TRUTH:
            return f"({self.value(node.test)} or {otherwise})"
        held = self.fresh("t")
        return f"({held} if truth({held} := {self.value(node.test)}) else {otherwise})"

    def _filter(self, node: Filter) -> str:
        self.lists = True
        subject = self.value(node.subject)
        self._elements += 1
        element = f"e{self._elements}"
        condition = self.test(node.condition)
        self._elements -= 1
        return self._helper(
            f"    out = []\n    for {element} in spend(B, {subject}):\n"
            f"        if type({element}) is dict and {condition}:\n            out.append({element})\n"
            "    return out\n"
        )

    # -- truth -------------------------------------------------------------------------

    def _test(self, node: Node) -> str:
        match node:
            case Unary(operand=operand):
                return f"(not {self.test(operand)})"
            case Binary(operator="&&", left=left, right=right):
                return f"({self.test(left)} and {self.test(right)})"
            case Binary(operator="||", left=left, right=right):
                return f"({self.test(left)} or {self.test(right)})"
            case Conditional(test=test, then=None, otherwise=otherwise):
                return f"({self.test(test)} or {self.test(otherwise)})"
            case Conditional(test=test, then=Node() as then, otherwise=otherwise):
                return f"({self.test(then)} if {self.test(test)} else {self.test(otherwise)})"
        source = self._value(node)
        return f"truth({source})" if self.kind(node) in OTHER_TRUTH else source

    _sources: ClassVar[Mapping[type[Node], Callable[[Writer, Any], str]]] = {
        Binary: binary,
        Call: _function,
        Conditional: _conditional,
        Filter: _filter,
        Index: _index,
        ListLiteral: _list,
        Literal: _literal,
        Member: _member,
        Name: _name,
        ObjectLiteral: _object,
        Transform: _transform,
        Unary: _not,
    }
