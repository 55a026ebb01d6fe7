"""Names: the identifier cases, and what is refused where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from formwright.metadata import compile_sources
from formwright.metadata.names import folded, reserved_reason
from formwright.problems import Problem, ProblemError

CASES = json.loads((Path(__file__).parents[2] / "cases/fuzz/identifier_cases.json").read_text("utf-8"))[
    "cases"
]
ALLOWED = {"name"}  # on purpose: what most records have
KEPT = {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at"}


def codes(attribute: str, entity: str = "thing") -> set[str]:
    text = f"entity: {json.dumps(entity)}\nattributes:\n  {json.dumps(attribute)}: text\n"
    problems: tuple[Problem, ...] = ()
    try:
        compile_sources({"a/thing.yaml": text})
    except ProblemError as error:
        problems = error.problems
    assert all(problem.place.file and problem.place.line for problem in problems)
    return {problem.code for problem in problems}


def names(group: str) -> list[str]:
    return next(case["names"] for case in CASES if case["name"] == group)


@pytest.mark.parametrize(
    "group",
    [
        "system columns",
        "ORM names",
        "Python names",
        "JavaScript names",
        "63 bytes, fewer signs",
        "signs",
        "API words",
    ],
)
def test_names_that_mean_something_cannot_name_an_attribute(group: str) -> None:
    for name in names(group):
        if name not in ALLOWED and name not in ("type", "state", "owner", "number"):
            assert codes(name) & {"bad-name", "reserved-name"}, name


def test_own_columns_cannot_be_declared() -> None:
    for name in names("own columns"):
        assert codes(name) & {"reserved-name", "fixed-attribute"}, name
    assert "fixed-attribute" in codes("type")


@pytest.mark.parametrize("group", ["route words", "system columns", "ORM names", "Python names", "signs"])
def test_names_that_mean_something_cannot_name_an_entity_type(group: str) -> None:
    for name in names(group):
        if name:
            assert codes("size", name) & {"bad-name", "reserved-name"}, name


def test_sql_keywords_are_names_like_others_unless_they_mean_something_else() -> None:
    refused = {name for name in names("reserved in SQL") if codes(name)}
    assert refused == {"user", "limit", "order", "offset"}
    assert not codes("size", "order")
    assert not codes("size", "group")


@pytest.mark.parametrize(
    "group", ["cut to the same 63 bytes", "equal but for case", "equal after NFKC", "lookalike", "turkish i"]
)
def test_of_a_pair_that_looks_or_stores_alike_at_least_one_is_refused(group: str) -> None:
    assert any(codes(name) for name in names(group))
    first, second = names(group)
    assert group == "cut to the same 63 bytes" or folded(first) == folded(second)


def test_long_names_that_fit_are_accepted() -> None:
    table, column = names("index name too long")
    assert not codes(column, table)


def test_a_refused_name_comes_with_the_nearest_allowed_one() -> None:
    with pytest.raises(ProblemError) as caught:
        compile_sources({"a/t.yaml": "entity: thing\nattributes: {Straße Nr: text}\n"})
    assert caught.value.problems[0].hint == "write `strasse_nr`"


def test_states_and_roles_may_be_called_as_in_life() -> None:
    assert not reserved_reason("new", "state")
    text = "entity: thing\nlifecycle: {states: [new, delete], transitions: {edit: {from: new, to: delete}}}\n"
    assert compile_sources({"a/t.yaml": text}).entities["thing"].lifecycle is not None
