"""The pure part of planning: spellings, names, conversions, and the order of changes."""

from __future__ import annotations

import pytest
from tests.support.models import attribute, entity, model

from formwright.storage.conversions import conversion, is_instant
from formwright.storage.declared import canonical_type, declared_shapes
from formwright.storage.inspect import Live
from formwright.storage.names import LIMIT, fitted, quote
from formwright.storage.planning import planned
from formwright.storage.tables import build_tables


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("TEXT", "text"),
        ("VARCHAR(20)", "character varying(20)"),
        ("NUMERIC(18, 2)", "numeric(18,2)"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp with time zone"),
        ("TIMESTAMP(3) WITH TIME ZONE", "timestamp(3) with time zone"),
        ("TIME", "time without time zone"),
        ("FLOAT", "double precision"),
        ("UUID[]", "uuid[]"),
        ("INT4[][]", "integer[]"),
    ],
)
def test_types_are_spelled_as_postgresql_does(written, expected):
    assert canonical_type(written) == expected


def test_a_long_name_fits_and_stays_unique():
    one, other = fitted("ž" * 40 + "a"), fitted("ž" * 40 + "b")
    assert len(one.encode()) <= LIMIT
    assert one != other
    assert fitted("short") == "short"


def test_quotes_are_doubled():
    assert quote('a"b') == '"a""b"'


@pytest.mark.parametrize(
    ("old", "new", "instant"),
    [
        ("numeric(10,2)", "numeric(12,2)", True),
        ("numeric(10,2)", "numeric", True),
        ("numeric(12,2)", "numeric(10,2)", False),
        ("numeric(10,2)", "numeric(12,4)", False),
        ("character varying(5)", "text", True),
        ("integer", "bigint", False),
        ("text", "character varying(5)", False),
    ],
)
def test_only_changes_of_the_catalog_are_instant(old, new, instant):
    assert is_instant(old, new) is instant


@pytest.mark.parametrize(("old", "new"), [("boolean", "date"), ("bytea", "text"), ("jsonb", "uuid[]")])
def test_some_types_have_no_way_to_others(old, new):
    assert conversion(old, new, "x") is None


@pytest.mark.parametrize(("old", "new"), [("integer", "text"), ("date", "timestamp with time zone")])
def test_some_ways_are_open_to_every_value(old, new):
    way = conversion(old, new, "x")
    assert way
    assert not way.possible


def test_tables_come_before_what_refers_to_them_and_undeclared_ones_leave_last():
    before = declared_shapes(build_tables(model(entity("old", attribute("name", max=3)))))
    after = declared_shapes(
        build_tables(model(entity("one", attribute("two", "reference", to="two")), entity("two")))
    )
    found = planned(after, Live(before))
    assert [change.action for change in found] == [
        "create-table",
        "create-table",
        "add-references",
        "park-table",
    ]


def test_nothing_declared_and_nothing_there_is_nothing_to_do():
    assert planned({}, Live({})) == []


def test_declared_tables_that_are_there_are_nothing_to_do():
    shapes = declared_shapes(build_tables(model(entity("one", attribute("name", max=3, unique=True)))))
    assert planned(shapes, Live(shapes)) == []
