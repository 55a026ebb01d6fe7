"""JavaScript's conversions and operators."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from formwright.expressions import UNDEFINED
from formwright.expressions.operations import OPERATIONS, contains, element, equal, identical, member
from formwright.expressions.values import TooLarge, number_of, strip, text_of, truth

INF, NAN = math.inf, math.nan


class Opaque:
    """Stands for any object that is not a JSON value."""

    name = "secret"

    def __eq__(self, other: object) -> bool:
        raise AssertionError

    def __hash__(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (-0.0, "0"), (7, "7"), (2.0, "2"), (-2.5, "-2.5"), (0.1, "0.1"), (1e-7, "1e-7"), (0.000001, "0.000001"),
        (1.5e-7, "1.5e-7"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (123456789012345680000.0, "123456789012345680000"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (5e-324, "5e-324"), (10**400, "Infinity"), (-INF, "-Infinity"), (NAN, "NaN"),
        (2**53 + 1, "9007199254740992"), (True, "true"), (None, "null"), (UNDEFINED, "undefined"), ([], ""), ([1, None, [2, "a"]], "1,,2,a"),
        ({}, "[object Object]"), ([{}], "[object Object]"), (Decimal("1.50"), "1.5"), (date(2024, 1, 2), "2024-01-02"), (Opaque(), "[object Object]"),
    ],
)  # fmt: skip
def test_text_of_a_value(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("", 0), (" \n7\ufeff", 7), ("1e3", 1000), (".5", 0.5), ("5.", 5), ("+2", 2), ("-Infinity", -INF), ("0x1F", 31), ("0b11", 3), ("0o17", 15),
        ("1_0", NAN), ("0x", NAN), ("-0x1", NAN), ("inf", NAN), ("nan", NAN), ("1 2", NAN), ("１", NAN), ("\x1c1", NAN), ("f" * 9, NAN),
        (None, 0), (UNDEFINED, NAN), (True, 1), ([], 0), ([7], 7), ([1, 2], NAN), ({}, NAN), (10**400, INF), (-(10**400), -INF), ("0x" + "f" * 400, INF),
        (Decimal("0.5"), 0.5), (Opaque(), NAN),
    ],
)  # fmt: skip
def test_number_of_a_value(value: Any, number: float) -> None:
    found = number_of(value)

    assert found == number or (math.isnan(found) and math.isnan(number))


@pytest.mark.parametrize("value", [None, UNDEFINED, False, 0, -0.0, NAN, "", Decimal(0)])
def test_false_values(value: Any) -> None:
    assert not truth(value)


@pytest.mark.parametrize("value", [True, 1, -0.5, INF, "0", "false", " ", [], {}, [0], Opaque()])
def test_true_values(value: Any) -> None:
    assert truth(value)


SHARED: list[Any] = []
EQUAL = [
    (1, 1.0), ("1", 1), ("", 0), (None, UNDEFINED), (None, None), (True, 1), ("1", True), (False, ""), (SHARED, SHARED), ([1], 1), ([1], "1"),
    ([], ""), ([None], ""), ({}, "[object Object]"), (2**53 + 1, 2**53), (Decimal("0.5"), 0.5), (date(2024, 1, 2), "2024-01-02"),
]  # fmt: skip
DIFFERENT: list[tuple[Any, Any]] = [
    (None, 0), (None, False), (UNDEFINED, ""), (NAN, NAN), ("a", "A"), ("01", "1"), ([], []), ({}, {}), ([1], [1]), (True, "true"), (2, True), (Opaque(), Opaque()),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_loosely_equal(left: Any, right: Any) -> None:
    assert equal(left, right) is True
    assert equal(right, left) is True
    assert OPERATIONS["!="](left, right) is False


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_not_loosely_equal(left: Any, right: Any) -> None:
    assert equal(left, right) is False
    assert equal(right, left) is False


def test_identical_converts_nothing() -> None:
    assert identical(1, 1.0)
    assert identical(None, None)
    assert identical(SHARED, SHARED)
    assert not identical(0, False)
    assert not identical("1", 1)
    assert not identical(None, UNDEFINED)
    assert not identical([], [])
    assert not identical(NAN, NAN)


def test_in_looks_into_texts_and_lists_only() -> None:
    assert contains("b", "abc")
    assert contains(1, "12")
    assert contains(None, "is null")
    assert contains([1, 2], "1,2")
    assert contains("a", ["a"])
    assert not contains(0, [False])
    assert not contains("a", {"a": 1})
    assert not contains("a", None)
    assert not contains([1], [[1]])


@pytest.mark.parametrize(
    ("left", "operator", "right", "value"),
    [
        (1, "+", 2, 3), (0.1, "+", 0.2, 0.30000000000000004), ("a", "+", 1, "a1"), (1, "+", "2", "12"), ("v=", "+", UNDEFINED, "v=undefined"),
        (None, "+", 1, 1), (UNDEFINED, "+", 1, NAN), (True, "+", True, 2), ([], "+", [], ""), ([1], "+", 1, "11"), ({}, "+", 1, "[object Object]1"),
        (2**53, "+", 1, 2**53), (10**400, "+", 1, INF), (7, "*", "60", 420), ("a", "*", 2, NAN), ("a", "*", 10**9, NAN), ([0], "*", 10**9, 0),
        ("3", "-", 1, 2), (1, "/", 0, INF), (-1, "/", 0, -INF), (1, "/", -0.0, -INF), (0, "/", 0, NAN), (4, "/", 2, 2), (7, "//", 2, 3),
        (-7, "//", 2, -4), (5, "//", 0, INF), (0, "//", 0, NAN), (-7, "%", 3, -1), (7, "%", -3, 1), (5, "%", 0, NAN), (INF, "%", 2, NAN), (5, "%", INF, 5),
        ("%s", "%", 5, NAN), (2, "^", 10, 1024), (9, "^", 9.0**9, INF), (10, "^", 400, INF), (-8, "^", 0.5, NAN), (0, "^", -1, INF), (-0.0, "^", -1, -INF),
        (-10, "^", 401, -INF), (-10, "^", 400, INF), (1, "^", INF, NAN), (-1, "^", -INF, NAN), (1, "^", NAN, NAN), (NAN, "^", 0, 1), (2, "^", -1, 0.5),
    ],
)  # fmt: skip
def test_arithmetic(left: Any, operator: str, right: Any, value: Any) -> None:
    found = OPERATIONS[operator](left, right)

    assert type(found) is not complex
    if isinstance(value, float) and math.isnan(value):
        assert math.isnan(found)
    else:
        assert found == value


def test_zero_keeps_its_sign() -> None:
    assert math.copysign(1, OPERATIONS["*"](0, -5)) == -1
    assert math.copysign(1, OPERATIONS["%"](-4, 2)) == -1
    assert math.copysign(1, OPERATIONS["//"](-0.0, 2)) == -1


@pytest.mark.parametrize(
    ("left", "operator", "right", "value"),
    [
        (None, ">=", 0, True), (None, ">", -1, True), (UNDEFINED, ">", 3, False), (UNDEFINED, "<=", 3, False), ("10", ">", 9, True),
        ("10", "<", "9", True), ("a", "<", "b", True), ("a", "<", 1, False), (NAN, "<=", NAN, False), ([2], ">", 1, True), ({}, "<", {}, False),
        ({}, "<=", {}, True), ("😀", "<", "\ufffd", True), ("Z", "<", "a", True), (True, ">", 0, True), (date(2024, 1, 2), "<", date(2024, 1, 3), True),
        (datetime(2024, 1, 2, tzinfo=UTC), ">", "2024-01-01", True), (1.5, "<", 2.5, True),
    ],
)  # fmt: skip
def test_order(left: Any, operator: str, right: Any, value: bool) -> None:
    assert OPERATIONS[operator](left, right) is value


@pytest.mark.parametrize(
    ("subject", "name", "value"),
    [
        ({"a": 1}, "a", 1), ({}, "a", UNDEFINED), (None, "a", UNDEFINED), ([{"a": 1}, {"a": 2}], "a", 1), ([], "a", UNDEFINED), ("foo", "length", 3),
        ("😀", "length", 2), ([[1, 2]], "length", 2), ([{"length": 9}], "length", 9), (5, "real", UNDEFINED), ({}, "keys", UNDEFINED), ([], "append", UNDEFINED),
        ("", "format", UNDEFINED), (Opaque(), "name", UNDEFINED), (type("D", (dict,), {})({"a": 1}), "a", UNDEFINED), ({}, "__class__", UNDEFINED),
    ],
)  # fmt: skip
def test_members(subject: Any, name: str, value: Any) -> None:
    assert member(subject, name) == value


@pytest.mark.parametrize(
    ("subject", "key", "value"),
    [
        ([5, 6], 1, 6), ([5, 6], -1, UNDEFINED), ([5], 1, UNDEFINED), ([5], 0.0, 5), ([5], -0.0, 5), ([5], "0", 5), ([5], "00", UNDEFINED), ([5], 1.5, UNDEFINED),
        ([5], "length", 1), ([5], True, [5]), ([5], False, UNDEFINED), ([5], [0], 5), ([5], None, UNDEFINED), ({"a": 1}, "a", 1), ({"1": 2}, 1, 2),
        ({"null": 3}, None, 3), ("abc", 1, "b"), ("abc", "length", 3), ("abc", 3, UNDEFINED), (None, "a", UNDEFINED), (7, "a", UNDEFINED), ([5], "9" * 400, UNDEFINED),
        ("😀", 0, "\ud83d"), ([5], "²", UNDEFINED),
    ],
)  # fmt: skip
def test_elements(subject: Any, key: Any, value: Any) -> None:
    assert element(subject, key) == value


def test_texts_do_not_grow_without_end() -> None:
    half = "x" * 600_000
    with pytest.raises(TooLarge):
        OPERATIONS["+"](half, half)
    with pytest.raises(TooLarge):
        text_of([half, half])


def test_strip_copies_only_what_holds_undefined() -> None:
    clean = {"a": [1, {"b": None}]}

    assert strip(clean) is clean
    assert strip({"a": [UNDEFINED], "b": clean}) == {"a": [None], "b": clean}
    assert strip(UNDEFINED) is None
