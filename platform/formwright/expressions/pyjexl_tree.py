"""Our tree as pyjexl's own nodes, for analyzers written for pyjexl."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyjexl import parser as theirs

from formwright.expressions import nodes
from formwright.expressions.nodes import Node

__all__ = ["FunctionCall", "as_pyjexl"]


class FunctionCall(theirs.Node):  # type: ignore[misc]  # pyjexl publishes no types
    """``name(args)``, for which pyjexl has no node."""

    fields = ["name", "args"]  # noqa: RUF012 - pyjexl's metaclass makes slots of it

    @property
    def children(self) -> Iterator[Any]:
        """The arguments."""
        return iter(self.args)


def as_pyjexl(node: Node, config: Any) -> Any:
    """Return *node* as a pyjexl node; operators come from *config*, a missing part becomes null."""
    match node:
        case nodes.Literal(value=value):
            return theirs.Literal(value=value)
        case nodes.Name(name=name, relative=relative):
            return theirs.Identifier(value=name, relative=relative)
        case nodes.Member(subject=subject, name=name):
            return theirs.Identifier(value=name, subject=as_pyjexl(subject, config))
        case nodes.Index(subject=subject, key=key):
            return theirs.FilterExpression(
                expression=as_pyjexl(key, config), subject=as_pyjexl(subject, config), relative=False
            )
        case nodes.Filter(subject=subject, condition=condition):
            return theirs.FilterExpression(
                expression=as_pyjexl(condition, config), subject=as_pyjexl(subject, config), relative=True
            )
        case nodes.Unary(operator=symbol, operand=operand):
            operator = config.unary_operators[symbol]
            return theirs.UnaryExpression(operator=operator, right=as_pyjexl(operand, config))
        case nodes.Binary(operator=symbol, left=left, right=right):
            operator = config.binary_operators[symbol]
            return theirs.BinaryExpression(
                operator=operator, left=as_pyjexl(left, config), right=as_pyjexl(right, config)
            )
        case _:
            return _compound(node, config)


def _compound(node: Node, config: Any) -> Any:
    """Return what has any number of parts."""
    parts = [as_pyjexl(part, config) for part in nodes.children(node)]
    match node:
        case nodes.Conditional(then=None):
            # pyjexl knows no elvis; this means the same.
            return theirs.ConditionalExpression(test=parts[0], consequent=parts[0], alternate=parts[1])
        case nodes.Conditional():
            return theirs.ConditionalExpression(test=parts[0], consequent=parts[1], alternate=parts[2])
        case nodes.Call(name=name):
            return FunctionCall(name=name, args=parts)
        case nodes.Transform(name=name):
            return theirs.Transform(name=name, subject=parts[0], args=parts[1:])
        case nodes.ListLiteral():
            return theirs.ArrayLiteral(value=parts)
        case nodes.ObjectLiteral(pairs=pairs):
            keys = [key for key, _ in pairs]
            return theirs.ObjectLiteral(value=dict(zip(keys, parts, strict=True)))
        case _:
            return theirs.Literal(value=None)
