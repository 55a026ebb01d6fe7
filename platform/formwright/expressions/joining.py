"""A literal takes the kind of what it stands beside: decimal, float, date, datetime or time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from operator import is_

from formwright.expressions.nodes import Binary, Call, Literal, Name, Node, children, with_children
from formwright.expressions.types import Kind, Type

__all__ = ["as_moment", "constant", "decimal_of", "dialect_tree", "is_constant", "joined"]

ARITHMETIC = frozenset("+-*")


def joined(literal: Literal, other: Type | None) -> object:
    """Return the value of *literal* beside a value of type *other*.

    A text beside a date, datetime or time is read as ISO 8601: ValueError when
    it is none. A number beside a float is a float, else an int, or a Decimal
    with the digits as written.
    """
    value = literal.value
    if isinstance(value, str):
        return _moment(value, other.kind) if other else value
    if isinstance(value, bool) or value is None:
        return value
    if other is not None and other.kind is Kind.NUMBER:
        return float(value)
    return decimal_of(literal)


def decimal_of(literal: Literal) -> int | Decimal:
    """Return the int, or the Decimal with exactly the digits, of a number literal."""
    text = literal.text or str(literal.value)
    if text.lstrip("-").isdigit():
        return int(text)
    return Decimal(text)


def _moment(text: str, kind: Kind) -> object:
    match kind:
        case Kind.DATE:
            return date.fromisoformat(text)
        case Kind.DATETIME:
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        case Kind.TIME:
            return time.fromisoformat(text)
        case _:
            return text


def as_moment(value: object, kind: str) -> object:
    """Return a text read as the moment of *kind* that is expected, anything else as it is."""
    return _moment(value, Kind(kind)) if isinstance(value, str) else value


def is_constant(node: Node) -> bool:
    """Tell whether *node* is a number literal, or such literals joined by ``+ - *``."""
    match node:
        case Literal(value=value):
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case Binary(operator=operator, left=left, right=right):
            return operator in ARITHMETIC and is_constant(left) and is_constant(right)
        case _:
            return False


def constant(node: Node) -> int | Decimal:
    """Return the exact value of a node for which :func:`is_constant` holds."""
    match node:
        case Literal():
            return decimal_of(node)
        case Binary(operator="+", left=left, right=right):
            return constant(left) + constant(right)
        case Binary(operator="-", left=left, right=right):
            return constant(left) - constant(right)
        case Binary(left=left, right=right):
            return constant(left) * constant(right)
        case _:
            raise TypeError(f"{type(node).__name__} is not constant")


def dialect_tree(node: Node, names: Mapping[str, Type]) -> Node:
    """Return *node* with the words of the dialect in place.

    ``null`` becomes the literal. ``today()`` and ``now()`` become the names,
    which are values of the context and never read from a clock.
    """
    match node:
        case Name(name="null", relative=False) if "null" not in names:
            return Literal(None, "null", start=node.start, end=node.end)
        case Call(name="today" | "now" as name, arguments=()) if name in names:
            return Name(name, start=node.start, end=node.end)
    parts = children(node)
    if not parts:
        return node
    changed = tuple(dialect_tree(part, names) for part in parts)
    return node if all(map(is_, changed, parts)) else with_children(node, changed)
