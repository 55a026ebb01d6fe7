"""Check operators: what joins, what adds, and what the result is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formwright.expressions.comparisons import (
    equality,
    membership,
    moment_with_text,
    one_number_kind,
    ordering,
)
from formwright.expressions.joining import constant, is_constant
from formwright.expressions.kinds import (
    ANY,
    BOOLEAN,
    DECIMAL,
    INTEGER,
    MOMENTS,
    NUMBER,
    NUMERIC,
    TEXT,
    described,
    join,
)
from formwright.expressions.nodes import Binary
from formwright.expressions.types import Kind, Type

if TYPE_CHECKING:
    from formwright.expressions.checks import Checker

__all__ = ["binary"]

DIVISIONS = frozenset({"/", "//", "%"})
ANYTHING = ANY.maybe()


def binary(checker: Checker, node: Binary) -> Type:
    """Return the type of a binary operation."""
    match node.operator:
        case "&&" | "||":
            checker.condition(node.left)
            right = checker.of_when(node.right, node.left, holds=node.operator == "&&")
            return _logic(node.operator, checker.types[id(node.left)], right)
        case "==" | "!=":
            left, right = checker.of(node.left), checker.of(node.right)
            equality(checker, node, left, right)
            return BOOLEAN
        case "in":
            membership(checker, node, checker.of(node.left), checker.of(node.right))
            return BOOLEAN
        case "<" | "<=" | ">" | ">=":
            ordering(checker, node, checker.of(node.left), checker.of(node.right))
            return BOOLEAN
        case _:
            return _arithmetic(checker, node, checker.of(node.left), checker.of(node.right))


def _logic(operator: str, left: Type, right: Type) -> Type:
    both = join(left, right)
    optional = right.optional or (operator == "&&" and left.optional)
    return both.maybe() if optional else both.surely()


def _arithmetic(checker: Checker, node: Binary, left: Type, right: Type) -> Type:
    kinds = {left.kind, right.kind}
    if Kind.NULL in kinds:
        return checker.flag("arithmetic-with-null", node, "Nothing can be computed with null.")
    if node.operator == "+" and Kind.TEXT in kinds:
        return _concatenation(checker, node, left, right)
    if node.operator in "+-" and not kinds <= NUMERIC | {Kind.ANY}:
        return _moments(checker, node, left, right)
    for side, kind in ((node.left, left), (node.right, right)):
        if kind.kind not in NUMERIC and kind.kind is not Kind.ANY:
            sentence = f"`{node.operator}` computes with numbers, not with {described(kind)}."
            return checker.flag("arithmetic-types", side, sentence)
    return _numbers(checker, node, left, right)


def _numbers(checker: Checker, node: Binary, left: Type, right: Type) -> Type:
    optional = left.optional or right.optional
    if node.operator in DIVISIONS:
        if not is_constant(node.right):
            optional = True
        elif constant(node.right) == 0:
            return checker.flag("division-by-zero", node.right, "The divisor is zero.")
    if node.operator == "^":
        return NUMBER.maybe()
    if Kind.ANY in (left.kind, right.kind):
        return ANYTHING
    if not one_number_kind(checker, node.left, left, node.right, right):
        return ANYTHING
    result = _number_kind(node.operator, {left.kind, right.kind})
    return result.maybe() if optional or result is NUMBER else result


def _number_kind(operator: str, kinds: set[Kind]) -> Type:
    if Kind.NUMBER in kinds:
        return NUMBER
    if operator == "//":
        return INTEGER
    return DECIMAL if operator == "/" or Kind.DECIMAL in kinds else INTEGER


def _concatenation(checker: Checker, node: Binary, left: Type, right: Type) -> Type:
    for side, kind in ((node.left, left), (node.right, right)):
        if kind.kind not in (Kind.TEXT, Kind.ANY):
            return checker.flag(
                "text-with-other",
                side,
                f"`+` joins texts with texts, not with {described(kind)}.",
                "join all sorts of values as a list: `[a, b]|join('')`",
            )
        if kind.optional:
            checker.flag(
                "optional-text",
                side,
                "This can be missing, and then the whole text would be.",
                "say what to show then: `(… ?: '')`",
            )
    return TEXT


DATE_RESULTS = {
    (Kind.DATE, "-", Kind.DATE): INTEGER,
    (Kind.DATETIME, "-", Kind.DATETIME): Type(Kind.DURATION),
    (Kind.DATETIME, "+", Kind.DURATION): Type(Kind.DATETIME),
    (Kind.DATETIME, "-", Kind.DURATION): Type(Kind.DATETIME),
    (Kind.DURATION, "+", Kind.DURATION): Type(Kind.DURATION),
    (Kind.DURATION, "-", Kind.DURATION): Type(Kind.DURATION),
}


def _moments(checker: Checker, node: Binary, left: Type, right: Type) -> Type:
    if node.operator == "-" and moment_with_text(checker, node.left, left, node.right, right):
        kind = left.kind if left.kind in MOMENTS else right.kind
        left, right = Type(kind, left.optional), Type(kind, right.optional)
    result = DATE_RESULTS.get((left.kind, node.operator, right.kind))
    if result is not None:
        return result.maybe() if left.optional or right.optional else result
    if Kind.ANY in (left.kind, right.kind):
        return ANYTHING
    hint = ""
    if left.kind in (Kind.DATE, Kind.DATETIME) and right.kind in NUMERIC:
        count = "n" if node.operator == "+" else "-n"
        hint = f"write `…|add_days({count})`"
    elif {left.kind, right.kind} == {Kind.DATE, Kind.DATETIME}:
        hint = "use `days_between(a, b)`, which takes both"
    sentence = f"`{node.operator}` does not take {described(left)} and {described(right)}."
    return checker.flag("arithmetic-types", node.right, sentence, hint)
