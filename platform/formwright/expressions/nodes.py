"""The syntax tree: frozen nodes that know where they stand in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

__all__ = [
    "Binary",
    "Call",
    "Conditional",
    "Filter",
    "Index",
    "ListLiteral",
    "Literal",
    "Member",
    "Missing",
    "Name",
    "Node",
    "ObjectLiteral",
    "Transform",
    "Unary",
    "children",
    "walk",
    "with_children",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of an expression; *start* and *end* are offsets into its text.

    Positions do not take part in equality: two nodes are equal when they mean
    the same.
    """

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A text, number, boolean or null as written; *text* keeps the digits of a number."""

    value: str | int | float | bool | None
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Missing(Node):
    """A part that the reference lets one leave out, ``a ? b :``; an error when it is evaluated.

    The strict grammar of the dialect never makes it.
    """


@dataclass(frozen=True, slots=True)
class Name(Node):
    """``total``; *relative* for ``.total``, an attribute of the element that a filter looks at."""

    name: str
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Member(Node):
    """``subject.name``."""

    subject: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``subject[key]`` where the key reads nothing relative: an element or a property."""

    subject: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``subject[condition]`` where the condition reads relative names: the elements for which it holds."""

    subject: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``!operand`` (or a registered unary operator)."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """``left operator right``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``test ? then : otherwise``; *then* is None for elvis, ``test ?: otherwise``."""

    test: Node
    then: Node | None
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``name(arguments)``."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Transform(Node):
    """``subject|name(arguments)``."""

    name: str
    subject: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """``[items]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ObjectLiteral(Node):
    """``{key: value}``."""

    pairs: tuple[tuple[str, Node], ...]


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of *node*, left to right."""
    match node:
        case Member(subject=subject):
            return (subject,)
        case Index(subject=subject, key=key):
            return (subject, key)
        case Filter(subject=subject, condition=condition):
            return (subject, condition)
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Conditional(test=test, then=then, otherwise=otherwise):
            return (test, otherwise) if then is None else (test, then, otherwise)
        case Call(arguments=arguments):
            return arguments
        case Transform(subject=subject, arguments=arguments):
            return (subject, *arguments)
        case ListLiteral(items=items):
            return items
        case ObjectLiteral(pairs=pairs):
            return tuple(value for _, value in pairs)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield *node* and all nodes below it, parents first, without recursion."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def with_children(node: Node, parts: tuple[Node, ...]) -> Node:
    """Return *node* with its direct parts, as :func:`children` lists them, replaced by *parts*."""
    match node:
        case Member():
            return replace(node, subject=parts[0])
        case Index():
            return replace(node, subject=parts[0], key=parts[1])
        case Filter():
            return replace(node, subject=parts[0], condition=parts[1])
        case Unary():
            return replace(node, operand=parts[0])
        case Binary():
            return replace(node, left=parts[0], right=parts[1])
        case Conditional():
            then = None if node.then is None else parts[1]
            return replace(node, test=parts[0], then=then, otherwise=parts[-1])
        case Call():
            return replace(node, arguments=parts)
        case Transform():
            return replace(node, subject=parts[0], arguments=parts[1:])
        case ListLiteral():
            return replace(node, items=parts)
        case ObjectLiteral():
            names = (name for name, _ in node.pairs)
            return replace(node, pairs=tuple(zip(names, parts, strict=True)))
        case _:
            return node
