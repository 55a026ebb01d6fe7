"""The SQL that expressions become: shapes that let an index be used, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ColumnElement,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    select,
)
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.schema import CreateTable
from tests.support.shop import DECIMAL, NAMES, SCOPE, TEXT, Shop, record
from tests.support.shop_tables import TABLES, ShopSource

from formwright.expressions import Expression, Kind, Scope, Type, compile_expression
from formwright.expressions.sql import Children, check, column, falsity, inline, truth, unsupported
from formwright.expressions.sql.literals import Literals, quoted
from formwright.problems import ProblemError

DIALECT = asyncpg.dialect()
SOURCE = ShopSource()
ANN = "0190a5a0-0000-7000-8000-000000000001"
BINDS: dict[str, Any] = {
    "user": {"id": ANN, "roles": ["clerk"], "teams": []},
    "today": date(2026, 4, 1),
    "now": datetime(2026, 4, 1, tzinfo=UTC),
}


def written(sql: ColumnElement[Any], table: Table = TABLES["order"]) -> str:
    """Return *sql* in one line, as it stands in the WHERE of a query."""
    text = str(select(table.c.id).where(sql).compile(dialect=DIALECT))
    where = " ".join(text.split()).partition(" WHERE ")[2]
    return where.replace('"order".', "").replace("$1", "$").replace("::VARCHAR", "")


def compiled(text: str) -> Expression:
    return compile_expression(text, SCOPE)


TRUE = [
    ("status == 'open'", "status = $"),
    ("note == 'a'", "note = $"),
    ("'a' == note", "note = $"),
    ("!(note != 'a')", "note = $"),
    ("note == null", "note IS NULL"),
    ("qty == null", "false"),
    ("total > 3", "total > $::NUMERIC"),
    ("3 < total", "total > $::NUMERIC"),
    ("qty >= 2.0", "qty >= $::INTEGER"),
    ("qty > 4000000000", "qty > $::BIGINT"),
    ("due < today", "due < $::DATE"),
    ("due < '2026-01-31'", "due < $::DATE"),
    ("due < today|add_days(30)", "due < $::DATE"),
    ("paid", "paid"),
    ("paid == true", "paid"),
    ("paid == false", "paid IS false"),
    ("owner == user.id", "owner = $::UUID"),
    ("owner == user", "owner = $::UUID"),
    ("owner == 'x'", "false"),
    ("owner == null", "owner IS NULL"),
    ("status in ['open', 'draft']", "status = ANY ($::TEXT[])"),
    ("status in ['open']", "status = $"),
    ("'vip' in tags", "tags @> $::TEXT[]"),
    ("number < 'b'", '(number COLLATE "C") < $'),
    ("has_role('clerk') && paid", "paid"),
    ("has_role('admin') && paid", "false"),
    ("has_role('admin') || paid", "paid"),
    ("status in user.roles", "status = $"),
    ("'x' in number", "strpos(number, $) > 0"),
    (
        "lines[.qty > 2]|length > 0",
        (
            "EXISTS (SELECT * FROM line AS line_1"
            ' WHERE line_1."order" = id AND line_1.deleted_at IS NULL AND line_1.qty > $::INTEGER)'
        ),
    ),
    (
        "lines|length == 0",
        'NOT (EXISTS (SELECT * FROM line AS line_1 WHERE line_1."order" = id AND line_1.deleted_at IS NULL))',
    ),
    (
        "partner.country == 'CZ'",
        "(SELECT partner_1.country FROM partner AS partner_1 WHERE partner_1.id = partner) = $",
    ),
]


@pytest.mark.parametrize(("text", "sql"), TRUE)
def test_a_condition_is_as_plain_as_if_written_by_hand(text: str, sql: str) -> None:
    assert written(truth(compiled(text), SOURCE, BINDS)) == sql


FALSE = [
    ("status == 'open'", "status != $"),
    ("note == 'a'", "note != $ OR note IS NULL"),
    ("total > 3", "total <= $::NUMERIC OR total IS NULL"),
    ("paid", "paid IS NOT true"),
    ("!paid", "paid"),
    ("note == null", "note IS NOT NULL"),
    ("status in ['open', 'draft']", "status != ALL ($::TEXT[])"),
    ("priority in ['low', 'high']", "priority != ALL ($::TEXT[]) OR priority IS NULL"),
    ("note", "note = '' OR note IS NULL"),
    ("paid || note == 'a'", "paid IS NOT true AND (note != $ OR note IS NULL)"),
]


@pytest.mark.parametrize(("text", "sql"), FALSE)
def test_the_negation_counts_missing_values(text: str, sql: str) -> None:
    assert written(falsity(compiled(text), SOURCE, BINDS)) == sql
    assert written(truth(compiled(f"!({text})"), SOURCE, BINDS)) == sql


def test_a_row_can_be_an_alias() -> None:
    alias = TABLES["order"].alias("o")

    assert "o.status = " in str(truth(compiled("status == 'open'"), SOURCE, BINDS, alias))


def test_record_is_another_row_when_it_is_given() -> None:
    offered = compile_expression("id != record.id", Scope(SCOPE.schema, "order", {"record": record("order")}))

    assert written(truth(offered, SOURCE, {"record": {"id": ANN}})) == "id != $::UUID"
    assert written(truth(offered, SOURCE, {"record": {}})) == "true"


INLINE = [
    ("status == 'open'", "status = 'open'"),
    ("note == 'it''s'".replace("''", "\\'"), "note = 'it''s'"),
    ("total >= 1.50 && qty < 3", "total >= 1.50 AND qty < 3"),
    ("status in ['open', 'draft']", "status = ANY (CAST(ARRAY['open', 'draft'] AS TEXT[]))"),
    ("due > '2026-01-31'", "due > CAST('2026-01-31' AS DATE)"),
    ("qty > (0 - 2)", "qty > (-2)"),
]


@pytest.mark.parametrize(("text", "sql"), INLINE)
def test_a_partial_index_has_its_constants_written_out(text: str, sql: str) -> None:
    assert written(inline(compiled(text), SOURCE)) == sql


def test_a_check_never_lets_null_pass() -> None:
    # A copy: SQLAlchemy hangs a constraint on the table whose columns it reads.
    table = TABLES["order"].to_metadata(MetaData())
    table.append_constraint(CheckConstraint(check(compiled("total > discount"), SOURCE, table)))

    assert "CHECK ((total > discount) IS true)" in str(CreateTable(table).compile(dialect=DIALECT))


@pytest.mark.parametrize(
    ("text", "column_number", "named"),
    [
        ("due < today", 7, "today"),
        ("qty > 1 && owner == user.id", 21, "user.id"),
        ("partner.country == 'CZ'", 1, "partner.country"),
        ("lines|length > 0", 1, "lines"),
        ("has_role('admin')", 1, "has_role('admin')"),
        ("(has_role('admin')) ? paid : qty > 1", 2, "has_role('admin')"),
    ],
)
def test_checks_and_indexes_read_one_row_only(text: str, column_number: int, named: str) -> None:
    expression = compiled(text)

    with pytest.raises(ProblemError) as raised:
        inline(expression, SOURCE)

    problem = raised.value.problems[0]
    assert problem.code == "not-in-sql"
    assert problem.place.column == column_number
    assert f"`{named}`" in problem.sentence
    assert unsupported(expression) == []
    assert [found.code for found in unsupported(expression, own=True)] == ["not-in-sql"]


NOT_IN_SQL = [
    ("lines[0].qty > 1", 1, "lines[0]"),
    ("qty > 1 && (lines|first).qty > 1", 13, "lines|first"),
    ("data.a == 1", 1, "data"),
    ("due|format('yyyy') == number", 1, "due|format('yyyy')"),
    ("due|start_of('month') == placed", 1, "due|start_of('month')"),
    ("changed('qty')", 1, "changed('qty')"),
    ("count('invoice', {partner: partner}) > 0", 1, "count('invoice', {partner: partner})"),
    ("rate * 2 > 1", 1, "rate * 2"),
    ("lines|sum('weight') > 1", 1, "lines|sum('weight')"),
    ("number|split('-')|length > 1", 1, "number|split('-')"),
    ("tags[qty] == 'a'", 1, "tags[qty]"),
]


@pytest.mark.parametrize(("text", "column_number", "named"), NOT_IN_SQL)
def test_what_has_no_sql_meaning_is_named(text: str, column_number: int, named: str) -> None:
    found = unsupported(compiled(text))

    assert [problem.code for problem in found] == ["not-in-sql"]
    assert found[0].place.column == column_number
    assert found[0].sentence.startswith(f"`{named}` has no meaning in SQL: ")
    with pytest.raises(ProblemError) as raised:
        truth(compiled(text), SOURCE, BINDS)
    assert [problem.place for problem in raised.value.problems] == [problem.place for problem in found]


def test_every_node_without_sql_meaning_is_named() -> None:
    found = unsupported(compiled("lines[0].qty > 1 || rate * 2 > 1"))

    assert [problem.place.column for problem in found] == [1, 21]


def test_constant_parts_need_no_sql_meaning() -> None:
    expression = compiled("due >= today|start_of('month') && today|format('yyyy') == '2026'")

    assert unsupported(expression) == []
    assert written(truth(expression, SOURCE, BINDS)) == "due >= $::DATE"


def test_a_text_that_postgresql_cannot_store_is_a_problem() -> None:
    expression = compile_expression("note == params", Scope(SCOPE.schema, "order", {"params": TEXT}))

    with pytest.raises(ProblemError) as raised:
        truth(expression, SOURCE, {"params": "a\0b"})

    assert raised.value.problems[0].code == "not-in-sql"


@pytest.mark.parametrize(
    "form", ["(({} && 1) + 1)", "min({}, 1)", "({} ^ 2)", "months_between(due|add_months({}), due)"]
)
def test_what_would_become_too_large_is_refused(form: str) -> None:
    text = "qty"
    for _ in range(16):
        text = form.format(text)

    found = unsupported(compiled(text))

    assert [problem.code for problem in found] == ["not-in-sql"]
    assert "too large" in found[0].sentence


def test_a_long_chain_of_conditions_stays_short() -> None:
    text = " && ".join(["qty", "points", "(paid ? points : qty)"] * 12)

    assert len(str(select(column(compiled(text), SOURCE, BINDS)).compile(dialect=DIALECT))) < 50_000


@pytest.mark.parametrize(
    ("value", "sql"),
    [
        (True, "true"),
        (-5, "(-5)"),
        (Decimal("1.50"), "1.50"),
        (0.5, "CAST('0.5' AS DOUBLE PRECISION)"),
        ("a'b", "'a''b'"),
        ("a\\'b", "E'a\\\\''b'"),
        (date(2026, 1, 31), "CAST('2026-01-31' AS DATE)"),
        (time(8, 30), "CAST('08:30:00' AS TIME)"),
        (
            datetime(2026, 1, 31, 8, tzinfo=UTC),
            "CAST('2026-01-31T08:00:00+00:00' AS TIMESTAMP WITH TIME ZONE)",
        ),
        (timedelta(days=-1, seconds=1), "CAST('-1 days 1.000000 seconds' AS INTERVAL)"),
        (UUID(ANN), f"CAST('{ANN}' AS UUID)"),
    ],
)
def test_values_are_written_out(value: Any, sql: str) -> None:
    assert str(Literals(inline=True).value(value).compile(dialect=DIALECT)) == sql


def test_quotes_and_backslashes_cannot_end_a_literal() -> None:
    assert quoted("'; drop table x; --") == "'''; drop table x; --'"
    assert quoted("\\'; drop table x; --") == "E'\\\\''; drop table x; --'"


class Anything(Shop):
    """The shop with notes: each about an order or a partner."""

    def fields(self, entity: str) -> Any:
        if entity == "note":
            return {"id": TEXT, "about": Type(Kind.RECORD, optional=True), "score": DECIMAL}
        notes = Type(Kind.LIST, of=record("note"))
        return {**super().fields(entity), "notes": notes, "friends": Type(Kind.LIST, of=record("partner"))}


class AnythingSource(ShopSource):
    """Tables of it: `about` is one text, `friends` several ids."""

    order = Table("order", MetaData(), Column("id", Uuid()), Column("friends", ARRAY(Uuid())))
    note = Table(
        "note",
        MetaData(),
        Column("id", Uuid()),
        Column("about", Text()),
        Column("score", Numeric()),
        Column("deleted_at", Text()),
    )

    def table(self, entity: str) -> Table:
        own = {"order": self.order, "note": self.note}
        return own[entity] if entity in own else super().table(entity)

    def children(self, entity: str, attribute: str) -> Children | None:
        return Children("note", "about") if attribute == "notes" else super().children(entity, attribute)

    def polymorphic(self, entity: str, attribute: str) -> bool:
        return (entity, attribute) == ("note", "about")


@pytest.mark.parametrize(
    ("entity", "text", "sql"),
    [
        ("note", "about.entity == 'order'", "split_part(note.about, '/', 1) = $"),
        ("note", "about == user.id", "split_part(note.about, '/', 2) = $"),
        ("note", "about.id == user.id", "split_part(note.about, '/', 2) = $"),
        (
            "order",
            "notes|length > 0",
            (
                "EXISTS (SELECT * FROM note AS note_1"
                " WHERE note_1.about = ('order/' || CAST(id AS TEXT)) AND note_1.deleted_at IS NULL)"
            ),
        ),
        ("order", "user.id in friends", "friends @> $::UUID[]"),
        (
            "order",
            "friends[.country == 'CZ']|length > 0",
            (
                "EXISTS (SELECT * FROM partner AS partner_1"
                " WHERE partner_1.id = ANY (friends) AND partner_1.country = $)"
            ),
        ),
        ("order", "friends|length > 1", "coalesce(cardinality(friends), 0) > $::INTEGER"),
    ],
)
def test_any_references_and_several_references(entity: str, text: str, sql: str) -> None:
    source = AnythingSource()
    expression = compile_expression(text, Scope(Anything(), entity, NAMES))

    assert written(truth(expression, source, BINDS), source.table(entity)) == sql
    assert unsupported(expression) == []
