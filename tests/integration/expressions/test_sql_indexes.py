"""Indexes stay usable, checks refuse what rules refuse, and literals mean themselves in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import ClauseElement, Executable, Index, MetaData, Table, Text, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import AddConstraint, CheckConstraint, CreateIndex
from tests.integration.expressions.conftest import Run
from tests.support.shop import SCOPE
from tests.support.shop_tables import TABLES, Filling, ShopSource

from formwright.expressions import compile_expression
from formwright.expressions.sql import check, inline, truth
from formwright.expressions.sql.literals import Literals

SOURCE = ShopSource()
ORDER, LINE, PARTNER = TABLES["order"], TABLES["line"], TABLES["partner"]
BINDS: dict[str, Any] = {"user": {"id": str(UUID(int=5)), "roles": ["clerk"]}, "today": date(2026, 4, 1)}
INDEXES = """
create index by_note on "order" (note);
create index by_total on "order" (total);
create index by_qty on "order" (qty);
create index by_due on "order" (due);
create index by_owner on "order" (owner);
create index by_paid on "order" (id) where paid;
create index by_number on "order" (number collate "C");
create index by_tags on "order" using gin (tags);
create index by_order on line ("order");
analyze
"""

FILL = """
insert into "order" (id, number, status, note, discount, qty, total, paid, due, placed, created_at, owner,
                     partner, tags)
select gen_random_uuid(), n::text, case when n % 1000 = 0 then 'draft' else 'closed' end, 'note ' || n, 0, n, n,
       n % 2000 = 0, date '2000-01-01' + n, date '2000-01-01', now(),
       lpad(n::text, 32, '0')::uuid, gen_random_uuid(), array['tag' || n]
from generate_series(1, 20000) n
"""


@pytest.fixture(scope="module")
def large(run: Run) -> Run:
    """Twenty thousand orders, a line each, indexes and statistics."""
    for table in TABLES.values():
        run(table.delete())
    run(text(FILL))
    run(
        text(
            'insert into line (id, "order", name, qty, price) select gen_random_uuid(), id, \'\', 1, 1 from "order"'
        )
    )
    own = ORDER.to_metadata(MetaData())
    draft = inline(compile_expression("status == 'draft' && qty > 3", SCOPE), SOURCE, own)
    run(CreateIndex(Index("by_draft", own.c.placed, postgresql_where=draft)))
    for statement in INDEXES.split(";"):
        run(text(statement))
    return run


PLANS = [
    ("note == 'note 7'", "by_note"),
    ("!(note != 'note 7')", "by_note"),
    ("total == 7", "by_total"),
    ("total > 19990.5", "by_total"),
    ("qty in [7, 8, 9]", "by_qty"),
    ("qty == 7.0", "by_qty"),
    ("qty > 19990 && status != 'open'", "by_qty"),
    ("due < '2000-01-05'", "by_due"),
    ("due > today|add_years(50)", "by_due"),
    ("owner == user.id", "by_owner"),
    ("owner == user", "by_owner"),
    ("paid", "by_paid"),
    ("number < '10'", "by_number"),
    ("'tag7' in tags", "by_tags"),
    ("note == null || total == 7", "by_total"),
    ("(has_role('clerk')) ? note == 'note 7' : qty == 7", "by_note"),
    ("(has_role('clerk') && note == 'note 7') || (has_role('admin') && qty == 7)", "by_note"),
    ("status == 'draft' && qty > 3", "by_draft"),
    ("qty == 7 && lines[.qty > 0]|length > 0", "by_order"),
]


@pytest.mark.parametrize(("rule", "index"), PLANS)
def test_a_rule_uses_the_index(large: Run, rule: str, index: str) -> None:
    condition = truth(compile_expression(rule, SCOPE), SOURCE, BINDS)
    plan = "\n".join(row[0] for row in large(Explain(select(ORDER.c.id).where(condition))))

    assert index in plan, plan


class Explain(Executable, ClauseElement):
    """A statement whose rows are the plan of another, with its parameters bound."""

    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(Explain)
def _explain(element: Explain, compiler: Any, **_: Any) -> str:
    return "EXPLAIN " + compiler.process(element.statement)


VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    st.dates(date(1, 1, 1), date(9999, 12, 30)),
    st.datetimes(timezones=st.just(UTC)),
    st.times(),
    st.timedeltas(timedelta(days=-(10**6)), timedelta(days=10**6)),
    st.uuids(),
    st.sampled_from(["\\", "\\'", "'", "''", "%", "%s", ":a", "$1", "E'", "\\n", "--", "/*"]),
)


@settings(max_examples=150, deadline=None)
@given(value=VALUES)
def test_every_value_written_out_is_read_as_itself(run: Run, value: Any) -> None:
    for literals in (Literals(inline=True), Literals()):
        found = run(select(literals.value(value)))[0][0]

        assert found == value
        assert isinstance(found, type(value)) or (type(value) is int and isinstance(found, Decimal))


@settings(max_examples=50, deadline=None)
@given(
    values=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), max_size=4)
)
def test_every_array_written_out_is_read_as_itself(run: Run, values: list[str]) -> None:
    assert run(select(Literals(inline=True).array(values, Text())))[0][0] == values


def test_a_check_refuses_what_the_rule_refuses(run: Run) -> None:
    filling = Filling(3)
    expression = compile_expression(
        "total > discount || note == 'it\\'s 50%' || (due < '2026-02-01' && !paid)", SCOPE
    )
    meta = MetaData()
    table = Table("checked", meta, *(column._copy() for column in ORDER.columns))
    run(text("drop table if exists checked"))
    run(text('create table checked (like "order")'))
    constraint = CheckConstraint(check(expression, SOURCE, table), name="rule")
    table.append_constraint(constraint)
    run(AddConstraint(constraint))
    kept = 0
    for row in filling.rows["order"]:
        context = {name: value for name, value in row.items() if value is not None}
        if expression.true(context):
            run(table.insert().values(row))
            kept += 1
        else:
            with pytest.raises(IntegrityError):
                run(table.insert().values(row))

    assert 0 < kept < len(filling.rows["order"])
