"""The type of an expression is true: its value on a complete record is of that kind, and there unless optional."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.shop import SCOPE
from tests.unit.expressions.test_checks import load
from tests.unit.expressions.test_python import FULL, VALUES

from formwright.expressions import RECORDS, Kind, Question, compile_expression
from formwright.expressions.kinds import type_of
from formwright.problems import ProblemError

RECORD = FULL | {
    "priority": "low",
    "parent": {"id": "p2", "country": "AT"},
    "extra": {"size": 1},
    "record": FULL,
}
TEXTS = [case["text"] for case in load("types") if "type" in case] + [text for text, *_ in VALUES]

ATOMS = ["qty", "points", "total", "discount", "rate", "note", "number", "paid", "due", "placed", "created_at",
         "closed_at", "took", "tags", "lines", "owner", "partner.parent", "partner.country", "user", "today", "data.n",
         "status", "priority", "1", "0.5", "0", "'a'", "''", "true", "null", "[1, 2]"]  # fmt: skip
BINARY = ["+", "-", "*", "/", "//", "%", "^", "==", "!=", "<", ">=", "in", "&&", "||"]
TRANSFORMS = ["lower", "length", "round", "round(1)", "first", "sum", "sum('qty')", "max('price')", "map('name')",
              "sort('-qty')", "unique", "empty", "coalesce(1)", "add_days(2)", "start_of('month')", "join", "weekday",
              "abs", "floor", "digits", "any", "count('ready')", "split('-')", "days_between(today)"]  # fmt: skip

nodes = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(BINARY), inner),
        st.builds("(!{})".format, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("({} ?: {})".format, inner, inner),
        st.builds("({}|{})".format, inner, st.sampled_from(TRANSFORMS)),
        st.builds("max({}, {})".format, inner, inner),
        st.builds("lines[.qty > {}]".format, inner),
        st.builds("lines[.name == number || {} == .price]".format, inner),
    ),
    max_leaves=7,
)


def fits(value, declared):
    """Tell whether *value* is of the *declared* type."""
    if value is None:
        return declared.optional or declared.kind in (Kind.NULL, Kind.ANY)
    if declared.kind is Kind.ANY:
        return True
    kind = type_of(value).kind
    if declared.kind is Kind.LIST and declared.of is not None:
        return kind is Kind.LIST and all(item is None or fits(item, declared.of) for item in value)
    # Whole numbers in a place for decimals or floats: a branch, or the sum of nothing.
    allowed = {Kind.DECIMAL: {Kind.INTEGER}, Kind.NUMBER: {Kind.INTEGER}, Kind.OBJECT: {Kind.RECORD}}
    return kind is declared.kind or kind in allowed.get(declared.kind, ())


FAILED = object()


def outcome(expression, context):
    try:
        return expression.value(context)
    except ProblemError:
        return FAILED


def kinds(expression):
    """Return the kinds of all parts, and of the elements of lists."""
    types = list(expression.types.values())
    return {each.kind for each in types} | {each.of.kind for each in types if each.of}


def answers(expression, context):
    """Answer questions to records with something of the right kind."""
    given_answers = {
        Question.LOOKUP: {"id": "1", "amount": FULL["total"]},
        Question.COUNT: 2,
        Question.SUM: FULL["total"],
    }
    return {query: given_answers[query.question] for query in expression.requests(context)}


@pytest.mark.parametrize("text", dict.fromkeys(TEXTS))
def test_case_gives_its_type(text):
    expression = compile_expression(text, SCOPE)
    context = RECORD | {"data": 2} if text == "data + 1" else RECORD

    assert fits(expression.value(context | {RECORDS: answers(expression, context)}), expression.type)


@settings(max_examples=400, deadline=None)
@given(nodes, st.booleans())
def test_any_checked_expression(text, complete):
    """What passes the check evaluates on a complete and on an empty record, and true() agrees with value()."""
    try:
        expression = compile_expression(text, SCOPE)
    except ProblemError:
        return
    context = RECORD if complete else {"today": date(2026, 4, 1)}
    value = outcome(expression, context)
    if value is FAILED:
        # Only a value whose kind is not known before may fail.
        assert Kind.ANY in kinds(expression)
        return
    assert expression.true(context) is (True if type(value) in (list, dict) else bool(value))
    if complete:
        assert fits(value, expression.type)
