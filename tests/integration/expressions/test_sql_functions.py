"""Every function with an SQL twin gives in PostgreSQL what it gives in Python, on values at the edges."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import FromClause, Text, Uuid, column, literal, select, values
from sqlalchemy.dialects.postgresql import ARRAY
from tests.integration.expressions.conftest import Run
from tests.integration.expressions.test_sql import alike
from tests.support.shop_tables import ShopSource

from formwright.expressions import Kind, Scope, Type, compile_expression, standard
from formwright.expressions.kinds import type_of
from formwright.expressions.sql.literals import sql_type

pytestmark = pytest.mark.both_servers

TEXTS = Type(Kind.LIST, of=Type(Kind.TEXT))
COLUMNS: dict[str, tuple[Type, list[Any]]] = {
    "a": (Type(Kind.TEXT), ["", "a", "Ab-1", " \t Žofie \xa0", "STRASSE ß", "a%b_c\\\\", "+420 601٣", "ÿ𝒳é"]),
    "b": (Type(Kind.TEXT), ["", "a", "b", "%", "ß", "Ab", "\\\\"]),
    "n": (Type(Kind.INTEGER), [0, 1, -1, 2, -2, 13, 400, -400]),
    "m": (Type(Kind.INTEGER), [0, 1, -1, 3, 100_000]),
    "d": (Type(Kind.DECIMAL), [Decimal(t) for t in ("0", "0.5", "-0.5", "2.675", "-2.5", "1.00", "12345678901234567890.125")]),
    "e": (Type(Kind.DECIMAL), [Decimal(t) for t in ("0", "-1.5", "2.675", "1")]),
    "f": (Type(Kind.NUMBER), [0.0, 0.5, -2.5, 0.1 + 0.2, 2.675, 1e10]),
    "g": (Type(Kind.NUMBER), [0.0, -1.5, 0.3]),
    "day": (Type(Kind.DATE), [date(2024, 2, 29), date(2026, 1, 31), date(2026, 12, 31), date(1999, 3, 1), date(2026, 1, 4)]),
    "end": (Type(Kind.DATE), [date(2024, 2, 28), date(2024, 3, 29), date(2026, 1, 30), date(2000, 2, 29)]),
    "at": (Type(Kind.DATETIME), [
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    ]),
    "then": (Type(Kind.DATETIME), [datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2024, 2, 28, 0, 0, 1, tzinfo=UTC)]),
    "tags": (TEXTS, [[], ["a"], ["a", "", "b"]]),
}  # fmt: skip

CALLS = {
    "lower": ["a|lower"],
    "upper": ["a|upper"],
    "trim": ["a|trim"],
    "digits": ["a|digits"],
    "replace": ["a|replace(b, 'xy')", "a|replace('a', b)"],
    "starts_with": ["a|starts_with(b)"],
    "contains": ["a|contains(b)"],
    "abs": ["abs(n)", "abs(d)", "abs(f)"],
    "round": ["round(n)", "round(d)", "round(d, 2)", "round(f)", "round(f, 2)", "round(d, (n % 3))", "round(n, (-1))"],
    "floor": ["floor(n)", "floor(d)", "floor(f)"],
    "ceil": ["ceil(n)", "ceil(d)", "ceil(f)"],
    "min": ["min(n, m)", "min(n, d, e)", "min(f, g)", "min(f, 0.2)", "min(day, end)", "min(at, then)"],
    "max": ["max(n, m)", "max(n, d, e)", "max(f, g)", "max(n, 1.5)", "max(day, end)", "max(at, then)"],
    "length": ["a|length", "tags|length"],
    "len": ["a|len", "len(tags)"],
    "add_days": ["day|add_days(n)", "at|add_days(n)", "day|add_days(m)"],
    "add_months": ["day|add_months(n)", "at|add_months(n)"],
    "add_years": ["day|add_years(n)", "at|add_years(n)"],
    "days_between": ["days_between(day, end)", "days_between(day, at)", "days_between(at, day)", "days_between(at, then)"],
    "months_between": ["months_between(day, end)", "months_between(day, at)", "months_between(at, then)"],
    "weekday": ["weekday(day)", "weekday(at)"],
    "empty": ["empty(a)", "empty(n)", "empty(day)", "empty(tags)"],
    "coalesce": ["coalesce(a, b)", "coalesce(n, d)", "coalesce(day, end)", "coalesce(f, g, 1)", "coalesce(at, then)"],
}  # fmt: skip


class Sample:
    """A schema of one entity type with the columns above."""

    def __init__(self, fields: Mapping[str, Type]) -> None:
        self._fields = {"sample": fields}

    def fields(self, entity: str) -> Mapping[str, Type]:
        return self._fields.get(entity, {})

    def entities(self) -> Mapping[str, object]:
        return self._fields


def filled(count: int, seed: int = 5) -> list[dict[str, Any]]:
    """Return rows with each value at the edge somewhere, and gaps."""
    chance = random.Random(seed)
    return [
        {name: None if chance.random() < 0.15 else chance.choice(some) for name, (_, some) in COLUMNS.items()}
        for _ in range(count)
    ]


def table(rows: list[dict[str, Any]], kinds: Mapping[str, Type]) -> FromClause:
    """Return the rows, numbered, as something to select from."""
    types = {
        name: ARRAY(Text()) if kind.kind is Kind.LIST else sql_type(kind) for name, kind in kinds.items()
    }
    names = values(
        column("row"), column("id", Uuid()), *(column(*each) for each in types.items()), name="sample"
    )
    return names.data(
        [
            (
                literal(number),
                literal(UUID(int=number)),
                *(literal(row.get(n), kind) for n, kind in types.items()),
            )
            for number, row in enumerate(rows)
        ]
    )


def agree(run: Run, text: str, rows: list[dict[str, Any]], kinds: Mapping[str, Type]) -> None:
    """Compare the value in SQL and in Python for every row, and what is true and what is not."""
    scope = Scope(Sample({name: kind.maybe() for name, kind in kinds.items()}), "sample")
    expression = compile_expression(text, scope)
    source, sample = ShopSource(), table(rows, kinds)
    ways: list[Callable[..., Any]] = [expression.column, expression.where, expression.where_not]
    found = run(select(sample.c.row, *(way(source, {}, sample).label(None) for way in ways)))

    assert len(found) == len(rows)
    for number, value, is_true, is_false in found:
        context = {name: held for name, held in rows[number].items() if held is not None}
        assert alike(value, expression.value(context)), (text, context, value)
        assert bool(is_true) is expression.true(context), (text, context)
        assert bool(is_false) is not expression.true(context), (text, context)


def test_every_twin_is_compared() -> None:
    assert set(CALLS) == {entry.name for entry in standard() if entry.sql is not None}


@pytest.mark.parametrize("text", [text for texts in CALLS.values() for text in texts])
def test_a_function_gives_in_sql_what_it_gives_in_python(run: Run, text: str) -> None:
    agree(run, text, filled(80), {name: kind for name, (kind, _) in COLUMNS.items()})


EXAMPLES = [
    example for entry in standard() if entry.sql is not None for example in entry.examples if example.context
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.text)
def test_an_example_of_the_catalogue_holds_in_sql(run: Run, example: Any) -> None:
    kinds = {name: TEXTS if value == [] else type_of(value) for name, value in example.context.items()}

    agree(run, example.text, [dict(example.context), {}], kinds)
