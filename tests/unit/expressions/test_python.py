"""What compiled expressions give: the dialect value rules as tables."""

import copy
import threading
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from tests.support.shop import EMPTY, SCOPE

from formwright.expressions import Kind, Type, compile_expression, fails_closed
from formwright.problems import Place, ProblemError

D = Decimal
FULL = {
    "id": "0190-1",
    "number": "A-1",
    "status": "open",
    "note": "Fast",
    "total": D("99.90"),
    "discount": D("0.10"),
    "qty": 7,
    "points": 3,
    "rate": 0.5,
    "paid": True,
    "due": date(2026, 3, 1),
    "placed": date(2026, 2, 1),
    "created_at": datetime(2026, 2, 1, 8, tzinfo=UTC),
    "closed_at": datetime(2026, 2, 2, 9, tzinfo=UTC),
    "opens": time(8),
    "took": timedelta(hours=2),
    "owner": {"id": "u1", "name": "Ann"},
    "partner": {"id": "p1", "name": "Net", "country": "CZ", "parent": {"id": "p0", "name": "Top"}},
    "tags": ["vip", "new"],
    "lines": [
        {
            "id": "l1",
            "name": "x",
            "qty": 1,
            "price": D("10.00"),
            "ready": True,
            "product": {"id": "a", "name": "A"},
        },
        {
            "id": "l2",
            "name": "y",
            "qty": 5,
            "price": D("2.50"),
            "parts": [{"id": "l3", "qty": 9, "name": "z"}],
        },
    ],
    "data": {"a": {"b": 0.5}, "xs": [1, 2, 3], "n": 2, "t": "text", "flag": True},
    "old": {"status": "draft", "qty": 7},
    "user": {"id": "u1", "login": "ann", "name": "Ann", "roles": ["admin"], "teams": ["t1"], "locale": "en"},
    "today": date(2026, 4, 1),
    "now": datetime(2026, 4, 1, 12, tzinfo=UTC),
}

VALUES = [
    # missing values of an order with nothing in it: {}
    ("total", {}, None),
    ("total + 1", {}, None),
    ("total > 1", {}, False),
    ("!(total > 1)", {}, True),
    ("total <= 1", {}, False),
    ("total == null", {}, True),
    ("total != null", {}, False),
    ("total == points", {}, True),
    ("total == 0", {}, False),
    ("note && 1", {}, None),
    ("note || 'x'", {}, "x"),
    ("note ?: 'x'", {}, "x"),
    ("paid ? 1 : 2", {}, 2),
    ("partner.name", {}, None),
    ("partner.parent.name", {}, None),
    ("status in ['open']", {}, False),
    ("!(status in ['open'])", {}, True),
    ("note in number", {}, False),
    ("note in [note, 'x']", {}, False),
    ("points in [points, 1]", {}, False),
    ("note in tags", {}, False),
    ("'a' in tags", {}, False),
    ("note|lower", {}, None),
    ("note|length", {}, None),
    ("tags|length", {}, 0),
    ("lines|length", {}, 0),
    ("lines[.qty > 1]", {}, []),
    ("lines|sum('price')", {}, 0),
    ("lines|max('price')", {}, None),
    ("lines|any('ready')", {}, False),
    ("lines|all('ready')", {}, True),
    ("lines|first", {}, None),
    ("lines[0].qty", {}, None),
    ("due - placed", {}, None),
    ("due|add_days(1)", {}, None),
    ("min(points, 1)", {}, None),
    ("coalesce(points, 1)", {}, 1),
    ("empty(note) && empty(lines)", {}, True),
    ("has_role('admin')", {}, False),
    ("user|has_role('admin')", {}, None),
    ("changed('qty')", {}, False),
    ("changed('qty')", {"qty": 1}, True),
    ("owner == user", {}, True),
    ("round(rate, 1)", {}, None),
    ("tags|join", {}, ""),
    # the same with a value
    ("total + 1", FULL, D("100.90")),
    ("total * 3", FULL, D("299.70")),
    ("total - discount", FULL, D("99.80")),
    ("total / 3", FULL, D("33.30000000000000000000")),
    ("qty / points", FULL, D("2.33333333333333333333")),
    ("0 - qty / points", FULL, D("-2.33333333333333333333")),
    ("2 / points", FULL, D("0.66666666666666666667")),
    ("qty / (points - 3)", FULL, None),
    ("qty // points", FULL, 2),
    ("(0 - qty) // points", FULL, -3),
    ("(0 - qty) // points", {"qty": 6, "points": 3}, -2),
    ("(0 - qty) % points", FULL, -1),
    ("qty % (0 - points)", FULL, 1),
    ("total // 10", FULL, 9),
    ("(0 - total) // 10", FULL, -10),
    ("(0 - total) % 10", FULL, D("-9.90")),
    ("qty // (points - 3)", FULL, None),
    ("qty % (points - 3)", FULL, None),
    ("qty ^ 2", FULL, 49.0),
    ("(0 - qty) ^ 0.5", FULL, None),
    ("qty ^ 100000", FULL, None),
    ("rate * 2", FULL, 1.0),
    ("rate + 0.25", FULL, 0.75),
    ("rate + 0.25 > 0.7", FULL, True),
    ("rate / 0.0001", FULL, 5000.0),
    ("rate // 0.2", FULL, 2.0),
    ("rate % 0.2", FULL, pytest.approx(0.1)),
    ("rate / (rate - 0.5)", FULL, None),
    ("(qty + 0) * (10 ^ 308) * 10", FULL, None),
    ("0.1 + 0.2 == 0.3", FULL, True),
    ("total == 99.9", FULL, True),
    ("qty == 7.0", FULL, True),
    ("points in [1, 3.0]", FULL, True),
    ("rate in [0.5]", FULL, True),
    ("qty + 1", FULL, 8),
    ("-5 + 3", FULL, -2),
    ("number + ' ' + status", FULL, "A-1 open"),
    ("'' ? 1 : 2", FULL, 2),
    ("0 ? 1 : 2", FULL, 2),
    ("0.0 ? 1 : 2", FULL, 2),
    ("paid && 'x'", FULL, "x"),
    ("false || 'x'", FULL, "x"),
    ("note ?: 'x'", FULL, "Fast"),
    ("status == 'open'", FULL, True),
    ("status != 'open'", FULL, False),
    ("status in ['draft', 'open']", FULL, True),
    ("'vip' in tags", FULL, True),
    ("'A' in number", FULL, True),
    ("'' in number", FULL, True),
    ("owner == user", FULL, True),
    ("owner == user.id", FULL, True),
    ("owner.id == user.id", FULL, True),
    ("owner in [user, null]", FULL, True),
    ("user.id in [owner]", FULL, True),
    ("partner != null ? 1 : 2", FULL, 1),
    ("partner ? 1 : 2", FULL, 1),
    ("partner.parent.name", FULL, "Top"),
    ("partner['country']", FULL, "CZ"),
    ("lines[1].price", FULL, D("2.50")),
    ("lines[2].price", FULL, None),
    ("lines[points - 2].name", FULL, "y"),
    ("lines[points - 4].name", FULL, None),
    ("lines[.qty > 1]|map('name')", FULL, ["y"]),
    ("lines[.qty > points]|length > 0", FULL, True),
    ("lines[.parts[.qty > 8]|length > 0]|map('name')", FULL, ["y"]),
    ("lines[.product.name == 'A'][0].qty", FULL, 1),
    ("lines[.ready == null]|map('name')", FULL, ["y"]),
    ("lines|sum('price')", FULL, D("12.50")),
    ("lines|min('price')", FULL, D("2.50")),
    ("lines|sort('-price')|map('name')|join('')", FULL, "xy"),
    ("lines|unique('product')|length", FULL, 1),
    ("lines|any('ready')", FULL, True),
    ("lines|all('ready')", FULL, False),
    ("lines|count('ready')", FULL, 1),
    ("(lines|last).name", FULL, "y"),
    ("['a', 1, total, today, true]|join('|')", FULL, "a|1|99.90|2026-04-01|true"),
    ("due - placed", FULL, 28),
    ("due - '2026-02-27'", FULL, 2),
    ("due > '2026-02-27'", FULL, True),
    ("due in ['2026-03-01']", FULL, True),
    ("closed_at - created_at", FULL, timedelta(hours=25)),
    ("created_at + took", FULL, datetime(2026, 2, 1, 10, tzinfo=UTC)),
    ("created_at < '2026-02-01T09:00:00+01:00'", FULL, False),
    ("created_at == '2026-02-01T09:00:00+01:00'", FULL, True),
    ("created_at == '2026-02-01T08:00:00'", FULL, True),
    ("opens <= '08:00'", FULL, True),
    ("took + took == took", FULL, False),
    ("today() > due", FULL, True),
    ("now() == now", FULL, True),
    ("data.a.b == 0.5", FULL, True),
    ("0.5 == data.a.b", FULL, True),
    ("data.a.b * 0.5", FULL, 0.25),
    ("data.n * 0.5", FULL, D("1.0")),
    ("data.n == 2", FULL, True),
    ("data.flag == 1", FULL, False),
    ("data.n > 1.5", FULL, True),
    ("data.xs[1]", FULL, 2),
    ("data.xs == [1, 2, 3]", FULL, True),
    ("2 in data.xs", FULL, True),
    ("data.xs[.a > 1]", FULL, []),
    ("data.t|length", FULL, 4),
    ("data.missing.x", FULL, None),
    ("data['n']", FULL, 2),
    ("data[number]", FULL, None),
    ("data && 1", FULL, 1),
    ("data.none ?: 1", FULL, 1),
    ("[] == []", FULL, True),
    ("{a: 1} == {a: 1}", FULL, True),
    ("{a: {b: 2}}.a.b", FULL, 2),
    ("changed('status')", FULL, True),
    ("changed(qty)", FULL, False),
    ("has_role('admin') && !has_role('boss')", FULL, True),
    ("user|in_team('t1')", FULL, True),
    ("number|replace('', 'x')", FULL, "A-1"),
    ("min(rate, 0.25)", FULL, 0.25),
    ("round(rate * 5, 0)", FULL, D(3)),
    ("round(0 - 2.5)", FULL, D(-3)),
    ("round(1250, (-2))", FULL, 1300),
    ("months_between(placed, due)", FULL, 1),
    ("months_between(due, placed)", FULL, -1),
    ("today|end_of('week')", FULL, date(2026, 4, 5)),
    ("now|end_of('day')", FULL, datetime(2026, 4, 1, 23, 59, 59, 999999, tzinfo=UTC)),
    ("now|start_of('week')", FULL, datetime(2026, 3, 30, tzinfo=UTC)),
    ("now|format('HH:mm:ss yyyy')", FULL, "12:00:00 2026"),
]


@pytest.mark.parametrize(
    ("text", "context", "expected"), VALUES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_value(text, context, expected):
    """The value and its exact Python type are those of the table, and the context stays as it was."""
    before = copy.deepcopy(context)
    expression = compile_expression(text, SCOPE)

    value = expression.value(context)

    assert (value, type(value)) == (expected, type(value) if hasattr(expected, "rel") else type(expected))
    assert expression.true(context) is (value not in ("", None, 0, False) or value in ([], {}))
    assert context == before


def test_expected_kind_decides_the_python_type():
    """An integer becomes the decimal or float that the place needs; a condition gives a boolean."""
    for kind, text, expected in [
        (Kind.DECIMAL, "qty", D(7)),
        (Kind.DECIMAL, "[]|sum", D(0)),
        (Kind.NUMBER, "qty", 7.0),
        (Kind.NUMBER, "0.5", 0.5),
        (Kind.BOOLEAN, "note", True),
        (Kind.BOOLEAN, "note && total == null", False),
        (Kind.DATE, "paid ? '2026-01-02' : today", date(2026, 1, 2)),
    ]:
        value = compile_expression(text, SCOPE, expects=Type(kind)).value(FULL)
        assert (value, type(value)) == (expected, type(expected))


def test_missing_condition_is_false():
    assert compile_expression("paid", SCOPE, expects=Type(Kind.BOOLEAN)).value({}) is False


FAILURES = [
    ("data.t + 1 > 2", FULL, "evaluation-failed"),
    ("data.a.b + discount", FULL, "evaluation-failed"),
    ("data.t < 1", FULL, "evaluation-failed"),
    ("data.t in data.n", FULL, "evaluation-failed"),
    ("total > 1", {"total": "many"}, "evaluation-failed"),
    ("qty * 100000000", {"qty": "x"}, "evaluation-failed"),
    ("qty * 2", {"qty": True}, "evaluation-failed"),
    ("lines[.qty > 1]", {"lines": "no list"}, "evaluation-failed"),
    ("number|lower", {"number": 1}, "evaluation-failed"),
    ("today|add_days(qty)", FULL | {"qty": 10**12}, "evaluation-failed"),
    ("today|add_years(qty)", FULL | {"qty": 10**6}, "evaluation-failed"),
    ("discount * discount", {"discount": D("1." + "1" * 300)}, "number-too-large"),
    ("number + number", {"number": "x" * 60_000}, "text-too-long"),
    ("number|replace('x', 'yyyyyyyyyyyyyyyyyy')", {"number": "x" * 60_000}, "text-too-long"),
    ("tags|join(number)", {"tags": ["a"] * 300, "number": "x" * 600}, "text-too-long"),
    ("lines[.qty > 1]|length", {"lines": [{"id": "1", "qty": 1}] * 100_001}, "too-many-elements"),
    (
        "lines[.parts[.qty > 1]|length > 1]",
        {"lines": [{"parts": [{"qty": 1}] * 500}] * 300},
        "too-many-elements",
    ),
    ("lines[.name in tags]", {"lines": [{"name": "x"}] * 2000, "tags": ["a"] * 100}, "too-many-elements"),
    ("count('invoice', {state: 'open'})", FULL, "records-not-fetched"),
]


@pytest.mark.parametrize(
    ("text", "context", "code"), FAILURES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_failure_is_a_problem_at_the_place(text, context, code):
    """What the types cannot exclude is a problem with the place of the expression; permissions say no."""
    expression = compile_expression(text, SCOPE, place=Place("order.yaml", 3, 9))

    with pytest.raises(ProblemError) as caught:
        expression.value(context)

    (problem,) = caught.value.problems
    assert (problem.code, str(problem.place)) == (code, "order.yaml:3:9")
    assert fails_closed(expression, context) is False


def test_only_built_in_types_are_looked_into():
    """Objects of the host program have no attributes for an expression, whatever they offer."""

    class Trap(dict):
        def get(self, *_):
            raise AssertionError("looked into")

    expression = compile_expression("data.a", SCOPE)

    assert expression.value({"data": Trap(a=1)}) is None
    assert expression.value({"data": Trap}) is None


def test_deep_and_long_trees_evaluate():
    """The longest chains and deepest brackets that the limits allow compile and run."""
    for text, expected in [
        (" + ".join(["qty"] * 95), 95 * 7),
        ("(" * 38 + "qty" + " + 1)" * 38, 7 + 38),
        ("".join("paid && (" for _ in range(38)) + "paid" + ")" * 38, True),
        (" && ".join(["lines[.qty > 0]|length > 0"] * 60), True),
        ("number" + " + 'x'" * 90, "A-1" + "x" * 90),
        ("!" * 90 + "paid", True),
        ("".join(f"qty == {n} ? {n} : " for n in range(35)) + "0", 7),
        ("qty in [" + ", ".join(map(str, range(700))) + "]", True),
    ]:
        assert compile_expression(text, SCOPE).value(FULL) == expected


def test_same_answer_from_every_thread():
    """Eight threads that compile and call the same rules at once agree."""
    texts = [text for text, context, _ in VALUES if context is FULL][:60]
    expressions = [compile_expression(text, SCOPE) for text in texts]
    answers = []

    def work():
        answers.append([repr(expression.value(FULL)) for expression in expressions])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)


def test_no_names_needed():
    assert compile_expression("1 + 2 * 3", EMPTY).value({}) == 7


def test_equality_and_hash():
    """Expressions are equal when they say the same; where they stand does not matter."""
    one = compile_expression("qty > 1", SCOPE, place=Place("a.yaml", 1, 1))
    same = compile_expression("qty > 1", SCOPE, place=Place("b.yaml", 2, 2))
    other = compile_expression("qty > 2", SCOPE)

    assert one == same
    assert len({one, same, other}) == 2


def test_code_is_made_once_even_for_who_kept_the_function():
    """A caller may hold on to `value` before its first call, as `map` does."""
    expression = compile_expression("qty > 1", SCOPE)
    kept, asked = expression.value, expression.true

    assert [kept({"qty": 2}), asked({"qty": 2})] == [True, True]
    made = expression.value, expression.true
    assert [kept({"qty": 1}), asked({"qty": 1})] == [False, False]
    assert (expression.value, expression.true) == made
