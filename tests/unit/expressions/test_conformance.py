"""The sample cases of the reference, npm jexl 2.3.0, and its differential test."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.differential import generator, jexl_npm
from tests.support.jexl_reference import reference_jexl, same

from formwright.problems import ProblemError

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "cases" / "jexl" / "cases.jsonl").read_text("utf-8").split("\n")
CASES = [json.loads(line) for line in LINES if line]
BINDING = [case for case in CASES if case["tier"] != "quirk"]
QUIRKS = [case for case in CASES if case["tier"] == "quirk"]


def agrees(case: dict[str, Any]) -> bool:
    context = copy.deepcopy(case["context"])
    try:
        value = reference_jexl().evaluate(case["expr"], context)
    except ProblemError:
        return "error" in case
    assert context == case["context"]
    return "error" not in case and same(value, case["expected"])


def test_all_tiers_are_in_the_file() -> None:
    tiers = Counter(case["tier"] for case in CASES)

    assert tiers == {"core": 154, "coercion": 65, "syntax": 59, "quirk": 22}


@pytest.mark.parametrize("case", BINDING, ids=[case["id"] for case in BINDING])
def test_core_coercion_and_syntax_agree_with_the_reference(case: dict[str, Any]) -> None:
    assert agrees(case)


def test_quirks_give_a_value_or_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    """Quirks are scored, not required: where the reference throws, ours may give null."""
    score = sum(map(agrees, QUIRKS))
    with capsys.disabled():
        print(f"\n  quirk tier: {score} of {len(QUIRKS)} as the reference")

    for case in QUIRKS:
        assert agrees(case) or case["error"]


def test_the_generator_repeats_itself_for_a_seed_and_covers_its_categories() -> None:
    first, again, other = generator.cases(7, 200), generator.cases(7, 200), generator.cases(8, 200)

    assert first == again != other
    assert {category for category, _, _ in first} == set(generator.CATEGORIES)


def test_most_generated_cases_have_a_value() -> None:
    jexl = reference_jexl()

    def has_value(text: str, context: dict[str, Any]) -> bool:
        try:
            jexl.evaluate(text, context)
        except ProblemError:
            return False
        return True

    made = generator.cases(1, 1_000)
    assert sum(has_value(text, context) for _, text, context in made) > 800


@pytest.mark.parametrize(
    ("text", "theirs", "outcome"),
    [
        ("1 + 1", {"value": 2}, "agree"),
        ("1 + 1", {"value": 3}, "disagree"),
        ("1 +", {"error": "Error", "stage": "parse"}, "both refuse"),
        ("1 +", {"value": 1}, "disagree"),
        ("1", {"error": "Error", "stage": "parse"}, "disagree"),
        (
            "x['a']",
            {"error": "TypeError: Cannot read properties of undefined (reading 'a')"},
            "null for throw",
        ),
        ("x['a']", {"error": "TypeError: Cannot read properties of null (reading 'type')"}, "disagree"),
        ("'' + 123456789 ^ 2", {"value": "15241578750190520"}, "last digit of ^"),
        ("'' + 123456789 ^ 2", {"value": "15241578750190500"}, "disagree"),
    ],
)
def test_the_differential_test_tells_agreement_from_disagreement(
    text: str, theirs: dict[str, Any], outcome: str
) -> None:
    assert jexl_npm._compare(reference_jexl(), ("", text, {}), theirs)[0] == outcome


def test_the_lock_of_the_npm_package_pins_the_reference_and_names_no_server() -> None:
    lock = json.loads((ROOT / "jexl_npm" / "package-lock.json").read_text("utf-8"))

    assert lock["packages"]["node_modules/jexl"]["version"] == "2.3.0"
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
