"""Write the Python source of operators; see the value rules in python.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from formwright.expressions.joining import constant, is_constant, joined
from formwright.expressions.kinds import OTHER_TRUTH
from formwright.expressions.nodes import Binary, ListLiteral, Literal, Member, Name, Node
from formwright.expressions.types import Kind, Type

if TYPE_CHECKING:
    from formwright.expressions.writer import Writer

__all__ = ["beside", "binary"]

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


def binary(writer: Writer, node: Binary) -> str:
    """Return source for the value of a binary operation."""
    match node.operator:
        case "&&" | "||":
            return _logic(writer, node)
        case "==" | "!=":
            return _equality(writer, node)
        case "in":
            return _membership(writer, node)
        case "<" | "<=" | ">" | ">=":
            return _order(writer, node)
        case "+" if writer.kind(node) is Kind.TEXT:
            return f"concat({', '.join(_texts(writer, node))})"
        case _:
            return _arithmetic(writer, node)


def _logic(writer: Writer, node: Binary) -> str:
    right = writer.value(node.right)
    if writer.kind(node.left) not in OTHER_TRUTH:
        return f"({writer.value(node.left)} {'and' if node.operator == '&&' else 'or'} {right})"
    held = writer.fresh("t")
    test = f"truth({held} := {writer.value(node.left)})"
    first, second = (right, held) if node.operator == "&&" else (held, right)
    return f"({first} if {test} else {second})"


def _operands(writer: Writer, node: Binary) -> tuple[str, str]:
    """Return both sides; a literal takes the kind of what stands beside it."""
    left, right = node.left, node.right
    if writer.kind(left) is Kind.ANY and _fraction(right):
        held = writer.fresh("t")
        return f"({held} := {writer.value(left)})", _either(writer, held, right)
    if writer.kind(right) is Kind.ANY and _fraction(left):
        held = writer.fresh("t")
        return _either(writer, f"{held} := {writer.value(right)}", left), held
    return beside(writer, left, writer.types[id(right)]), beside(writer, right, writer.types[id(left)])


def _fraction(node: Node) -> bool:
    return is_constant(node) and not isinstance(constant(node), int)


def _either(writer: Writer, other: str, number: Node) -> str:
    """Return a constant as float when what it stands beside turns out to be one."""
    exact = constant(number)
    return f"({writer.keep(float(exact))} if type({other}) is float else {writer.keep(exact)})"


def beside(writer: Writer, node: Node, other: Type) -> str:
    """Return source for *node* next to a value of type *other*."""
    if is_constant(node) and other.kind is Kind.NUMBER:
        return writer.keep(float(constant(node)))
    if isinstance(node, Literal) and isinstance(node.value, str):
        return writer.keep(joined(node, other))
    return writer.value(node)


def _equality(writer: Writer, node: Binary) -> str:
    kinds = {writer.kind(node.left), writer.kind(node.right)}
    negated = node.operator == "!="
    if Kind.NULL in kinds:
        other = node.right if writer.kind(node.left) is Kind.NULL else node.left
        if is_constant(other):  # Python warns of `0 is None`
            return repr(negated)
        return f"({writer.value(other)} is {'not ' if negated else ''}None)"
    left, right = _operands(writer, node)
    if kinds & OTHER_EQUALITY:
        return f"({'not ' if negated else ''}equal({left}, {right}))"
    if Kind.RECORD in kinds:
        left, right = _identity(writer, node.left, left), _identity(writer, node.right, right)
    return f"({left} {node.operator} {right})"


def _identity(writer: Writer, node: Node, source: str) -> str:
    if writer.kind(node) is not Kind.RECORD:
        return source
    held = writer.fresh("t")
    return f"({held}.get('id') if type({held} := {source}) is dict else {held})"


def _membership(writer: Writer, node: Binary) -> str:
    left, right = node.left, node.right
    own, other = writer.types[id(left)], writer.types[id(right)]
    if isinstance(right, ListLiteral) and own.kind not in OTHER_EQUALITY and _fixed(right):
        items = frozenset(_items(right, own))
        return f"({_identity(writer, left, writer.value(left))} in {writer.keep(items)})"
    # Lists of the context hold no missing elements, in which Python would find a missing value.
    stored = isinstance(right, (Name, Member))
    if stored and own.kind is Kind.TEXT and other.of is not None and other.of.kind is Kind.TEXT:
        return f"({writer.value(left)} in {_searched(writer, right, ' or NIL')})"
    return f"contains({writer.value(left)}, {_searched(writer, right)})"


def _searched(writer: Writer, node: Node, otherwise: str = "") -> str:
    """Return source for a list to search; inside a filter, where it is searched often, it costs budget."""
    if writer.in_filter:
        return f"charge(B, {writer.value(node)})"
    return f"({writer.value(node)}{otherwise})"


def _fixed(node: ListLiteral) -> bool:
    return all(is_constant(item) or isinstance(item, Literal) for item in node.items)


def _items(node: ListLiteral, beside: Type) -> list[Any]:
    """Return the constants of a list beside a value; null is no element."""
    values: list[Any] = []
    for item in node.items:
        if is_constant(item):
            number = constant(item)
            values.append(float(number) if beside.kind is Kind.NUMBER else number)
        elif isinstance(item, Literal) and item.value is not None:
            values.append(joined(item, beside))
    return values


def _order(writer: Writer, node: Binary) -> str:
    left, right = _operands(writer, node)
    if Kind.ANY in (writer.kind(node.left), writer.kind(node.right)):
        return f"order({node.operator!r}, {left}, {right})"
    guards = []
    sides = []
    for side, source in ((node.left, left), (node.right, right)):
        if isinstance(side, Literal) or is_constant(side):
            sides.append(source)
            continue
        held = writer.fresh("t")
        guards.append(f"({held} := {source}) is not None and ")
        sides.append(held)
    return f"({''.join(guards)}{sides[0]} {node.operator} {sides[1]})"


def _texts(writer: Writer, node: Node) -> list[str]:
    if isinstance(node, Binary) and node.operator == "+" and writer.kind(node) is Kind.TEXT:
        return [*_texts(writer, node.left), *_texts(writer, node.right)]
    return [writer.value(node)]


def _arithmetic(writer: Writer, node: Binary) -> str:
    left, right = _operands(writer, node)
    plain = {writer.kind(node.left), writer.kind(node.right)} == {Kind.INTEGER}
    if not plain or node.operator not in "+-*":
        return f"{OPERATIONS[node.operator]}({left}, {right})"
    tests = []
    sides = []
    for side, source in ((node.left, left), (node.right, right)):
        held = source
        if not is_constant(side):
            held = writer.fresh("t")
            tests.append(f"(type({held} := {source}) is int)")
        sides.append(held)
    computed = f"{sides[0]} {node.operator} {sides[1]}"
    # `&` and not `and`: both sides must be bound for the other branch.
    return f"({computed} if {' & '.join(tests)} else {OPERATIONS[node.operator]}({', '.join(sides)}))"
