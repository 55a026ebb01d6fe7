"""What an expression reads, what runs again after a change, and the order of computed values."""

import pytest
from tests.support.shop import SCOPE

from formwright.expressions import ReverseIndex, compile_expression, order
from formwright.problems import Place, ProblemError

PATHS = [
    ("1 + 2", ""),
    ("total > 1", "total"),
    ("total > points && !paid", "total points paid"),
    ("partner.parent.country", "partner.parent.country"),
    ("partner['country']", "partner.country"),
    ("user.roles", "user.roles"),
    ("parent.country == 'CZ'", "parent.country"),
    ("due <= today|add_years(-18)", "due today"),
    ("today()", "today"),
    ("lines|length > 0", "lines"),
    ("lines[.qty > points]|length", "lines lines[].qty points"),
    ("lines[.product.price > 1]|sum('price')", "lines lines[].product.price lines[].price"),
    ("lines[.parts[.qty > 1]|length > 0]|length", "lines lines[].parts lines[].parts[].qty"),
    ("lines[0].price", "lines lines[].price"),
    ("(lines|first).price", "lines lines[].price"),
    ("lines|sort('-qty')|map('name')", "lines lines[].qty lines[].name"),
    ("(lines[.ready]|last).product.name", "lines lines[].ready lines[].product.name"),
    ("(paid ? partner : parent).name", "paid partner.name parent.name"),
    ("(partner.parent || partner).name", "partner.parent partner.parent.name partner.name"),
    ("changed('status') || changed(qty)", "status old.status qty old.qty"),
    ("old.total != total", "old.total total"),
    ("has_role('a')", "user.roles"),
    ("user|in_team('a')", "user.teams"),
    ("{a: qty}", "qty"),
    ("[qty, points]|sum", "qty points"),
    ("number in [status, note]", "number status note"),
    ("count('invoice', {partner: partner.id})", "$invoice $invoice[].partner partner.id"),
    ("sum('invoice', 'amount', {state: 'open'})", "$invoice $invoice[].amount $invoice[].state"),
    ("lookup('invoice', {partner: partner}).amount", "$invoice $invoice[].partner partner $invoice[].amount"),
]


@pytest.mark.parametrize(("text", "paths"), PATHS)
def test_paths(text, paths):
    """The set is exact: no path too many, none too few."""
    assert compile_expression(text, SCOPE).dependencies == frozenset(paths.split())


def compiled(**texts):
    return {
        name: compile_expression(text, SCOPE, place=Place("a.yaml", line, 1))
        for line, (name, text) in enumerate(texts.items(), 1)
    }


def test_reverse_index():
    """A change of one attribute names the rules that read it, below it, or through `record`."""
    rules = compiled(
        a="total > 1", b="lines|sum('qty') > 1", c="record.total == qty", d="partner.name == number"
    )
    index = ReverseIndex(rules)

    assert index.affected(["total"]) == ("a", "c")
    assert index.affected(["lines"]) == ("b",)
    assert index.affected(["qty", "total"]) == ("c", "a")
    assert index.affected(["partner"]) == ("d",)
    assert index.affected(["note"]) == ()


def test_order_puts_needed_values_first():
    rules = compiled(total="points * discount", discount="qty * 0.1", points="qty + 1")

    names = order(rules)

    assert set(names) == set(rules)
    assert names.index("total") > max(names.index("points"), names.index("discount"))


def test_cycle_is_reported_with_its_path():
    """The problem names every value on the way round, and only those."""
    rules = compiled(
        number="status", total="discount + points", discount="points * 2", points="total|round == 1 ? 1 : 2"
    )

    with pytest.raises(ProblemError) as caught:
        order(rules)

    (problem,) = caught.value.problems
    assert problem.code == "computed-cycle"
    assert "`total` → `discount` → `points` → `total`" in problem.sentence
    assert problem.place == Place("a.yaml", 2, 1)
    assert problem.related == (Place("a.yaml", 3, 1), Place("a.yaml", 4, 1))


def test_value_computed_from_itself():
    with pytest.raises(ProblemError) as caught:
        order(compiled(qty="qty + 1"))

    assert "`qty` → `qty`" in caught.value.problems[0].sentence
