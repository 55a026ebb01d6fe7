"""Metadata A, then B, then A again: everything that both can hold is still there."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from tests.support.live import insert, release, rows
from tests.support.models import attribute, entity, model
from tests.support.servers import Server

from formwright.metadata.model import Model
from formwright.storage.database import Database
from formwright.storage.names import quote
from formwright.storage.releases import plan

NAMES = ["alpha", "beta", "gamma", "delta"]
DAYS = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
MOMENTS = st.integers(-(2**31), 2**32).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=8)
TEXTS = WORDS | st.integers(-99, 99).map(str) | DAYS.map(str) | st.sampled_from(["true", "1.5", "2023-02-29"])
WHOLE = st.integers(-(10**12), 10**12)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "longtext": TEXTS,
    "integer": WHOLE,
    "money": WHOLE.map(lambda n: Decimal(n) / 100),
    "decimal": st.integers(-(10**6), 10**6).map(Decimal),
    "boolean": st.booleans(),
    "date": DAYS,
    "datetime": MOMENTS,
    "time": st.times(),
    "tags": st.lists(WORDS, min_size=1, max_size=2),
    "duration": st.timedeltas(dt.timedelta(0), dt.timedelta(days=300)),
}
DEFAULTS = {"text": "x", "integer": 5, "money": Decimal(5), "boolean": False, "date": dt.date(2020, 1, 1)}


Spec = tuple[str, str, dict[str, Any]]  # name, type, keys of an attribute: what an example prints


@st.composite
def specs(draw) -> list[Spec]:
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4)):
        kind = draw(st.sampled_from(sorted(VALUES)))
        keys: dict[str, Any] = {"index": draw(st.booleans())}
        if kind in DEFAULTS and draw(st.booleans()):
            keys |= {"required": True, "default": DEFAULTS[kind]}
        if kind == "integer" and draw(st.booleans()):
            keys["min"] = -100
        found.append((name, kind, keys))
    return found


@st.composite
def cases(draw) -> tuple[list[Spec], list[Spec], bool, list[dict[str, Any]]]:
    """Draw two sets of attributes, whether the entity type is renamed too, and records of the first."""
    first, second = draw(specs()), draw(specs())
    values = {name: _value(kind, keys) for name, kind, keys in first}
    records = draw(st.lists(st.fixed_dictionaries(values), max_size=4))
    return first, second, draw(st.booleans()), records


def _value(kind: str, keys: dict[str, Any]) -> st.SearchStrategy[Any]:
    values = VALUES[kind].filter(lambda value: value >= -100) if "min" in keys else VALUES[kind]
    return values if "required" in keys else values | st.none()


def built(name: str, found: list[Spec], was: str = "") -> Model:
    return model(entity(name, *(attribute(one, kind, **keys) for one, kind, keys in found), was=was))


def same(before: Any, after: Any, fill: Any) -> bool:
    """Whether a value is the one that was there, however its digits or spaces were written."""
    if before is None:
        return after is None or same(fill, after, None) or _same_day(fill, after)
    if before == after:
        return True
    try:
        return Decimal(str(before)) == Decimal(str(after))
    except InvalidOperation:
        return isinstance(before, str) and isinstance(after, str) and before.strip().lower() == after.strip()


def _same_day(fill: Any, after: Any) -> bool:
    """Whether a moment is the beginning of a day: how a date becomes a moment."""
    day = isinstance(fill, dt.date) and isinstance(after, dt.datetime)
    return day and after == dt.datetime.combine(fill, dt.time(), dt.UTC)


async def go_and_come_back(dsn: str, case: tuple[list[Spec], list[Spec], bool, list[dict[str, Any]]]) -> None:
    first, second, renamed, records = case
    here = built("thing", first)
    there = built("other", second, was="thing") if renamed else built("thing", second)
    defaults = {name: keys.get("default") for name, _, keys in second}
    async with await Database.connect(dsn, size=2) as database:
        await clean(database)
        await release(database, here)
        for number, record in enumerate(records):
            await insert(database, "thing", number=str(number), **record)
        found = await plan(database, there)
        note(str([f"{change.action} {change.subject}: {change.sentence}" for change in found.changes]))
        if not found.problems:
            await release(database, there)
        back = await plan(database, here)
        if back.problems:
            # A required attribute filled empty values with its default, which the first type cannot hold.
            assert {problem.code for problem in back.problems} == {"value-not-convertible"}
            assert any(value is not None for value in defaults.values())
            return
        await release(database, here)
        names = [name for name, _, _ in first]
        after = await rows(database, "thing", "number", *names)
        assert len(after) == len(records)
        for record, kept in zip(records, after, strict=True):
            for name in names:
                assert same(record[name], kept[name], defaults.get(name)), (name, record, kept)


async def clean(database: Database) -> None:
    tables = "select tablename from pg_tables where schemaname = 'main' and tablename not like 'fw\\_%'"
    parked = "select tablename from pg_tables where schemaname = 'main' and tablename like 'fw\\_parked\\_%'"
    for row in [*await database.fetch(tables), *await database.fetch(parked)]:
        await database.execute(f"drop table {quote(row['tablename'])} cascade")
    await database.execute("delete from fw_parked")


QUICK = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@QUICK
@given(case=cases())
def test_what_both_can_hold_comes_back(dsn_of_class: str, case) -> None:
    asyncio.run(go_and_come_back(dsn_of_class, case))


@pytest.mark.deep
@settings(QUICK, max_examples=250)
@given(case=cases())
def test_what_both_can_hold_comes_back_in_many_cases(dsn_of_class: str, case) -> None:
    asyncio.run(go_and_come_back(dsn_of_class, case))


@pytest.fixture(scope="module")
def dsn_of_class(server: Server):
    dsn = server.create(server.template())
    yield dsn
    server.drop(dsn)
