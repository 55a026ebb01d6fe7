"""The one shape of every message, and its three renderings."""

from __future__ import annotations

import json

import pytest

from formwright.problems import (
    Place,
    Problem,
    ProblemError,
    Problems,
    Severity,
    as_json,
    as_problem_details,
    as_text,
    nearest,
    suggest,
)

WRONG = Problem(
    "unknown-attribute",
    "Entity type `ticket` has no attribute `prioritty`.",
    Place("ticket.yaml", 18, 47),
    "did you mean `priority`?",
)


def test_text_gives_place_code_sentence_and_hint():
    assert as_text([WRONG]) == (
        "ticket.yaml:18:47: unknown-attribute\n  Entity type `ticket` has no attribute `prioritty`.\n  Hint: did you mean `priority`?"
    )


def test_a_warning_and_related_places_are_told():
    problem = Problem(
        "twice",
        "It is there twice.",
        Place("b.yaml", 2, 1),
        severity=Severity.WARNING,
        related=(Place("a.yaml", 1, 1),),
    )
    assert as_text([problem]) == "b.yaml:2:1: twice (warning)\n  It is there twice.\n  See also a.yaml:1:1"


def test_json_leaves_out_what_is_empty():
    assert as_json([Problem("bad", "Bad.")]) == [{"code": "bad", "severity": "error", "sentence": "Bad."}]
    assert as_json([WRONG])[0]["line"] == 18
    assert json.loads(json.dumps(as_json([WRONG])))


def test_problem_details_are_those_of_rfc_9457():
    found = [
        Problem("required", "Name is required.", Place(field="name")),
        Problem("too-long", "Name is too long.", Place(field="name")),
        Problem("adult", "The customer must be an adult."),
    ]
    details = as_problem_details(422, found, "/api/customer")
    assert details["type"] == "urn:formwright:problem:required"
    assert (details["status"], details["title"], details["instance"]) == (
        422,
        "The input has problems",
        "/api/customer",
    )
    assert details["fields"] == {"name": ["Name is required.", "Name is too long."]}
    assert len(details["problems"]) == 3
    assert as_problem_details(404, [])["type"] == "about:blank"


def test_problems_come_in_the_order_of_files_and_lines_and_only_errors_stop():
    problems = Problems()
    problems.add("later", "Later.", Place("b.yaml", 9, 1))
    problems.add("early", "Early.", Place("a.yaml", 3, 2), severity=Severity.WARNING)
    assert [p.code for p in problems] == ["early", "later"]
    with pytest.raises(ProblemError) as caught:
        problems.raise_errors()
    assert [p.code for p in caught.value.problems] == ["early", "later"]
    only_warnings = Problems()
    only_warnings.add("early", "Early.", severity=Severity.WARNING)
    only_warnings.raise_errors()
    assert only_warnings.errors == ()


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [("iban", "account", "account.iban"), ("[2].iban", "accounts", "accounts[2].iban"), ("", "name", "name")],
)
def test_a_problem_of_a_part_becomes_one_of_the_whole(inner, outer, expected):
    assert Problem("x", "X.", Place(field=inner)).in_field(outer).place.field == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prioritty", "priority"),
        ("Due-Date", "due_date"),
        ("dueDate", "due_date"),
        ("xyz", None),
        ("", None),
        ("p" * 100_000, None),
    ],
)
def test_the_nearest_name(name, expected):
    assert nearest(name, ["priority", "due_date", "subject"]) == expected


def test_a_hint_lists_few_names_and_never_many():
    assert suggest("xyz", ["b", "a"]) == "known here: `a`, `b`"
    assert suggest("xyz", [f"name{i}" for i in range(40)]) == ""
    assert suggest("xyz", []) == ""
