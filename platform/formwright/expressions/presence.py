"""What a condition says about missing values: in `note ? note + '!' : ''` the note is there."""

from __future__ import annotations

from formwright.expressions.nodes import Binary, Call, Literal, Member, Name, Node, Transform, Unary

__all__ = ["present_when"]


def present_when(node: Node, holds: bool) -> frozenset[Node]:
    """Return the names and members that are not missing when *node* is true, or with *holds* false, false."""
    match node:
        case Name() | Member():
            return frozenset({node}) if holds else frozenset()
        case Unary(operator="!", operand=operand):
            return present_when(operand, not holds)
        case Binary(operator="&&" | "||" as operator, left=left, right=right):
            first = present_when(left, holds)
            if holds is (operator == "&&"):
                return first | present_when(right, holds)
            return first & present_when(right, holds) if first else first
        case Binary(operator="==" | "!=" as operator, left=left, right=Literal(value=None)):
            return _known(left) if holds is (operator == "!=") else frozenset()
        case Binary(operator="<" | "<=" | ">" | ">=", left=left, right=right):
            return _known(left) | _known(right) if holds else frozenset()
        case Call(name="empty", arguments=(subject,)) | Transform(name="empty", subject=subject):
            return frozenset() if holds else _known(subject)
        case _:
            return frozenset()


def _known(node: Node) -> frozenset[Node]:
    return frozenset({node}) if isinstance(node, (Name, Member)) else frozenset()
