"""Check the operators: what compares, what adds, and what the result is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formwright.expressions.joining import constant, is_constant, joined
from formwright.expressions.kinds import (
    ANY,
    BOOLEAN,
    DECIMAL,
    INTEGER,
    NUMBER,
    NUMERIC,
    ORDERED,
    TEXT,
    described,
    join,
)
from formwright.expressions.nodes import Binary, Conditional, ListLiteral, Literal, Node
from formwright.expressions.types import Kind, Type
from formwright.problems import suggest

if TYPE_CHECKING:
    from formwright.expressions.checks import Checker

__all__ = ["binary", "comparable", "expect"]

MOMENTS = frozenset({Kind.DATE, Kind.DATETIME, Kind.TIME})
DIVISIONS = frozenset({"/", "//", "%"})
ANYTHING = ANY.maybe()
FORMS = {Kind.DATE: "2027-01-31", Kind.DATETIME: "2027-01-31T08:00:00Z", Kind.TIME: "08:00"}


def binary(checker: Checker, node: Binary) -> Type:
    """Return the type of a binary operation."""
    match node.operator:
        case "&&" | "||":
            checker.condition(node.left)
            return _logic(node.operator, checker.types[id(node.left)], checker.of(node.right))
        case "==" | "!=":
            left, right = checker.of(node.left), checker.of(node.right)
            _equality(checker, node, left, right)
            return BOOLEAN
        case "in":
            _membership(checker, node, checker.of(node.left), checker.of(node.right))
            return BOOLEAN
        case "<" | "<=" | ">" | ">=":
            _order(checker, node, checker.of(node.left), checker.of(node.right))
            return BOOLEAN
        case _:
            return _arithmetic(checker, node, checker.of(node.left), checker.of(node.right))


def _logic(operator: str, left: Type, right: Type) -> Type:
    both = join(left, right)
    optional = right.optional or (operator == "&&" and left.optional)
    return both.maybe() if optional else both.surely()


# -- equality ---------------------------------------------------------------------


def _equality(checker: Checker, node: Binary, left: Type, right: Type) -> None:
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
        _one_number_kind(checker, one, left, other, right)
    elif left.kind is right.kind:
        _same_kind(checker, one, left, other, right)
    elif not _moment_with_text(checker, one, left, other, right) and {left.kind, right.kind} != {
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
    """Tell whether two records can be of one entity type; that of the acting user (`$user`) is not known here."""
    names = {left.entity, right.entity}
    return len(names) == 1 or "" in names or "$user" in names


def _moment_with_text(checker: Checker, one: Node, left: Type, other: Node, right: Type) -> bool:
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


def _one_number_kind(checker: Checker, one: Node, left: Type, other: Node, right: Type) -> bool:
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


# -- membership and order ---------------------------------------------------------------


def _membership(checker: Checker, node: Binary, left: Type, right: Type) -> None:
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


def _order(checker: Checker, node: Binary, left: Type, right: Type) -> None:
    kinds = {left.kind, right.kind}
    if Kind.NULL in kinds:
        checker.flag(
            "order-with-null", node, "Nothing is less or greater than null.", "write `== null` to ask for it"
        )
    elif Kind.ANY in kinds or _moment_with_text(checker, node.left, left, node.right, right):
        return
    elif left.kind in NUMERIC and right.kind in NUMERIC:
        _one_number_kind(checker, node.left, left, node.right, right)
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


# -- arithmetic -----------------------------------------------------------------------------


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
    if not _one_number_kind(checker, node.left, left, node.right, right):
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
    if node.operator == "-" and _moment_with_text(checker, node.left, left, node.right, right):
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


# -- the result ---------------------------------------------------------------------------------


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
