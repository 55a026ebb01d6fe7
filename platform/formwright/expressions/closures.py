"""A tree to nested Python functions that evaluate it: the engine of the plain JEXL class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from formwright.expressions import nodes
from formwright.expressions.nodes import Node
from formwright.expressions.operations import OPERATIONS, element, member, own
from formwright.expressions.values import UNDEFINED, TooLarge, strip, truth

__all__ = ["Calls", "Closure", "Language", "NotThere", "Outside", "closure"]

Closure = Callable[[dict[str, Any], Any, list[int]], Any]
"""Takes the context, the element that the filter looks at, and how many elements may still be looked at."""


class NotThere(Exception):  # noqa: N818 - it says what the part is
    """A part that is left out, or an unknown function or transform, was reached."""

    def __init__(self, node: Node, code: str, sentence: str) -> None:
        """Keep where it stands and what to say."""
        super().__init__(sentence)
        self.node, self.code, self.sentence = node, code, sentence


class Outside(Exception):  # noqa: N818 - it says where the exception comes from
    """A registered function raised; the cause is chained."""

    def __init__(self, node: Node, name: str) -> None:
        """Keep where it was called."""
        super().__init__(name)
        self.node, self.name = node, name


@dataclass(frozen=True, slots=True)
class Calls:
    """Registered functions by name; those in *raw* get UNDEFINED as it is, all others None for it."""

    kind: str
    known: dict[str, Callable[..., Any]] = field(default_factory=dict)
    raw: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Language:
    """What evaluates operators and calls.

    *binary* and *unary* are registered operators, which win over built-in ones.
    All are asked at each call, so what is registered later counts.
    """

    functions: Calls
    transforms: Calls
    binary: Calls
    unary: Calls


def closure(node: Node, language: Language) -> Closure:
    """Return the function that evaluates *node*; it changes neither context nor node."""
    return _MAKERS[type(node)](node, language)


def _literal(node: nodes.Literal, _: Language) -> Closure:
    value = node.value
    return lambda _context, _current, _budget: value


def _missing(node: nodes.Missing, _: Language) -> Closure:
    def run(_context: dict[str, Any], _current: Any, _budget: list[int]) -> NoReturn:
        raise NotThere(node, "missing-part", "This part of the expression is missing.")

    return run


def _name(node: nodes.Name, _: Language) -> Closure:
    name = node.name
    if node.relative:
        return lambda _context, current, _budget: (
            current.get(name, UNDEFINED) if type(current) is dict else own(current, name)
        )
    return lambda context, _current, _budget: context.get(name, UNDEFINED)


def _member(node: nodes.Member, language: Language) -> Closure:
    subject, name = closure(node.subject, language), node.name

    def run(context: dict[str, Any], current: Any, budget: list[int]) -> Any:
        value = subject(context, current, budget)
        return value.get(name, UNDEFINED) if type(value) is dict else member(value, name)

    return run


def _index(node: nodes.Index, language: Language) -> Closure:
    subject, key = closure(node.subject, language), closure(node.key, language)
    return lambda context, current, budget: element(
        subject(context, current, budget), key(context, current, budget)
    )


def _filter(node: nodes.Filter, language: Language) -> Closure:
    subject, condition = closure(node.subject, language), closure(node.condition, language)

    def run(context: dict[str, Any], current: Any, budget: list[int]) -> Any:
        items = subject(context, current, budget)
        if type(items) is not list:
            items = [] if items is UNDEFINED else [items]
        budget[0] -= len(items)
        if budget[0] < 0:
            raise TooLarge
        # The reference lets relative names of a falsy element read the context.
        return [item for item in items if truth(condition(context, item if truth(item) else context, budget))]

    return run


def _unary(node: nodes.Unary, language: Language) -> Closure:
    operand = closure(node.operand, language)
    if node.operator == "!" and "!" not in language.unary.known:
        return lambda context, current, budget: not truth(operand(context, current, budget))
    return _calling(node, node.operator, language.unary, [operand])


def _binary(node: nodes.Binary, language: Language) -> Closure:
    left, right = closure(node.left, language), closure(node.right, language)
    symbol = node.operator
    if symbol in language.binary.known:
        return _calling(node, symbol, language.binary, [left, right])
    if symbol in {"&&", "||"}:
        return _and(left, right) if symbol == "&&" else _or(left, right)
    operation = OPERATIONS[symbol]
    return lambda context, current, budget: operation(
        left(context, current, budget), right(context, current, budget)
    )


def _and(left: Closure, right: Closure) -> Closure:
    def run(context: dict[str, Any], current: Any, budget: list[int]) -> Any:
        value = left(context, current, budget)
        return right(context, current, budget) if truth(value) else value

    return run


def _or(left: Closure, right: Closure) -> Closure:
    def run(context: dict[str, Any], current: Any, budget: list[int]) -> Any:
        value = left(context, current, budget)
        return value if truth(value) else right(context, current, budget)

    return run


def _conditional(node: nodes.Conditional, language: Language) -> Closure:
    test, otherwise = closure(node.test, language), closure(node.otherwise, language)
    if node.then is None:
        return _or(test, otherwise)
    then = closure(node.then, language)

    def run(context: dict[str, Any], current: Any, budget: list[int]) -> Any:
        return (then if truth(test(context, current, budget)) else otherwise)(context, current, budget)

    return run


def _list(node: nodes.ListLiteral, language: Language) -> Closure:
    items = [closure(item, language) for item in node.items]
    return lambda context, current, budget: [item(context, current, budget) for item in items]


def _object(node: nodes.ObjectLiteral, language: Language) -> Closure:
    pairs = [(key, closure(value, language)) for key, value in node.pairs]
    return lambda context, current, budget: {key: value(context, current, budget) for key, value in pairs}


def _call(node: nodes.Call, language: Language) -> Closure:
    arguments = [closure(argument, language) for argument in node.arguments]
    return _calling(node, node.name, language.functions, arguments)


def _transform(node: nodes.Transform, language: Language) -> Closure:
    arguments = [closure(argument, language) for argument in (node.subject, *node.arguments)]
    return _calling(node, node.name, language.transforms, arguments)


def _calling(node: Node, name: str, calls: Calls, arguments: list[Closure]) -> Closure:
    def run(context: dict[str, Any], current: Any, budget: list[int]) -> Any:
        function = calls.known.get(name)
        if function is None:
            raise NotThere(node, f"unknown-{calls.kind}", f"The {calls.kind} `{name}` is not defined.")
        values = [argument(context, current, budget) for argument in arguments]
        if name not in calls.raw:
            values = [strip(value) for value in values]
        try:
            return function(*values)
        except Exception as error:
            raise Outside(node, name) from error

    return run


_MAKERS: dict[type[Node], Callable[[Any, Language], Closure]] = {
    nodes.Literal: _literal,
    nodes.Missing: _missing,
    nodes.Name: _name,
    nodes.Member: _member,
    nodes.Index: _index,
    nodes.Filter: _filter,
    nodes.Unary: _unary,
    nodes.Binary: _binary,
    nodes.Conditional: _conditional,
    nodes.ListLiteral: _list,
    nodes.ObjectLiteral: _object,
    nodes.Call: _call,
    nodes.Transform: _transform,
}
