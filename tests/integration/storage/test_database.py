"""The pool, transactions, codecs, and statements compiled once."""

import asyncio
import datetime as dt
import gc
import uuid
from decimal import Decimal

import asyncpg
import pytest
from sqlalchemy import (
    Column,
    Date,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.schema import CreateTable

from formwright.problems import ProblemError
from formwright.storage.database import Database

pytestmark = [pytest.mark.anyio, pytest.mark.both_servers]

thing = Table(
    "thing",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("size", Integer),
    Column("price", Numeric(18, 2)),
    Column("made", Date),
    Column("tags", ARRAY(Text)),
    Column("extra", JSONB),
)
ROW = {
    "id": uuid.UUID("01890000-0000-7000-8000-000000000001"),
    "name": "Ä",
    "size": 3,
    "price": Decimal("12.30"),
    "made": dt.date(2026, 2, 28),
    "tags": ["a", "b"],
    "extra": {"deep": [1, None, "x"], "day": dt.date(2026, 1, 1), "exact": Decimal("0.10")},
}


@pytest.fixture
async def db(database: Database) -> Database:
    await database.execute(CreateTable(thing))
    return database


def others(count: int) -> list[dict]:
    return [{"id": uuid.uuid4(), "name": f"n{i}", "size": i} for i in range(count)]


async def test_values_come_back_as_plain_python_values(db):
    """What goes in as uuid, Decimal, date, list and dict comes out equal; inside JSON, as its text."""
    assert await db.execute(insert(thing), **ROW) == 1

    row = await db.fetchrow(select(thing))

    assert dict(row) == ROW | {"extra": {"deep": [1, None, "x"], "day": "2026-01-01", "exact": "0.10"}}
    assert isinstance(row["price"], Decimal)
    assert isinstance(row["id"], uuid.UUID)


async def test_json_made_by_the_server_passes_through_as_bytes(db):
    await db.execute(insert(thing), id=ROW["id"], name="Ä")

    answer = await db.fetchval("select json_build_object('name', name) from thing")

    assert answer == '{"name" : "Ä"}'.encode()


async def test_none_in_a_jsonb_column_is_null(db):
    await db.execute(insert(thing), id=ROW["id"], name="x", extra=None)

    assert await db.fetchval("select extra is null from thing")


async def test_a_statement_takes_its_own_literals_and_given_parameters(db):
    await db.executemany(insert(thing), others(10))
    query = (
        select(thing.c.name).where(thing.c.size > 3, thing.c.size < bindparam("top")).order_by(thing.c.size)
    )

    assert [row["name"] for row in await db.fetch(query, top=6)] == ["n4", "n5"]
    assert [row["name"] for row in await db.fetch(query, top=7)] == ["n4", "n5", "n6"]


async def test_statements_of_one_shape_share_their_text_but_not_their_literals(db):
    """The second and later statement of a shape is compiled from the cache with its own values."""
    await db.executemany(insert(thing), others(5))

    def query(size, name):
        return select(thing.c.size).where(thing.c.size == size).where(thing.c.name == name)

    found = [await db.fetchval(query(size, f"n{size}")) for size in range(5)]

    assert found == [0, 1, 2, 3, 4]
    assert await db.fetchval(query(1, "n2")) is None
    assert len(db._statements._by_shape) == 2  # the insert and the select


async def test_a_kept_statement_is_not_kept_alive_by_the_cache(db):
    query = select(thing.c.size).where(thing.c.size == 77)
    await db.fetch(query)
    held = len(db._statements._by_statement)
    await db.fetch(select(thing.c.size).where(thing.c.size == 78))
    gc.collect()

    assert len(db._statements._by_statement) <= held


async def test_values_given_once_are_not_kept_in_the_cache(db):
    secret = "a secret of some length"
    statement = insert(thing)
    await db.execute(statement, id=uuid.uuid4(), name=secret)

    (shape,) = db._statements._by_statement[statement].values()
    assert secret not in shape.known.values()


async def test_an_insert_writes_only_the_columns_given(db):
    statement = insert(thing)
    await db.execute(statement, id=uuid.uuid4(), name="one")
    await db.execute(statement, id=uuid.uuid4(), name="two", size=2)

    rows = await db.fetch(select(thing.c.name, thing.c.size).order_by(thing.c.name))
    assert [tuple(row) for row in rows] == [("one", None), ("two", 2)]


async def test_in_lists_of_any_length(db):
    await db.executemany(insert(thing), others(6))
    query = select(thing.c.size).where(thing.c.size.in_(bindparam("sizes", expanding=True)))

    assert len(await db.fetch(query, sizes=[1, 2, 99])) == 2
    assert len(await db.fetch(query, sizes=[1, 2, 3, 4])) == 4
    assert await db.fetch(query, sizes=[]) == []
    assert len(await db.fetch(select(thing.c.size).where(thing.c.size.in_([0, 5])))) == 2


async def test_an_update_returns_how_many_rows_it_touched(db):
    await db.executemany(insert(thing), others(4))

    assert await db.execute(update(thing).where(thing.c.size < bindparam("top")).values(name="x"), top=3) == 3


async def test_a_missing_parameter_and_an_unknown_one_are_errors(db):
    query = select(thing.c.size).where(thing.c.size < bindparam("top", type_=Integer))

    with pytest.raises(InvalidRequestError, match="top"):
        await db.fetch(query)
    with pytest.raises(TypeError, match="topp"):
        await db.fetch(query, top=1, topp=2)
    with pytest.raises(TypeError, match="by name"):
        await db.fetch(query, 1)


async def test_sql_text_takes_values_in_order(db):
    assert await db.fetchval("select $1::int - $2::int", 5, 3) == 2
    await db.executemany(
        "insert into thing (id, name) values ($1, $2)", [(uuid.uuid4(), "a"), (uuid.uuid4(), "b")]
    )
    assert await db.fetchval("select count(*) from thing") == 2


async def test_a_transaction_commits_or_rolls_back_as_a_whole(db):
    async with db.transaction() as tx:
        await tx.execute(insert(thing), id=uuid.uuid4(), name="kept")

    async def fail():
        async with db.transaction() as tx:
            await tx.execute(insert(thing), **ROW)
            await tx.execute(insert(thing), **ROW)

    with pytest.raises(asyncpg.UniqueViolationError):
        await fail()

    assert [row["name"] for row in await db.fetch(select(thing.c.name))] == ["kept"]


async def test_a_savepoint_fails_alone(db):
    async with db.transaction() as tx:
        await tx.execute(insert(thing), **ROW)
        with pytest.raises(asyncpg.UniqueViolationError):
            async with tx.savepoint():
                await tx.execute(insert(thing), **ROW)
        await tx.execute(insert(thing), id=uuid.uuid4(), name="after")

    assert await db.fetchval("select count(*) from thing") == 2


async def test_a_transaction_survives_a_type_changed_under_its_cached_plan(dsn):
    """InvalidCachedStatementError inside a transaction is answered by running it once more."""
    async with await Database.connect(dsn, size=1) as one, await Database.connect(dsn, size=1) as two:
        await two.execute(CreateTable(thing))
        await two.execute(insert(thing), id=uuid.uuid4(), name="x", size=1)
        query = select(thing.c.size)
        runs = []

        async def read(tx):
            runs.append(1)
            return await tx.fetchval(query)

        assert await one.run_transaction(read) == 1
        await two.execute("alter table thing alter size type bigint")
        await two.execute("update thing set size = 5000000000")
        runs.clear()

        assert await one.run_transaction(read) == 5000000000
        assert len(runs) == 2


async def test_a_serialization_failure_is_answered_by_a_second_run(db):
    await db.execute(insert(thing), **ROW)
    first = asyncio.Event()
    runs = []

    async def work(tx):
        runs.append(1)
        size = await tx.fetchval(select(thing.c.size))
        if not first.is_set():
            first.set()
            await db.execute(update(thing).values(size=thing.c.size + 10))
        await tx.execute(update(thing).values(size=size + 1))

    await db.run_transaction(work, isolation="repeatable_read")

    assert await db.fetchval(select(thing.c.size)) == 14
    assert len(runs) == 2


async def test_a_deadlock_loses_nothing(db):
    a, b = others(2)
    await db.executemany(insert(thing), [a, b])
    met = asyncio.Barrier(2)
    tries = {"ab": 0, "ba": 0}

    async def cross(name, first, second):
        async def work(tx):
            tries[name] += 1
            await tx.execute(update(thing).where(thing.c.id == first["id"]).values(size=thing.c.size + 10))
            if tries[name] == 1:
                await met.wait()
            await tx.execute("set local deadlock_timeout = '50ms'")
            await tx.execute(update(thing).where(thing.c.id == second["id"]).values(size=thing.c.size + 10))

        await db.run_transaction(work)

    await asyncio.gather(cross("ab", a, b), cross("ba", b, a))

    assert sorted(await db.fetchval("select array_agg(size) from thing")) == [20, 21]
    assert sum(tries.values()) == 3


async def test_another_error_is_raised_at_once(db):
    runs = []

    async def work(tx):
        runs.append(1)
        await tx.execute("select 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await db.run_transaction(work)
    assert len(runs) == 1


async def test_a_held_connection_leaves_no_setting_and_no_lock(dsn):
    async with await Database.connect(dsn, size=1) as one, await Database.connect(dsn, size=1) as two:
        path = await one.fetchval("show search_path")
        async with one.hold() as held:
            await held.execute("set search_path = pg_catalog")
            await held.execute("set statement_timeout = '1h'")
            assert await held.fetchval("select pg_try_advisory_lock(7)")
            assert not await two.fetchval("select pg_try_advisory_lock(7)")
            async with held.transaction() as tx:
                await tx.execute("create table public.made (id int)")
            await held.execute("create index concurrently made_ix on public.made (id)")

        assert await one.fetchval("show search_path") == path
        assert await one.fetchval("show statement_timeout") == "0"
        assert await two.fetchval("select pg_try_advisory_lock(7)")


async def test_a_connection_comes_back_clean_after_a_cancelled_transaction(dsn):
    async with await Database.connect(dsn, size=1) as db:

        async def hang():
            async with db.transaction() as tx:
                await tx.execute("set local search_path = pg_catalog")
                await tx.execute("select pg_sleep(60)")

        task = asyncio.create_task(hang())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await db.fetchval("show search_path") == '"main", public'
        assert await db.fetchval("select pg_current_xact_id_if_assigned()") is None


async def test_each_database_sees_its_workspace_only(dsn):
    async with await Database.connect(dsn, "north") as north, await Database.connect(dsn, "south") as south:
        for db in (north, south):
            await db.execute(f'create schema "{db.workspace}"')
            await db.execute(CreateTable(thing))
        await north.execute(insert(thing), **ROW)

        assert await north.fetchval("select count(*) from thing") == 1
        assert await south.fetchval("select count(*) from thing") == 0


async def test_recycling_replaces_connections(dsn):
    async with await Database.connect(dsn, size=1) as db:
        before = await db.fetchval("select pg_backend_pid()")
        assert await db.fetchval("select pg_backend_pid()") == before
        await db.recycle()
        assert await db.fetchval("select pg_backend_pid()") != before


async def test_notices_are_heard_until_stopped(db):
    heard, arrived = [], asyncio.Event()
    stop = await db.listen("news", lambda payload: (heard.append(payload), arrived.set()))
    await db.execute("select pg_notify('news', 'one')")
    async with asyncio.timeout(10):
        await arrived.wait()
    await stop()
    await db.execute("select pg_notify('news', 'two')")

    assert heard == ["one"]


@pytest.mark.parametrize(
    "prefix", ["postgresql://", "postgres://", "postgresql+asyncpg://", " postgresql+psycopg://"]
)
async def test_any_postgresql_url_is_accepted(dsn, prefix):
    async with await Database.connect(dsn.replace("postgresql://", prefix)) as db:
        assert await db.fetchval("select 1") == 1


async def connecting(url, workspace="main"):
    with pytest.raises(ProblemError) as caught:
        await Database.connect(url, workspace)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda dsn: dsn.replace("?host=", "?host=/nowhere"), "database-unreachable"),
        (lambda dsn: dsn.replace("formwright@/", "nobody_known@/"), "database-unreachable"),
        (lambda dsn: "postgresql://u:s3cret@localhost:1/x", "database-unreachable"),
        (lambda dsn: "postgresql://u:s3cret@localhost:s3cret/x", "database-url-invalid"),
        (lambda dsn: "mysql://u:s3cret@localhost/x", "database-url-invalid"),
        (lambda dsn: "s3cret", "database-url-invalid"),
    ],
)
async def test_an_unusable_server_is_a_problem_that_keeps_the_password(dsn, change, code):
    problem = await connecting(change(dsn))

    assert problem.code == code
    assert problem.hint
    assert "s3cret" not in problem.sentence


@pytest.mark.parametrize("name", ["", "Main", "pg_x", "public", "a-b", 'a"; drop schema main', "a" * 64, "é"])
async def test_a_workspace_name_that_is_no_plain_schema_name_is_a_problem(dsn, name):
    assert (await connecting(dsn, name)).code == "workspace-name-invalid"


async def test_an_old_server_is_a_problem(dsn, monkeypatch):
    monkeypatch.setattr("formwright.storage.database.OLDEST", 99)

    assert (await connecting(dsn)).code == "database-too-old"


async def test_a_database_that_is_not_unicode_is_a_problem(server):
    await asyncio.to_thread(
        server.run, "create database latin template template0 encoding 'LATIN1' locale 'C'"
    )

    problem = await connecting(server.dsn_of("latin"))
    await asyncio.to_thread(server.run, "drop database latin with (force)")

    assert problem.code == "database-encoding"
