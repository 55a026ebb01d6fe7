"""Which parts of an expression decided, and how that is said."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.rules import rule
from tests.support.shop import SCOPE

from formwright.expressions import Kind, Scope, Type, compile_expression
from formwright.expressions.equality import truth
from formwright.expressions.explain import HIDDEN, Explanation, Part, explain, shown
from formwright.expressions.nodes import Binary, Conditional, Literal, Node, Unary
from formwright.problems import ProblemError

CONTEXT: dict[str, Any] = {
    "id": "o1",
    "number": "A-1",
    "status": "open",
    "total": Decimal("99.90"),
    "qty": 7,
    "paid": False,
    "due": date(2026, 3, 1),
    "partner": {"id": "p1", "name": "Net", "country": "CZ"},
    "tags": ["vip"],
    "lines": [{"id": "l1", "qty": 1, "name": "x"}, {"id": "l2", "qty": 5, "name": "y"}],
    "user": {"id": "u1", "roles": ["clerk"]},
    "today": date(2026, 4, 1),
}


def explained(
    text: str, context: dict[str, Any] = CONTEXT, hidden: frozenset[str] = frozenset()
) -> Explanation:
    return explain(compile_expression(text, SCOPE), context, hidden)


SENTENCES = [
    ("status == 'closed'", "false because `status == 'closed'` is false: status is `open`"),
    ("paid", "false because `paid` is false"),
    ("!paid", "true because `paid` is false"),
    ("note", "missing because `note` is missing"),
    ("paid && qty > 3", "false because `paid` is false"),
    ("qty > 3 && paid", "false because `paid` is false"),
    ("paid && qty > 9", "false because `paid` is false, and `qty > 9` is false: qty is 7"),
    ("note != null && note|length > 3", "false because `note != null` is false: note is missing"),
    (
        "qty > 3 && total > 9",
        "true because `qty > 3` is true: qty is 7, and `total > 9` is true: total is 99.90",
    ),
    ("paid || qty > 3 || total > 9", "true because `qty > 3` is true: qty is 7"),
    ("paid || qty > 9", "false because `paid` is false, and `qty > 9` is false: qty is 7"),
    ("!(paid || qty > 9)", "true because `paid` is false, and `qty > 9` is false: qty is 7"),
    ("!(!(qty > 3))", "true because `qty > 3` is true: qty is 7"),
    ("qty > 3 ? paid : note", "false because `qty > 3` is true: qty is 7, and `paid` is false"),
    ("paid ? 1 : 2", "2 because `paid` is false"),
    (
        "(note ?: number) == 'A-1'",
        "true because `(note ?: number) == 'A-1'` is true: note is missing, number is `A-1`",
    ),
    ("note ?: number", "`A-1` because `number` is `A-1`"),
    ("note ?: priority", "missing because `note` is missing, and `priority` is missing"),
    ("partner.country == 'DE'", "false because `partner.country == 'DE'` is false: partner.country is `CZ`"),
    ("has_role('admin')", "false because `has_role('admin')` is false: user.roles is [`clerk`]"),
    ("due < today", "true because `due < today` is true: due is 2026-03-01, today is 2026-04-01"),
    (
        "lines[.qty > 5]|length > 0",
        "false because `lines[.qty > 5]|length > 0` is false: lines[].qty is [1, 5]",
    ),
    ("qty * total", "699.30 because `qty * total` is 699.30: qty is 7, total is 99.90"),
    ("true || paid", "true because `true || paid` is true"),
    ("partner", "`Net` because `partner` is `Net`"),
    ("qty  >\n 3", "true because `qty > 3` is true: qty is 7"),
    ("'vip' in tags", "true because `'vip' in tags` is true: tags is [`vip`]"),
    (
        "lines|any('ready')",
        "false because `lines|any('ready')` is false: lines[].ready is [missing, missing]",
    ),
    ("lines|all('name')", "true because `lines|all('name')` is true: lines[].name is [`x`, `y`]"),
    ("empty(note)", "true because `empty(note)` is true: note is missing"),
    ("note|length > 3", "false because `note|length > 3` is false: note is missing"),
    ("!(paid || !(qty > 3))", "true because `paid` is false, and `qty > 3` is true: qty is 7"),
    # Only the branch that was taken was read, and what chose it.
    (
        "(paid ? total : qty) > 5",
        "true because `(paid ? total : qty) > 5` is true: paid is false, qty is 7",
    ),
    ("(qty ?: total) > 9", "false because `(qty ?: total) > 9` is false: qty is 7"),
    ("(paid && total > 5) == true", "false because `(paid && total > 5) == true` is false: paid is false"),
    (
        "(paid || total > 5) == true",
        ("true because `(paid || total > 5) == true` is true: paid is false, total is 99.90"),
    ),
    (
        "(paid ? lines : lines[.qty > 1])|length == 1",
        "true because `(paid ? lines : lines[.qty > 1])|length == 1` is true: lines[].qty is [1, 5], paid is false",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), SENTENCES)
def test_an_explanation_names_only_what_decided(text: str, sentence: str) -> None:
    assert explained(text).sentence == sentence


def test_an_explanation_is_data_with_positions() -> None:
    found = explained("qty > 3 && status == 'closed'")

    assert found.result is False
    assert [(part.text, part.start, part.end, part.value, dict(part.inputs)) for part in found.decided] == [
        ("status == 'closed'", 11, 29, False, {"status": "open"})
    ]
    with pytest.raises(FrozenInstanceError):
        found.result = True  # type: ignore[misc]  # that it cannot be set is the point


def test_an_expression_explains_itself() -> None:
    assert compile_expression("paid", SCOPE).explain(CONTEXT) == explained("paid")


HIDING = [
    ("total > 10", {"total"}, "true because `total > 10` is •••: total is •••"),
    ("total", {"total"}, "••• because `total` is •••"),
    ("total * 2", {"total"}, "••• because `total * 2` is •••: total is •••"),
    ("record.total > 10", {"total"}, "true because `record.total > 10` is •••: record.total is •••"),
    ("total > 10 && paid", {"total"}, "false because `paid` is false"),
    ("partner.name == 'x'", {"partner"}, "false because `partner.name == 'x'` is •••: partner.name is •••"),
    (
        "lines[.qty > 1]|length",
        {"lines[].qty"},
        "••• because `lines[.qty > 1]|length` is •••: lines[].qty is •••",
    ),
    ("partner", {"partner.name"}, "••• because `partner` is •••"),
    ("qty > 3", {"total"}, "true because `qty > 3` is true: qty is 7"),
    # What chose the branch tells of the secret as well.
    (
        "(total > 9 ? qty : 1) * 2",
        {"total"},
        "••• because `(total > 9 ? qty : 1) * 2` is •••: qty is 7, total is •••",
    ),
    ("total > 9 ? qty : 1", {"total"}, "••• because `total > 9` is •••: total is •••, and `qty` is 7"),
    (
        "(paid ? total : qty) * 2",
        {"total"},
        "14 because `(paid ? total : qty) * 2` is 14: paid is false, qty is 7",
    ),
]


@pytest.mark.parametrize(("text", "hidden", "sentence"), HIDING)
def test_hidden_values_are_never_shown(text: str, hidden: set[str], sentence: str) -> None:
    context = CONTEXT | {"record": CONTEXT}
    found = explained(text, context, frozenset(hidden))

    assert found.sentence == sentence
    for part in found.decided:
        secret = [value for path, value in part.inputs.items() if value == HIDDEN]
        assert not secret or part.value == HIDDEN


def test_what_cannot_be_evaluated_is_said_and_not_raised() -> None:
    scope = Scope(SCOPE.schema, "order", {"data": Type(Kind.ANY, optional=True)})
    expression = compile_expression("data.n > 3 && qty > 3", scope)

    found = explain(expression, {"data": {"n": "text"}, "qty": 7})

    assert found.result is None
    assert found.sentence.startswith("no result: ")
    assert "`data.n > 3` cannot be evaluated" in [part.sentence for part in found.decided]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x" * 100, "`" + "x" * 60 + "…`"),
        (list(range(9)), "[0, 1, 2, 3, 4, … 9 in all]"),
        ({"id": "7"}, "`7`"),
        ({"a": 1}, "an object"),
        (Decimal("1E+3"), "1000"),
        pytest.param(10**5000, "a very large number", id="large"),
    ],
)
def test_long_values_are_cut(value: Any, text: str) -> None:
    assert shown(value) == text


@settings(max_examples=150, deadline=None)
@given(text=rule("boolean", 3), strip=st.sets(st.sampled_from(sorted(CONTEXT))))
def test_every_rule_explains_itself_with_the_result_it_has(text: str, strip: set[str]) -> None:
    context = {name: value for name, value in CONTEXT.items() if name not in strip}
    names = {**SCOPE.names, "params": Type(Kind.ANY, optional=True)}
    try:
        expression = compile_expression(text, Scope(SCOPE.schema, "order", names))
    except ProblemError:
        return

    found = expression.explain(context)

    assert found.sentence
    if not found.failed:
        assert found.result == expression.value(context)
        assert implied(expression.node, found.decided) is truth(found.result)
    for part in found.decided:
        assert expression.text[part.start : part.end] == part.text


def implied(node: Node, decided: tuple[Part, ...]) -> bool | None:
    """Return the truth of *node* as it follows from *decided* alone, None when it does not follow."""
    for part in decided:
        if (part.start, part.end) == (node.start, node.end):
            return truth(part.value)
    match node:
        case Literal(value=value):
            return truth(value)
        case Unary(operand=operand):
            inner = implied(operand, decided)
            return None if inner is None else not inner
        case Binary(operator="&&" | "||" as operator, left=left, right=right):
            return either((implied(left, decided), implied(right, decided)), absorbing=operator == "||")
        case Conditional(test=test, then=None, otherwise=otherwise):
            return either((implied(test, decided), implied(otherwise, decided)), absorbing=True)
        case Conditional(test=test, then=Node() as then, otherwise=otherwise):
            chosen = implied(test, decided)
            return None if chosen is None else implied(then if chosen else otherwise, decided)
    return None


def either(sides: tuple[bool | None, bool | None], *, absorbing: bool) -> bool | None:
    """Return `||` of three-valued sides where true absorbs, `&&` where false does."""
    if absorbing in sides:
        return absorbing
    return None if None in sides else not absorbing
