"""What expressions mean in PostgreSQL is what they mean in Python: random typed rules on rows full of gaps."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, select
from tests.integration.expressions.conftest import Run, fill
from tests.support.rules import NAMES as KINDS
from tests.support.rules import rule
from tests.support.shop import NAMES, SCOPE, record
from tests.support.shop_tables import TABLES, Filling, ShopSource

from formwright.expressions import Expression, Kind, Scope, Type, compile_expression
from formwright.expressions.sql import column, unsupported
from formwright.problems import ProblemError

ORDER = TABLES["order"]
SOURCE = ShopSource()


class Params:
    """The schema of the shop, and what a transition would ask."""

    def fields(self, entity: str) -> Any:
        if entity == "$params":
            texts = Type(Kind.LIST, of=Type(Kind.TEXT))
            return {
                "day": Type(Kind.DATE, optional=True),
                "who": record("person").maybe(),
                "none": texts.maybe(),
            }
        return SCOPE.schema.fields(entity)

    def entities(self) -> Any:
        return SCOPE.schema.entities()


DIALECT = Scope(Params(), "order", {**NAMES, "params": record("$params")})


class World:
    """Rows in the database, the same rows as contexts, and the other names that rules read."""

    def __init__(self, run: Run, seed: int) -> None:
        self.run = run
        filling = Filling(seed)
        fill(run, filling)
        people = filling.rows["person"]
        self.binds: dict[str, Any] = {
            "user": {"id": str(people[1]["id"]), "name": "a", "roles": ["admin", "a"], "teams": ["north"]},
            "today": date(2026, 1, 31),
            "now": datetime(2026, 1, 31, 1, tzinfo=UTC),
            "params": {"who": {"id": str(people[2]["id"])}},
        }
        self.contexts = {
            key: {**context, "record": context, **self.binds} for key, context in filling.contexts().items()
        }

    def check(self, expression: Expression) -> None:
        """Compare SQL and Python for every row: true, not true, and the value."""
        columns = self.columns(expression)
        found = {row[0]: row[1:] for row in self.run(select(ORDER.c.id, *columns))}
        for key, context in self.contexts.items():
            is_true, is_false, value = found[key]
            expected = expression.true(context)
            assert (is_true, is_false) == (expected, not expected), (expression.text, context)
            assert alike(value, expression.value(context)), (expression.text, value, context)

    def columns(self, expression: Expression) -> list[ColumnElement[Any]]:
        true, false = expression.where(SOURCE, self.binds), expression.where_not(SOURCE, self.binds)
        return [true.is_(True), false.is_(True), expression.column(SOURCE, self.binds).label("value")]


def alike(sql: Any, python: Any) -> bool:
    """Tell whether a value of PostgreSQL is that of Python."""
    if isinstance(python, dict):
        python = python["id"]
    if isinstance(sql, UUID):
        sql = str(sql)
    if isinstance(python, float) and isinstance(sql, float):
        return sql == pytest.approx(python, rel=1e-12)
    return bool(sql == python) and isinstance(sql, bool) == isinstance(python, bool)


@pytest.fixture(scope="module")
def world(run: Run) -> World:
    """One world for all rules of the normal run."""
    return World(run, 7)


RULES = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: rule(kind, 3))
SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def agree(world: World, text: str) -> None:
    """Check a rule and its negation in each world; what has no SQL meaning must say so beforehand."""
    for written in (text, f"!({text})"):
        try:
            expression = compile_expression(written, DIALECT)
        except ProblemError as refused:
            event("refused: " + refused.problems[0].code)
            assume(False)
            return
        if unsupported(expression):
            event("not in SQL")
            with pytest.raises(ProblemError) as raised:
                world.columns(expression)
            assert {problem.code for problem in raised.value.problems} == {"not-in-sql"}
            return
        event("compared")
        world.check(expression)


@settings(SETTINGS, max_examples=200)
@given(text=RULES)
def test_random_rules_mean_the_same_in_sql_and_in_python(world: World, text: str) -> None:
    agree(world, text)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(8))
def test_many_random_rules_on_many_rows(run: Run, seed: int) -> None:
    world = World(run, 100 + seed)

    @settings(SETTINGS, max_examples=1000)
    @given(text=st.sampled_from(sorted(KINDS)).flatmap(lambda kind: rule(kind, 4)))
    def all_agree(text: str) -> None:
        agree(world, text)

    all_agree()


CASES = """
qty / 3 == 0.33333333333333333333
(qty + 9223372036854775807) > 9223372036854775807
total // 0.7
total % 0.7
qty ^ 2 > 3
(0 - qty) ^ 0.5 > 0
(qty ^ 400) ^ 2 > 1
qty ^ (0 - 2) < 1
rate > 0.4
record.total == total
record.partner.name == 'a'
lines[0 < .qty && .product == null]|length > 0
'a' in (lines|map('name'))
lines[.parts[.qty > 1]|length > 0 && .qty < 5]|length
lines[.price * .qty > total]|any
lines|map('price')|unique|sum
params.day == null
params.none == null
'a' in params.none
!('a' in params.none)
id in ['x', 'y']
id != 'X'
tags == []
tags != ['a', 'b']
tags[1] == 'a'
number in tags
due in ['2026-01-30', '2027-01-30']
(due ?: placed) > '2026-01-30'
created_at >= '2026-01-30T23:30:00Z'
created_at - closed_at > now - created_at
paid == (qty > 1)
paid == false
paid != true
(paid && total) ? total : discount
note == number
(note|lower) == (number|lower)
lines|all('ready') && lines|any('ready')
(owner ?: partner.parent) == null
(paid ? owner : null).name
empty(lines) || empty(tags) || empty(owner)
status in user.roles
qty in [qty, 9223372036854775808]
total in [99.9, 1]
note in [note, 'a']
((!user) ? number : user.name) == null
(((has_role('admin')) ? 'a' : number) + 'b') == 'ab'
((has_role('none')) ? note : 'a') in ['a']
((has_role('none')) ? paid : false) || total > 1
points in [points, total]
[1, 2]|sum + qty
(lines|max('name'))|upper
(lines|max('name')) == note
(lines|min('name')) < (note|lower)
(note ?: 'ž') > (lines|min('name'))
round(total, points)
round(total, qty - 1)
due|add_days(qty * 2 + points)
(due|add_months(points)) > '2026-02-01'
""".strip().splitlines()


@pytest.mark.both_servers
@pytest.mark.parametrize("text", CASES)
def test_chosen_rules_mean_the_same_in_sql_and_in_python(world: World, text: str) -> None:
    expression = compile_expression(text, DIALECT)

    assert unsupported(expression) == []
    world.check(expression)
    world.check(compile_expression(f"!({text})", DIALECT))


@pytest.mark.parametrize(
    "text", ["due|add_days(qty * 1000000000)", "due|add_years(10000 + qty)", "qty ^ 100000 > 1"]
)
def test_what_is_out_of_range_in_one_row_does_not_break_the_query(world: World, text: str) -> None:
    assert len(world.run(select(column(compile_expression(text, DIALECT), SOURCE, world.binds)))) > 0
