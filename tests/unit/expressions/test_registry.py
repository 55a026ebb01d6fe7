"""The registry: every example of the catalogue holds, plugins extend it, names are taken once."""

import pytest
from tests.support.shop import SCOPE, Unknown

from formwright.expressions import (
    Example,
    Form,
    Function,
    Kind,
    Parameter,
    Registry,
    Scope,
    Type,
    compile_expression,
    standard,
)
from formwright.expressions.kinds import type_of
from formwright.problems import ProblemError

LISTED = [
    "lower",
    "upper",
    "trim",
    "digits",
    "length",
    "replace",
    "starts_with",
    "contains",
    "split",
    "join",
    "abs",
    "round",
    "floor",
    "ceil",
    "min",
    "max",
    "first",
    "last",
    "any",
    "all",
    "sum",
    "map",
    "sort",
    "unique",
    "count",
    "add_days",
    "add_months",
    "add_years",
    "days_between",
    "months_between",
    "weekday",
    "start_of",
    "end_of",
    "format",
    "empty",
    "coalesce",
    "has_role",
    "in_team",
    "changed",
    "lookup",
    "len",
]


def examples():
    return [(function, example) for function in standard() for example in function.examples]


@pytest.mark.parametrize(("function", "example"), examples(), ids=lambda value: getattr(value, "text", ""))
def test_example(function, example):
    """The example gives what the catalogue says, and shows the function it belongs to."""
    names = {name: type_of(value) for name, value in example.context.items() if name != "$records"}
    expression = compile_expression(example.text, Scope(Unknown(), names=names))

    assert expression.value(example.context) == example.result
    assert function.name in example.text


def test_functions_promised_are_there():
    assert {function.name for function in standard()} == set(LISTED)


def test_every_function_has_an_example_and_a_sentence():
    for function in standard():
        assert function.examples, function.name
        assert function.doc.endswith("."), function.name
        assert "\n" not in function.doc


def double():
    number = Parameter("number", frozenset({Kind.INTEGER}))
    return Function(
        name="twice",
        forms=frozenset({Form.TRANSFORM}),
        parameters=(number,),
        result=Type(Kind.INTEGER),
        python=lambda value: 2 * value,
        doc="Two times the number.",
        examples=(Example("qty|twice", {"qty": 2}, 4),),
    )


def test_plugin_adds_a_function():
    """A registry is extended without changing the one it came from."""
    registry = standard().extended([double()])

    assert compile_expression("qty|twice + 1", SCOPE, registry=registry).value({"qty": 4}) == 9
    with pytest.raises(ProblemError):
        compile_expression("qty|twice", SCOPE)


def test_name_is_taken_once():
    registry = Registry()
    registry.add(double())

    with pytest.raises(ProblemError) as caught:
        registry.add(double())
    assert caught.value.problems[0].code == "duplicate-function"


def test_failing_plugin_function_is_a_problem():
    """Whatever a plugin raises comes out as a problem."""

    def fail(_):
        raise RuntimeError("broken")

    broken = Function(
        name="broken",
        forms=frozenset({Form.FUNCTION}),
        parameters=(Parameter("value"),),
        result=Type(Kind.INTEGER),
        python=fail,
        doc="Fails.",
        examples=(),
    )
    expression = compile_expression("broken(qty)", SCOPE, registry=standard().extended([broken]))

    with pytest.raises(ProblemError) as caught:
        expression.value({"qty": 1})
    assert caught.value.problems[0].code == "evaluation-failed"
