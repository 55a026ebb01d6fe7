"""On a real server: columns give values back as they were, and refuse what the checks refuse."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import CheckConstraint, Column, MetaData, Table, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.unit.attributes.samples import CHOICES, SAMPLES

from formwright.attributes import builtin

CATALOGUE = builtin()
STORED = [kind.name for kind in CATALOGUE if kind.stored]
IDENTITY = UUID("0190a6e0-7c3b-7d52-9a4e-1f2b3c4d5e6f")

BOUNDS = {  # type -> options, a value that fits, one that does not
    "text": ({"max": 3}, "abc", "abcd"),
    "integer": ({"min": 0}, 0, -1),
    "decimal": ({"max": 0.5}, Decimal("0.5"), Decimal("0.51")),
    "money": ({"min": 0}, Decimal("0.00"), Decimal("-0.01")),
    "percent": ({"max": 100}, Decimal(100), Decimal("100.01")),
    "date": ({"min": "2026-01-02"}, dt.date(2026, 1, 2), dt.date(2026, 1, 1)),
    "time": ({"max": "08:30"}, dt.time(8, 30), dt.time(8, 31)),
    "datetime": (
        {"min": "2026-01-01T00:00Z"},
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2025, 12, 31, tzinfo=dt.UTC),
    ),
    "duration": ({"max": "8h"}, dt.timedelta(hours=8), dt.timedelta(hours=9)),
    "choice": ({"choices": CHOICES}, "low", "lower"),
    "choices": ({"choices": CHOICES}, ["low", "urgent"], ["low", "x"]),
    "rating": ({}, 5, 6),
}


def table_of(name: str, options: dict) -> Table:
    """Return a table with one column of the type and its checks, values inlined."""
    kind = CATALOGUE.get(name)
    column = Column("v", kind.column(options))
    checks = [
        CheckConstraint(
            str(condition.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})),
            name=f"{name}_{suffix}",
        )
        for suffix, condition in kind.constraints(column, options)
    ]
    return Table(f"t_{name}", MetaData(), column, *checks)


async def stored(dsn: str, table: Table, values: list) -> list:
    """Return what the server gives back for *values* in a new table."""
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(table.create)
            for value in values:
                await connection.execute(insert(table).values(v=value))
            return list((await connection.execute(select(table.c.v))).scalars())
    finally:
        await engine.dispose()


@pytest.mark.anyio
async def test_every_column_gives_values_back_as_they_were(dsn):
    for name in STORED:
        kind, sample = CATALOGUE.get(name), SAMPLES[name]
        values = [value for raw, _ in sample.good if (value := kind.parse(raw, sample.options)) is not None]
        values += [value for value in BOUNDS.get(name, ({}, None, None))[1:2] if value is not None]
        values = [value for value in values if not list(kind.check(value, sample.options))]
        assert values, name
        assert await stored(dsn, table_of(name, sample.options), values) == values, name


@pytest.mark.anyio
@pytest.mark.parametrize("name", BOUNDS)
async def test_the_server_keeps_bounds_and_choices(dsn, name):
    options, good, bad = BOUNDS[name]
    kind = CATALOGUE.get(name)
    assert not list(kind.check(good, options))
    assert list(kind.check(bad, options))
    assert await stored(dsn, table_of(name, options), [good]) == [good]
    table = table_of(name, options)
    table.name = f"again_{name}"
    with pytest.raises(IntegrityError, match=f"{name}_"):
        await stored(dsn, table, [bad])
