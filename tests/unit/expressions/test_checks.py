"""Cases as data: what an expression of an order gives, or exactly what is wrong with it and where."""

from pathlib import Path

import pytest
import yaml
from tests.support.shop import SCOPE

from formwright.expressions import Kind, Type, compile_expression
from formwright.problems import Place, ProblemError

CASES = Path(__file__).parents[2] / "cases" / "expressions"


def load(name):
    return yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))


def found(text, **options):
    try:
        compiled = compile_expression(text, SCOPE, **options)
    except ProblemError as error:
        return [f"{problem.code}@{problem.place.column}" for problem in error.problems]
    kind = compiled.type
    return "optional " * kind.optional + str(kind.kind)


@pytest.mark.parametrize(
    "case", [*load("types"), *load("problems")], ids=lambda case: case["text"] or "empty"
)
def test_type_or_problems(case):
    """An expression has the type the case says, or all the problems, at their columns."""
    expected = case["problems"] if "problems" in case else str(case["type"] or "null")

    assert found(case["text"]) == expected


@pytest.mark.parametrize(
    "case", [case for case in load("problems") if "hint" in case], ids=lambda case: case["text"]
)
def test_hint(case):
    """The first problem says the way out."""
    with pytest.raises(ProblemError) as caught:
        compile_expression(case["text"], SCOPE)

    assert case["hint"] in caught.value.problems[0].hint


def test_places_add_up_over_lines():
    """A problem in the third line of a block text stands three lines further, in its own column."""
    text = "total > 1 &&\n  paid &&\n  totl > 2"

    with pytest.raises(ProblemError) as caught:
        compile_expression(text, SCOPE, place=Place("order.yaml", 10, 7))

    assert [str(problem.place) for problem in caught.value.problems] == ["order.yaml:12:3"]


def test_place_on_one_line():
    """A problem stands as far right as the text begins, plus its own column."""
    with pytest.raises(ProblemError) as caught:
        compile_expression("1 + totl", SCOPE, place=Place("order.yaml", 10, 7))

    assert str(caught.value.problems[0].place) == "order.yaml:10:11"


def test_syntax_problem_has_its_place_even_when_the_text_was_seen_before():
    for line in (3, 4):
        with pytest.raises(ProblemError) as caught:
            compile_expression("1 +", SCOPE, place=Place("a.yaml", line, 2))
        assert str(caught.value.problems[0].place) == f"a.yaml:{line}:5"


WANTED = [
    ("paid", Kind.BOOLEAN, "optional boolean"),
    ("note", Kind.BOOLEAN, "optional text"),
    ("tags", Kind.BOOLEAN, ["list-as-condition@1"]),
    ("paid && tags", Kind.BOOLEAN, ["list-as-condition@9"]),
    ("paid ? tags : note", Kind.BOOLEAN, ["list-as-condition@8"]),
    ("qty", Kind.DECIMAL, "integer"),
    ("qty", Kind.NUMBER, "integer"),
    ("0.5", Kind.NUMBER, "decimal"),
    ("discount", Kind.NUMBER, ["wrong-result@1"]),
    ("discount", Kind.INTEGER, ["wrong-result@1"]),
    ("paid ? qty : 'x'", Kind.INTEGER, ["wrong-result@14"]),
    ("paid ? qty : null", Kind.INTEGER, "optional integer"),
    ("paid && qty", Kind.INTEGER, "optional any"),
    ("'2027-01-31'", Kind.DATE, "text"),
    ("'soon'", Kind.DATE, ["wrong-result@1"]),
    ("user.id", Kind.RECORD, "text"),
    ("data", Kind.TEXT, "optional any"),
    ("created_at", Kind.DATE, ["wrong-result@1"]),
]


@pytest.mark.parametrize(("text", "kind", "expected"), WANTED)
def test_expected_result(text, kind, expected):
    """The result has to fit the place of the expression, branch by branch."""
    assert found(text, expects=Type(kind)) == expected


def test_expected_choices():
    """A literal that is no allowed value is found in its branch."""
    wanted = Type(Kind.TEXT, choices=("low", "high"))

    assert found("paid ? 'low' : 'hihg'", expects=wanted) == ["unknown-choice@16"]


def test_expected_entity():
    assert found("partner", expects=Type(Kind.RECORD, entity="person")) == ["wrong-result@1"]
