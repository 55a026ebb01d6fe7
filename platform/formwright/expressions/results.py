"""Check that an expression gives what its place needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formwright.expressions.comparisons import same_entity
from formwright.expressions.joining import is_constant, joined
from formwright.expressions.kinds import MOMENTS, NUMERIC, described
from formwright.expressions.nodes import Binary, Conditional, Literal, Node
from formwright.expressions.types import Kind, Type
from formwright.problems import suggest

if TYPE_CHECKING:
    from formwright.expressions.checks import Checker

__all__ = ["expect"]


def expect(checker: Checker, node: Node, wanted: Type) -> None:
    """Flag *node*, or the branch of it, that cannot give a value of type *wanted*."""
    match node:
        case Conditional(then=then, otherwise=otherwise):
            for branch in (node.test if then is None else then, otherwise):
                expect(checker, branch, wanted)
            return
        case Binary(operator="&&" | "||", left=left, right=right) if wanted.kind is not Kind.BOOLEAN:
            if node.operator == "||":
                expect(checker, left, wanted)
            expect(checker, right, wanted)
            return
    found = checker.types[id(node)]
    if not _fits(node, found, wanted):
        checker.flag(
            "wrong-result", node, f"The result must be {described(wanted)}, this is {described(found)}."
        )
    elif wanted.choices and found.choices and not set(found.choices) <= set(wanted.choices):
        odd = next(choice for choice in found.choices if choice not in wanted.choices)
        sentence = f"`{odd}` is not among the allowed values."
        checker.flag("unknown-choice", node, sentence, suggest(odd, wanted.choices))


def _fits(node: Node, found: Type, wanted: Type) -> bool:
    if Kind.ANY in (found.kind, wanted.kind) or found.kind is Kind.NULL:
        return True
    if found.kind is Kind.INTEGER and wanted.kind in NUMERIC:
        return True
    if wanted.kind is Kind.NUMBER and found.kind is Kind.DECIMAL:
        return is_constant(node)
    if wanted.kind is Kind.RECORD:
        return found.kind is Kind.TEXT or (found.kind is Kind.RECORD and same_entity(found, wanted))
    if wanted.kind is Kind.OBJECT:
        return found.kind in (Kind.OBJECT, Kind.RECORD)
    if wanted.kind is Kind.LIST and found.kind is Kind.LIST and wanted.of and found.of:
        return _fits(node, found.of, wanted.of)
    if wanted.kind in MOMENTS and isinstance(node, Literal) and found.kind is Kind.TEXT:
        try:
            joined(node, wanted)
        except ValueError:
            return False
        return True
    return found.kind is wanted.kind
