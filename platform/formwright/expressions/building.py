"""Nodes from what the parser has read: order of operators, sizes, and what strict readers refuse."""

from __future__ import annotations

from formwright.expressions import nodes
from formwright.expressions.extent import Limits
from formwright.expressions.frames import Construct, Frame, Operand
from formwright.expressions.manners import check_binary
from formwright.expressions.nodes import Node
from formwright.expressions.reports import Report

__all__ = ["LOWEST", "Builder"]

LOWEST = float("-inf")


class Builder:
    """Makes the nodes of one text and counts them."""

    __slots__ = ("count", "limits", "report")

    def __init__(self, limits: Limits, report: Report) -> None:
        """Start with no nodes."""
        self.limits = limits
        self.report = report
        self.count = 0

    def put(self, node: Node, start: int, end: int, height: int = 1) -> Operand:
        """Count *node* and return it as operand; fail when there are too many or they are too high."""
        self.count += 1
        if self.count > self.limits.nodes:
            self.report.fail(
                "expression-too-large",
                start,
                f"The expression has more than {self.limits.nodes} parts.",
                "split it, for example into computed attributes",
            )
        if height > self.limits.height:
            self.too_deep(start)
        return Operand(node, start, end, height)

    def too_deep(self, offset: int) -> None:
        """Fail because brackets, branches or chains are too deep."""
        self.report.fail(
            "expression-too-deep",
            offset,
            "The expression is nested too deeply, or one chain in it is too long.",
            "split it, or write long chains of `||` as `… in […]`",
        )

    def missing(self, offset: int) -> Operand:
        """Return an operand for a part that is not there, which strict readers refuse."""
        self.empty_part(offset)
        return self.put(nodes.Missing(start=offset, end=offset), offset, offset)

    def empty_part(self, offset: int) -> None:
        """Note that something is left out that has no meaning when left out."""
        hint = "write a value, or remove the comma or brackets"
        self.report.flag("empty-part", offset, "Something is missing here.", hint)

    def reduce(self, frame: Frame, precedence: float) -> None:
        """Build the nodes of all waiting operators of *frame* of at least *precedence*."""
        operators, operands = frame.operators, frame.operands
        while operators and operators[-1].precedence >= precedence:
            operator = operators.pop()
            right = operands.pop()
            height = right.height
            if operator.unary:
                start = operator.start
                node: Node = nodes.Unary(operator.symbol, right.node, start=start, end=right.end)
            else:
                left = operands.pop()
                if self.report.strict:
                    check_binary(self.report, operator, left, right)
                start = left.start
                height = max(left.height, height)
                node = nodes.Binary(operator.symbol, left.node, right.node, start=start, end=right.end)
            operands.append(self.put(node, start, right.end, height + 1))

    def compound(self, construct: Construct, end: int) -> Operand:
        """Return the list, object, call or transform whose parts have been read."""
        parts = tuple(part.node for part in construct.parts)
        highest = max((part.height for part in construct.parts), default=0)
        start, subject = construct.start, construct.subject
        match construct.kind:
            case "list":
                node: Node = nodes.ListLiteral(parts, start=start, end=end)
            case "object":
                # Like the reference's object, which keeps the first place and the last value of a key.
                pairs = dict(zip(construct.keys, parts, strict=True))
                node = nodes.ObjectLiteral(tuple(pairs.items()), start=start, end=end)
            case "call":
                node = nodes.Call(construct.name, parts, start=start, end=end)
            case _:
                node = nodes.Transform(construct.name, subject.node, parts, start=start, end=end)
        return self.put(node, start, end, max(highest, subject.height) + 1)

    def selection(self, construct: Construct, part: Operand, relative: bool, end: int) -> Operand:
        """Return an index or, when the brackets read a relative name directly, a filter."""
        subject = construct.subject
        kind = nodes.Filter if relative else nodes.Index
        node = kind(subject.node, part.node, start=subject.start, end=end)
        return self.put(node, subject.start, end, max(subject.height, part.height) + 1)

    def conditional(self, construct: Construct, otherwise: Operand) -> Operand:
        """Return a condition, an elvis when nothing stood between the two signs."""
        test = construct.subject
        then = construct.parts[0] if construct.parts else None
        node = nodes.Conditional(
            test.node, then.node if then else None, otherwise.node, start=test.start, end=otherwise.end
        )
        height = max(test.height, otherwise.height, then.height if then else 0) + 1
        return self.put(node, test.start, otherwise.end, height)
