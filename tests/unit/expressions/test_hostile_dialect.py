"""Bad input in the platform dialect: a problem with a place, or a value; nothing else, and quickly."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.shop import EMPTY, SCOPE
from tests.unit.expressions.test_python import FULL

from formwright.expressions import compile_expression
from formwright.problems import ProblemError

CASES = json.loads(
    (Path(__file__).parents[2] / "cases" / "fuzz" / "expression_cases.json").read_text("utf-8")
)["cases"]

# What the dialect decides where the case leaves it open.
DECIDED = {
    "0.1 + 0.2 == 0.3": True,
    "'10' + 1": "text-with-other",
    "1 + true": "arithmetic-types",
    "'e\u0301' == '\xe9'": False,
    "null == missing": "unknown-name",
    "[1,2,3][1]": "expression-syntax",
    "[{n:1},{n:5}][.n > 2]": "expression-syntax",
}
# A backslash escapes quotes and itself only, so these are texts as they stand.
AS_WRITTEN = {"'\\u0000'", "'\\ud800'"}


def text_of(case):
    if "expr_parts" not in case:
        return case["expr"]
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in case["expr_parts"])


def outcome(text, scope=EMPTY, context=None):
    """Return the value, or the problems, each with its place."""
    try:
        return compile_expression(text, scope).value(context or {})
    except ProblemError as error:
        return error.problems


def is_problems(result):
    return isinstance(result, tuple) and all(
        problem.place.line and problem.place.column for problem in result
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: (case.get("expr") or case["why"])[:40])
def test_case(case):
    """Every case of the shared file keeps its verdict, within 50 ms."""
    text = text_of(case)
    outcome("1")
    begun = time.process_time()
    result = outcome(text)
    spent = time.process_time() - begun

    assert spent < 0.05
    if text in DECIDED:
        expected = DECIDED[text]
        assert result == expected if isinstance(expected, bool) else result[0].code == expected
    elif text in AS_WRITTEN:
        assert result == text[1:-1]
    elif case["verdict"] == "value":
        assert result == case["value"]
    elif case["verdict"] == "null-or-error":
        assert result is None or is_problems(result) or type(result) in (str, bool)
    else:
        assert is_problems(result) or type(result) in (int, float, bool, type(None))


SIGNS = ["total", "qty", "lines", "note", "tags", "data", "partner", "user", "'a'", "1", "0.5", "true", "null",
         "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "|", "!", "+", "-", "*", "/", "//", "%", "^", "==", "!=",
         "<", ">=", "in", "&&", "||", "length", "sum", "lower", "round", "a:", ".qty", "__class__", " "]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_arbitrary_text(text):
    """Any text at all is an expression or a list of problems with places."""
    result = outcome(text, SCOPE, FULL)

    assert is_problems(result) or not isinstance(result, tuple)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), max_size=14))
def test_arbitrary_tokens(tokens):
    """Any sequence of tokens gives the same result twice, and true() agrees with value()."""
    text = " ".join(tokens)
    result = outcome(text, SCOPE, FULL)

    assert is_problems(result) or not isinstance(result, tuple)
    assert outcome(text, SCOPE, FULL) == result
