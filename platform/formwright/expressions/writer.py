"""Write the Python source of a checked tree.

Names in the source are made here: ``C`` the context, ``B`` the budget of list elements, ``e1`` and ``e2`` the
elements of filters, ``t1``, ``t2``, … temporaries, ``k1``, … constants, ``h1``, … helper functions. Text of the
expression gets in as ``repr`` of a str only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from formwright.expressions.calls import parameters_for
from formwright.expressions.joining import constant, is_constant, joined
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
from formwright.expressions.registry import Cost, Form, Function, Parameter, Registry, Role
from formwright.expressions.types import Kind, Type

__all__ = ["Writer"]

# Brackets in one line of source may nest 200 deep; a level of the tree takes up to four.
LEVELS = 20
# Python's own truth is that of the dialect, except for these.
OTHER_TRUTH = frozenset({Kind.ANY, Kind.LIST, Kind.OBJECT, Kind.RECORD})
# Python's own equality is that of the dialect, except for these.
OTHER_EQUALITY = frozenset({Kind.ANY, Kind.LIST, Kind.OBJECT})
OPERATIONS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "//": "floor_divide",
    "%": "remainder",
    "^": "power",
}


class Writer:
    """Writes one tree; *helpers* are function definitions that the source needs, *constants* their globals."""

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

    def fresh(self, letter: str) -> str:
        """Return a new name."""
        self._count += 1
        return f"{letter}{self._count}"

    def keep(self, value: Any) -> str:
        """Return source for a constant: its ``repr`` when that is safe and exact, else the name of a global."""
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
        if is_constant(node):
            return self.keep(constant(node))
        match node:
            case Literal(value=value):
                return self.keep(value)
            case Name(name=name, relative=relative):
                return f"{f'e{self._elements}' if relative else 'C'}.get({name!r})"
            case Member(subject=subject, name=name):
                return self._read(self.value(subject), name)
            case Unary(operand=operand):
                return f"(not {self.test(operand)})"
            case Binary():
                return self._binary(node)
            case Conditional():
                return self._conditional(node)
            case Filter():
                return self._filter(node)
            case Index(subject=subject, key=key):
                return f"index({self.value(subject)}, {self.value(key)})"
            case Call(name=name, arguments=arguments):
                return self._call(Form.FUNCTION, name, arguments)
            case Transform(name=name, subject=subject, arguments=arguments):
                return self._call(Form.TRANSFORM, name, (subject, *arguments))
            case ListLiteral(items=items):
                return f"[{', '.join(map(self.value, items))}]"
            case ObjectLiteral(pairs=pairs):
                return "{" + ", ".join(f"{name!r}: {self.value(value)}" for name, value in pairs) + "}"
            case _:
                raise TypeError(f"{type(node).__name__} has no value")

    def _read(self, subject: str, name: str) -> str:
        held = self.fresh("t")
        return f"({held}.get({name!r}) if type({held} := {subject}) is dict else None)"

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

    # -- operators -----------------------------------------------------------------------

    def _binary(self, node: Binary) -> str:
        match node.operator:
            case "&&" | "||":
                return self._logic(node)
            case "==" | "!=":
                return self._equality(node)
            case "in":
                return self._membership(node)
            case "<" | "<=" | ">" | ">=":
                return self._order(node)
            case "+" if self.kind(node) is Kind.TEXT:
                return f"concat({', '.join(self._texts(node))})"
            case _:
                return self._arithmetic(node)

    def _logic(self, node: Binary) -> str:
        right = self.value(node.right)
        if self.kind(node.left) not in OTHER_TRUTH:
            return f"({self.value(node.left)} {'and' if node.operator == '&&' else 'or'} {right})"
        held = self.fresh("t")
        test = f"truth({held} := {self.value(node.left)})"
        first, second = (right, held) if node.operator == "&&" else (held, right)
        return f"({first} if {test} else {second})"

    def _operands(self, node: Binary) -> tuple[str, str]:
        """Return both sides; a literal takes the kind of what stands beside it."""
        left, right = node.left, node.right
        if self.kind(left) is Kind.ANY and self._fraction(right):
            held = self.fresh("t")
            return f"({held} := {self.value(left)})", self._either(held, right)
        if self.kind(right) is Kind.ANY and self._fraction(left):
            held = self.fresh("t")
            return self._either(f"{held} := {self.value(right)}", left), held
        return self.beside(left, self.types[id(right)]), self.beside(right, self.types[id(left)])

    @staticmethod
    def _fraction(node: Node) -> bool:
        return is_constant(node) and not isinstance(constant(node), int)

    def _either(self, other: str, number: Node) -> str:
        """Return a constant as float when what it stands beside turns out to be one."""
        exact = constant(number)
        return f"({self.keep(float(exact))} if type({other}) is float else {self.keep(exact)})"

    def beside(self, node: Node, other: Type) -> str:
        """Return source for *node* next to a value of type *other*."""
        if is_constant(node) and other.kind is Kind.NUMBER:
            return self.keep(float(constant(node)))
        if isinstance(node, Literal) and isinstance(node.value, str):
            return self.keep(joined(node, other))
        return self.value(node)

    def _equality(self, node: Binary) -> str:
        kinds = {self.kind(node.left), self.kind(node.right)}
        negated = node.operator == "!="
        if Kind.NULL in kinds:
            other = node.right if self.kind(node.left) is Kind.NULL else node.left
            return f"({self.value(other)} is {'not ' if negated else ''}None)"
        left, right = self._operands(node)
        if kinds & OTHER_EQUALITY:
            return f"({'not ' if negated else ''}equal({left}, {right}))"
        if Kind.RECORD in kinds:
            left, right = self._identity(node.left, left), self._identity(node.right, right)
        return f"({left} {node.operator} {right})"

    def _identity(self, node: Node, source: str) -> str:
        if self.kind(node) is not Kind.RECORD:
            return source
        held = self.fresh("t")
        return f"({held}.get('id') if type({held} := {source}) is dict else {held})"

    def _membership(self, node: Binary) -> str:
        left, right = node.left, node.right
        own, other = self.types[id(left)], self.types[id(right)]
        if isinstance(right, ListLiteral) and own.kind not in OTHER_EQUALITY and self._fixed(right):
            items = frozenset(self._items(right, own))
            return f"({self._identity(left, self.value(left))} in {self.keep(items)})"
        if own.kind is Kind.TEXT and other.of is not None and other.of.kind is Kind.TEXT:
            return f"({self.value(left)} in ({self.value(right)} or NIL))"
        return f"contains({self.value(left)}, {self.value(right)})"

    def _fixed(self, node: ListLiteral) -> bool:
        return all(is_constant(item) or isinstance(item, Literal) for item in node.items)

    def _items(self, node: ListLiteral, beside: Type) -> list[Any]:
        """Return the constants of a list beside a value; null is no element."""
        values = []
        for item in node.items:
            if is_constant(item):
                number = constant(item)
                values.append(float(number) if beside.kind is Kind.NUMBER else number)
            elif isinstance(item, Literal) and item.value is not None:
                values.append(joined(item, beside))
        return values

    def _order(self, node: Binary) -> str:
        left, right = self._operands(node)
        if Kind.ANY in (self.kind(node.left), self.kind(node.right)):
            return f"order({node.operator!r}, {left}, {right})"
        guards = []
        sides = []
        for side, source in ((node.left, left), (node.right, right)):
            if isinstance(side, Literal) or is_constant(side):
                sides.append(source)
                continue
            held = self.fresh("t")
            guards.append(f"({held} := {source}) is not None and ")
            sides.append(held)
        return f"({''.join(guards)}{sides[0]} {node.operator} {sides[1]})"

    def _texts(self, node: Node) -> list[str]:
        if isinstance(node, Binary) and node.operator == "+" and self.kind(node) is Kind.TEXT:
            return [*self._texts(node.left), *self._texts(node.right)]
        return [self.value(node)]

    def _arithmetic(self, node: Binary) -> str:
        left, right = self._operands(node)
        plain = {self.kind(node.left), self.kind(node.right)} == {Kind.INTEGER}
        if not plain or node.operator not in "+-*":
            return f"{OPERATIONS[node.operator]}({left}, {right})"
        tests = []
        sides = []
        for side, source in ((node.left, left), (node.right, right)):
            held = source
            if not is_constant(side):
                held = self.fresh("t")
                tests.append(f"(type({held} := {source}) is int)")
            sides.append(held)
        computed = f"{sides[0]} {node.operator} {sides[1]}"
        # `&` and not `and`: both sides must be bound for the other branch.
        return f"({computed} if {' & '.join(tests)} else {OPERATIONS[node.operator]}({', '.join(sides)}))"

    # -- calls ----------------------------------------------------------------------------

    def _call(self, form: Form, name: str, arguments: Sequence[Node]) -> str:
        function = self.registry.find(form, name)
        if function is None:
            raise TypeError(f"the {form} {name} is not registered")
        parameters = parameters_for(function, len(arguments))
        floats = function.alike and any(self.kind(node) is Kind.NUMBER for node in arguments)
        sources: list[str] = ["C"] if function.reads or function.cost is Cost.RECORDS else []
        guards: list[str] = []
        for place, (parameter, node) in enumerate(zip(parameters, arguments, strict=True)):
            source = self._argument(function, parameter, node, floats, first=place == 0)
            if self._may_miss(function, parameter, node):
                held = self.fresh("t")
                guards.append(f"({held} := {source}) is not None")
                source = held
            sources.append(source)
        call = f"{self._function(function, form)}({', '.join(sources)})"
        return f"({call} if {' and '.join(guards)} else None)" if guards else call

    def _function(self, function: Function, form: Form) -> str:
        name = f"{form}_{len(function.name)}_{self._safe(function.name)}"
        self.constants[name] = function.python
        return name

    @staticmethod
    def _safe(name: str) -> str:
        return "".join(sign if sign.isascii() and sign.isalnum() else f"_{ord(sign):x}" for sign in name)

    def _argument(
        self, function: Function, parameter: Parameter, node: Node, floats: bool, *, first: bool
    ) -> str:
        if parameter.role is Role.FIELD and isinstance(node, Name):
            return repr(node.name)
        if parameter.role is Role.CRITERIA:
            return self.criteria(node)
        source = self.beside(node, Type(Kind.NUMBER)) if floats else self.value(node)
        if first and function.cost is Cost.LIST:
            self.lists = True
            return f"spend(B, {source})"
        if self.kind(node) is Kind.LIST and not function.sees_missing:
            return f"({source} or NIL)"
        return source

    def criteria(self, node: Node) -> str:
        """Return an object of criteria; a missing value becomes NEVER, a written null stays None."""
        if not isinstance(node, ObjectLiteral):
            raise TypeError("criteria are an object literal")
        parts = []
        for name, value in node.pairs:
            source = self.value(value)
            if self.kind(value) is not Kind.NULL:
                held = self.fresh("t")
                source = f"({held} if ({held} := {source}) is not None else NEVER)"
            parts.append(f"{name!r}: {source}")
        return "{" + ", ".join(parts) + "}"

    def _may_miss(self, function: Function, parameter: Parameter, node: Node) -> bool:
        if function.sees_missing or parameter.role is not Role.VALUE or isinstance(node, Literal):
            return False
        return self.kind(node) is not Kind.LIST and not is_constant(node)
