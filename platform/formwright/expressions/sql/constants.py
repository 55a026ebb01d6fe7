"""Parts of an expression that no row changes: the Python engine evaluates them before there is SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from formwright.expressions.equality import truth
from formwright.expressions.nodes import (
    Call,
    Conditional,
    Filter,
    ListLiteral,
    Literal,
    Name,
    Node,
    Transform,
    children,
)
from formwright.expressions.registry import Cost, Form, Registry, Role
from formwright.expressions.types import Kind, Scope

__all__ = ["Binds", "Constants"]

Binds = Mapping[str, Any]
Evaluate = Callable[[Node, Binds], Any]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a node reads: columns of a row, names of the context, the element of a filter around it."""

    row: bool = False
    context: bool = False
    element: bool = False

    def __or__(self, other: Reads) -> Reads:
        """Return what two nodes read together."""
        return Reads(self.row or other.row, self.context or other.context, self.element or other.element)


@dataclass(slots=True)
class Constants:
    """Tells which nodes are constant, and their values.

    *binds* are the names of the context besides the attributes of the row; None
    while only checking, when the values are unknown. With *own* they are
    forbidden: the text of a check or of an index cannot depend on them.
    """

    scope: Scope
    registry: Registry
    binds: Binds | None
    evaluate: Evaluate
    own: bool = False
    _read: dict[int, Reads] = field(default_factory=dict)

    def is_row(self, name: str) -> bool:
        """Tell whether *name* is the row itself: `record` without a value of its own."""
        kind = self.scope.names.get(name)
        if name != "record" or kind is None or kind.kind is not Kind.RECORD:
            return False
        return kind.entity == self.scope.entity and (self.binds is None or "record" not in self.binds)

    def reads(self, node: Node) -> Reads:
        """Return what *node* reads."""
        found = self._read.get(id(node))
        if found is None:
            found = self._read[id(node)] = self._reads(node)
        return found

    def _reads(self, node: Node) -> Reads:
        match node:
            case Name(name=name, relative=relative):
                if relative:
                    return Reads(element=True)
                named = name in self.scope.names and not self.is_row(name)
                return Reads(context=named, row=not named)
            case Filter(subject=subject, condition=condition):
                inner = self.reads(condition)
                return self.reads(subject) | Reads(inner.row, inner.context)
            case Call() | Transform():
                return self._of_call(node)
            case Conditional(test=test) if (branch := self.taken(node)) is not None:
                return self.reads(test) | self.reads(branch)
        found = Reads()
        for part in children(node):
            found |= self.reads(part)
        return found

    def _of_call(self, node: Call | Transform) -> Reads:
        form = Form.FUNCTION if isinstance(node, Call) else Form.TRANSFORM
        entry = self.registry.find(form, node.name)
        found = Reads(context=bool(entry and entry.reads))
        if entry is None or entry.cost is Cost.RECORDS or any(p.role is Role.FIELD for p in entry.parameters):
            return Reads(row=True)
        for part in children(node):
            found |= self.reads(part)
        return found

    def is_constant(self, node: Node) -> bool:
        """Tell whether no row changes the value of *node*; a list literal is left to what it stands in."""
        found = self.reads(node)
        return not (found.row or found.element or isinstance(node, ListLiteral))

    def is_forbidden(self, node: Node) -> bool:
        """Tell whether *node* reads names of the context where only the row counts."""
        found = self.reads(node)
        return self.own and found.context and not (found.row or found.element)

    def taken(self, node: Conditional) -> Node | None:
        """Return the branch of `? :` when its test is the same for every row, else None."""
        if node.then is None or not self.is_constant(node.test):
            return None
        value, known = self.value(node.test)
        return (node.then if truth(value) else node.otherwise) if known else None

    def value(self, node: Node) -> tuple[Any, bool]:
        """Return the value of a constant node, and whether it is known."""
        if isinstance(node, Literal):
            return self.evaluate(node, {}), True
        if (self.binds is None or self.own) and self.reads(node).context:
            return None, False
        return self.evaluate(node, self.binds or {}), True
