"""Check comparisons: what can be equal, what is in what, what has an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formwright.expressions.joining import is_constant, joined
from formwright.expressions.kinds import ANY, MOMENTS, NUMERIC, ORDERED, described
from formwright.expressions.nodes import Binary, ListLiteral, Literal, Node
from formwright.expressions.types import Kind, Type
from formwright.problems import suggest

if TYPE_CHECKING:
    from formwright.expressions.checks import Checker

__all__ = [
    "comparable",
    "equality",
    "membership",
    "moment_with_text",
    "one_number_kind",
    "ordering",
    "same_entity",
]

FORMS = {Kind.DATE: "2027-01-31", Kind.DATETIME: "2027-01-31T08:00:00Z", Kind.TIME: "08:00"}


def equality(checker: Checker, node: Binary, left: Type, right: Type) -> None:
    """Check `==` or `!=`."""
    for side in (node.left, node.right):
        if isinstance(side, Binary) and side.operator == "^":
            checker.flag(
                "power-equality",
                node,
                "A power is a float, which hardly ever equals another number exactly.",
                "compare with `<` and `>`, or round both sides",
            )
            return
    comparable(checker, node.left, left, node.right, right)


def comparable(checker: Checker, one: Node, left: Type, other: Node, right: Type) -> None:
    """Flag two values that can never be equal."""
    if Kind.ANY in (left.kind, right.kind):
        return
    if Kind.NULL in (left.kind, right.kind):
        if isinstance(one, Literal) and isinstance(other, Literal) and left.kind is not right.kind:
            checker.flag("never-equal", one, "A literal is never missing.")
        return
    if left.kind in NUMERIC and right.kind in NUMERIC:
        one_number_kind(checker, one, left, other, right)
    elif left.kind is right.kind:
        _same_kind(checker, one, left, other, right)
    elif not moment_with_text(checker, one, left, other, right) and {left.kind, right.kind} != {
        Kind.RECORD,
        Kind.TEXT,
    }:
        hint = _date_hint(left, right)
        sentence = f"These are never equal: {described(left)} and {described(right)}."
        checker.flag("never-equal", other, sentence, hint)


def _same_kind(checker: Checker, one: Node, left: Type, other: Node, right: Type) -> None:
    if left.kind is Kind.RECORD and not same_entity(left, right):
        sentence = f"A `{left.entity}` is never the same record as a `{right.entity}`."
        checker.flag("never-equal", other, sentence)
    if not left.choices or not right.choices or set(left.choices) & set(right.choices):
        return
    if isinstance(one, Literal) and isinstance(other, Literal):
        return
    for node, own, allowed in ((one, left, right), (other, right, left)):
        if isinstance(node, Literal):
            checker.flag(
                "unknown-choice",
                node,
                f"`{own.choices[0]}` is not among the values that can occur.",
                suggest(own.choices[0], allowed.choices),
            )
            return
    checker.flag("never-equal", other, "These two have no value in common.")


def same_entity(left: Type, right: Type) -> bool:
    """Tell whether two records can be of one entity type; that of `$user` is not known here."""
    names = {left.entity, right.entity}
    return len(names) == 1 or "" in names or "$user" in names


def moment_with_text(checker: Checker, one: Node, left: Type, other: Node, right: Type) -> bool:
    """Check a date, datetime or time beside a text literal; False when this is not such a pair."""
    for node, own, beside in ((one, left, right), (other, right, left)):
        if isinstance(node, Literal) and own.kind is Kind.TEXT and beside.kind in MOMENTS:
            try:
                joined(node, beside)
            except ValueError:
                form = FORMS[beside.kind]
                sentence = f"`{str(node.value)[:40]}` is not {described(beside)}."
                checker.flag("not-a-date", node, sentence, f"write it as `'{form}'`")
            return True
    return False


def one_number_kind(checker: Checker, one: Node, left: Type, other: Node, right: Type) -> bool:
    """Flag a decimal beside a float, unless it is a literal, which joins as float."""
    if {left.kind, right.kind} != {Kind.DECIMAL, Kind.NUMBER}:
        return True
    decimal = one if left.kind is Kind.DECIMAL else other
    if is_constant(decimal):
        return True
    checker.flag(
        "decimal-with-float",
        other,
        "A decimal is exact and a float is not, so the two do not mix.",
        "round the float: `…|round(2)` is a decimal",
    )
    return False


def _date_hint(left: Type, right: Type) -> str:
    if {left.kind, right.kind} == {Kind.DATE, Kind.DATETIME}:
        return "use `days_between(a, b)`, which takes both"
    if Kind.LIST in (left.kind, right.kind):
        return "use `in` to look for a value in a list"
    return ""


def membership(checker: Checker, node: Binary, left: Type, right: Type) -> None:
    """Check `in`."""
    match right.kind:
        case Kind.ANY:
            return
        case Kind.LIST if isinstance(node.right, ListLiteral):
            for item in node.right.items:
                comparable(checker, node.left, left, item, checker.types[id(item)])
        case Kind.LIST:
            comparable(checker, node.left, left, node.right, right.of or ANY)
        case Kind.TEXT if left.kind in (Kind.TEXT, Kind.ANY):
            return
        case Kind.TEXT:
            checker.flag("in-needs-list", node.left, f"Only a text occurs in a text, not {described(left)}.")
        case _:
            checker.flag(
                "in-needs-list", node.right, f"`in` looks into a list or a text, not into {described(right)}."
            )


def ordering(checker: Checker, node: Binary, left: Type, right: Type) -> None:
    """Check `<` and its kin."""
    kinds = {left.kind, right.kind}
    if Kind.NULL in kinds:
        checker.flag(
            "order-with-null", node, "Nothing is less or greater than null.", "write `== null` to ask for it"
        )
    elif Kind.ANY in kinds or moment_with_text(checker, node.left, left, node.right, right):
        return
    elif left.kind in NUMERIC and right.kind in NUMERIC:
        one_number_kind(checker, node.left, left, node.right, right)
    elif left.kind is not right.kind or left.kind not in ORDERED:
        checker.flag(
            "order-of-types",
            node.right,
            f"These have no order: {described(left)} and {described(right)}.",
            _date_hint(left, right),
        )
    elif (left.choices and not isinstance(node.left, Literal)) or (
        right.choices and not isinstance(node.right, Literal)
    ):
        checker.flag(
            "order-of-choices",
            node,
            "Choices would be compared by alphabet.",
            "name the values: `… in ['high', 'urgent']`",
        )
