"""Names of posted fields become values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.site import SAMPLES, compiled

from formwright.web.filling import without_other_types
from formwright.web.inputs import read_posted, texts_in

MODEL = compiled(SAMPLES)
SAMPLE = MODEL.entities["sample"]


def posted(*fields):
    return read_posted(list(fields), MODEL, SAMPLE)


def test_rows_are_gathered_in_their_order_without_gaps():
    found = posted(("lines[7].article", "B"), ("lines[2].article", "A"), ("lines[2].id", "x"), ("name", "N"))
    assert found.values == {"lines": [{"article": "A", "id": "x"}, {"article": "B"}], "name": "N"}
    assert found.problems == []


def test_several_texts_of_one_name_stay_together():
    found = posted(("urgent", "false"), ("urgent", "true"), ("looks", ""), ("address", "a"), ("address", "b"))
    assert found.values == {"urgent": ["false", "true"], "looks": [""], "address": ["a", "b"]}


def test_controls_are_apart():
    found = posted(
        ("_token", "t"), ("_acknowledged", "a"), ("_acknowledged", "b"), ("_choice.lines[0].price", "mine")
    )
    assert found.values == {}
    assert found.many["acknowledged"] == ["a", "b"]
    assert found.controls["choice.lines[0].price"] == "mine"


@pytest.mark.parametrize(
    "name",
    [
        "Name",
        "name[",
        "name[0]",
        "name[0].x",
        "lines[0]",
        "lines[-1].a",
        "lines[99999].a",
        "lines[1][2].a",
        "a.b",
        "lines.x",
        ".",
        "a" * 64,
        "lines[0].notes[0].x[0].y",
        "näme",
        "name ",
        "_Up",
        "x._other",
        "lines",
    ],
)
def test_names_that_no_field_has_are_problems(name: str):
    assert [problem.code for problem in posted((name, "x")).problems] == ["unknown-field"]


def test_a_name_cannot_be_text_and_rows_at_once():
    assert posted(("lines[0].article", "a"), ("lines", "x")).problems
    assert posted(("lines", "x"), ("lines[0].article", "a")).problems


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=5)), max_size=6))
def test_any_names_end_as_values_or_problems(fields):
    found = posted(*fields)
    assert all(problem.place.field.isascii() for problem in found.problems)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["lines[0].article", "lines[1].price", "name", "looks", "lines[0].id"]),
            st.text(max_size=5),
        ),
        max_size=6,
    )
)
def test_texts_have_the_paths_that_posted_them(fields):
    found = posted(*fields)
    for path, _ in texts_in(found.values):
        assert path.split("[")[0].split(".")[0] in {"lines", "name", "looks"}


def test_a_text_is_put_where_its_field_is():
    found = posted(("lines[3].article", "a"), ("name", "b"))
    found.put("lines[0].article", "c")
    found.put("name", "d")
    found.put("lines[5].article", "nowhere")
    assert found.values == {"lines": [{"article": "c"}], "name": "d"}


def test_fields_of_the_old_sub_type_go_and_losses_are_told():
    values, lost = without_other_types({"type": "plain", "ribbon": "", "name": "x"}, SAMPLE, MODEL)
    assert (values, lost) == ({"type": "plain", "name": "x"}, False)
    assert without_other_types({"type": "plain", "ribbon": "red"}, SAMPLE, MODEL)[1]
    assert without_other_types({"type": "junk", "ribbon": "red"}, SAMPLE, MODEL) == (
        {"type": "junk", "ribbon": "red"},
        False,
    )
    values, lost = without_other_types(
        {"notes": [{"type": "web", "memo_text": "x", "id": ""}]}, SAMPLE, MODEL
    )
    assert (values, lost) == ({"notes": [{"type": "web", "id": ""}]}, True)
