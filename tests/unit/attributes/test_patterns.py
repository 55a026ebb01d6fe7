"""Patterns: they say what `re` says, and always in time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formwright.attributes import Invalid
from formwright.attributes.patterns import pattern

ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\W", "c-", r"\.", "[0-9_]", "[a-]"])


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeats = st.sampled_from(["?", "*", "+", "{0}", "{2}", "{1,}", "{0,2}", "{2,3}"])
    groups = st.builds("({}){}".format, inner, repeats)
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.builds("(?:{}|{})".format, inner, inner),
        groups,
        st.builds("{}{}".format, st.sampled_from(["a", "[ab]", r"\d"]), repeats),
    )


@given(st.recursive(ATOMS, grow, max_leaves=6), st.text("abc01-_. ", max_size=8))
@settings(max_examples=400, deadline=None)
def test_a_pattern_means_what_it_means_in_re(text, value):
    assert pattern(text).matches(value) == bool(re.fullmatch(text, value, re.ASCII))


@pytest.mark.parametrize("evil", ["(a+)+b", "(a|a)*b", "(a*)*(a*)*b", "([a-z]+)*1", "(a?){200}a{200}"])
def test_patterns_that_explode_in_re_are_fast_here(evil):
    start = time.perf_counter()
    assert not pattern(evil).matches("a" * 1000)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    "text",
    [
        "(",
        "a)",
        "[",
        "[]",
        "a**",
        "*a",
        "a{2",
        "a{3,2}",
        "{2}",
        "(?=a)",
        "(?P<x>a)",
        r"\1",
        r"\b",
        "[z-a]",
        "a$b",
        "a^",
        "((a{99}){99}){99}",
        "(((((){999}){999}){999}){999})",
        "(" * 50 + "a" + ")" * 50,
        "\\",
    ],
)
def test_what_is_not_understood_is_a_problem_with_a_place(text):
    with pytest.raises(Invalid) as caught:
        pattern(text)
    assert caught.value.code == "bad-pattern"
    assert "character" in caught.value.sentence


def test_anchors_around_the_whole_are_allowed():
    assert pattern("^[A-Z]{2}$").matches("CZ")
    assert not pattern("^[A-Z]{2}$").matches("CZE")


def test_a_very_long_text_never_matches():
    assert not pattern(".*").matches("a" * 1001)
