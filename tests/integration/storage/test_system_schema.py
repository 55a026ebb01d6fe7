"""The system tables: made by migrations, as declared, in each workspace; and the months of the history."""

import asyncio
import datetime as dt
import uuid

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, func, insert, select, text

from formwright.problems import ProblemError
from formwright.storage import system
from formwright.storage import system_tables as tables
from formwright.storage.database import Database
from formwright.storage.history_partitions import Month, ensure_partitions

pytestmark = [pytest.mark.anyio, pytest.mark.both_servers]

USER = {"id": uuid.UUID(int=1), "login": "Ada", "name": "Ada"}


@pytest.fixture
def empty(server):
    """The URL of a database without anything in it."""
    url = server.create()
    yield url
    server.drop(url)


def ours(_object, name, kind, _reflected, _compare_to):
    return kind != "table" or (name != system.MIGRATION_TABLE and "fw_history_" not in name)


async def test_migrations_make_what_is_declared(database):
    """Tables, columns, types, nullability, defaults, indexes and foreign keys of both are equal."""

    def differences(connection):
        options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), tables.SYSTEM)

    async with system.system_connection(database.dsn, database.workspace) as connection:
        found = await connection.run_sync(differences)

    assert found == []


async def test_migrations_make_the_primary_keys_and_checks_declared(database):
    asked = "select conname from pg_constraint where contype = 'c' and connamespace = 'main'::regnamespace"
    declared = {
        c.name
        for table in tables.SYSTEM.sorted_tables
        for c in table.constraints
        if isinstance(c, CheckConstraint)
    }
    keys = (
        "select array_agg(attname::text order by array_position(conkey, attnum)) from pg_constraint "
        "join pg_attribute on attrelid = conrelid and attnum = any(conkey) where contype = 'p' and conrelid = $1::regclass"
    )

    assert {row["conname"] for row in await database.fetch(asked)} == declared
    for table in tables.SYSTEM.sorted_tables:
        key = await database.fetchval(keys.replace("$1::regclass", f"'{table.name}'::regclass"))
        assert key == [column.name for column in table.primary_key], table.name


async def test_upgrading_twice_changes_nothing(empty):
    async with await Database.connect(empty) as db:
        await system.upgrade(db)
        before = await db.fetchval("select array_agg(oid::int order by oid) from pg_class")
        await system.upgrade(db)

        assert await db.fetchval("select array_agg(oid::int order by oid) from pg_class") == before
        assert await db.fetchval(f"select version_num from {system.MIGRATION_TABLE}") == system.head()


async def test_processes_that_upgrade_together_do_it_once(empty):
    opened = [await Database.connect(empty, size=2) for _ in range(3)]
    await asyncio.gather(*(system.upgrade(db) for db in opened))

    assert await opened[0].fetchval("select count(*) from fw_migration") == 1
    assert len(await partitions(opened[0])) == 5
    for db in opened:
        await db.close()


async def test_workspaces_are_separate(empty):
    async with (
        await Database.connect(empty, "north") as north,
        await Database.connect(empty, "south") as south,
    ):
        await system.upgrade(north)
        await system.upgrade(south)
        await north.execute(insert(tables.user), **USER)

        assert await south.fetchval(select(func.count()).select_from(tables.user)) == 0
        made = "select count(*) from pg_class where relname = 'fw_user' and relnamespace::regnamespace::text = any($1)"
        assert await north.fetchval(made, ["north", "south"]) == 2


async def test_downgrading_removes_everything(database):
    def downgrade(connection):
        settings = system.config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")

    async with system.system_connection(database.dsn, database.workspace) as connection:
        await connection.run_sync(downgrade)

    left = "select array_agg(relname::text) from pg_class where relnamespace = 'main'::regnamespace and relkind in ('r', 'p')"
    assert await database.fetchval(left) == [system.MIGRATION_TABLE]


async def test_a_schema_of_a_newer_version_is_a_problem(database):
    await database.execute("update fw_migration set version_num = '9999'")

    with pytest.raises(ProblemError) as caught:
        await system.upgrade(database)

    assert [problem.code for problem in caught.value.problems] == ["system-schema-newer"]


async def test_a_user_who_may_not_create_schemas_gets_a_problem(server, empty):
    await asyncio.to_thread(server.run, "create role weak login")
    try:
        async with await Database.connect(empty.replace("formwright@", "weak@")) as db:
            with pytest.raises(ProblemError) as caught:
                await system.upgrade(db)
    finally:
        await asyncio.to_thread(server.run, "drop role weak")

    (problem,) = caught.value.problems
    assert problem.code == "system-schema-failed"
    assert "permission denied" in problem.sentence


async def test_a_login_is_unique_whatever_its_case(database):
    await database.execute(insert(tables.user), **USER)

    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(insert(tables.user), id=uuid.uuid4(), login="aDA", name="")


async def test_sessions_end_with_their_user(database):
    await database.execute(insert(tables.user), **USER)
    later = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    await database.execute(insert(tables.session), token_hash=b"x", user_id=USER["id"], expires_at=later)
    await database.execute(tables.user.delete())

    assert await database.fetchrow(select(tables.session)) is None


def change(at, **more):
    return {
        "entity": "thing",
        "record_id": uuid.uuid4(),
        "version": 1,
        "op": "create",
        "diff": {},
        "at": at,
    } | more


async def partitions(db):
    found = await db.fetch(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'fw_history'::regclass"
    )
    return [row["name"] for row in found]


async def test_this_month_and_the_next_three_have_a_partition(database):
    month = Month.of(dt.datetime.now(dt.UTC))

    assert set(await partitions(database)) == {"fw_history_default"} | {
        month.later(i).table for i in range(4)
    }


async def test_a_new_month_takes_its_rows_from_the_default_partition(database):
    """Rows written before their partition existed move to it, the others stay."""
    inside = [dt.datetime(2031, 3, 1, tzinfo=dt.UTC), dt.datetime(2031, 3, 31, 23, 59, 59, tzinfo=dt.UTC)]
    outside = [dt.datetime(2031, 2, 28, 23, 59, tzinfo=dt.UTC), dt.datetime(2031, 4, 1, tzinfo=dt.UTC)]
    await database.executemany(insert(tables.history), [change(at) for at in inside + outside])

    made = await ensure_partitions(database, inside[0], ahead=0)

    assert made == [Month(2031, 3)]
    where = select(text("tableoid::regclass::text as partition"), tables.history.c.at).order_by(
        tables.history.c.at
    )
    found = [row["partition"] for row in await database.fetch(where)]
    assert found == ["fw_history_default", "fw_history_2031_03", "fw_history_2031_03", "fw_history_default"]
    assert await ensure_partitions(database, inside[0], ahead=0) == []


async def test_partitions_begin_at_midnight_utc_whatever_the_zone(database):
    async with database.hold() as held:
        await held.execute("set timezone = 'Pacific/Auckland'")
        await ensure_partitions(database, dt.datetime(2032, 1, 31, 23, 30, tzinfo=dt.UTC), ahead=0)
        await held.execute(insert(tables.history), **change(dt.datetime(2032, 1, 31, 23, 59, tzinfo=dt.UTC)))
        assert await held.fetchval("select count(*) from fw_history_2032_01") == 1


async def test_months_are_made_while_others_write(database):
    """Concurrent writers and makers of partitions neither fail nor lose a row."""
    at = dt.datetime(2033, 5, 5, tzinfo=dt.UTC)
    stop = asyncio.Event()
    written = 0

    async def write():
        nonlocal written
        while not stop.is_set():
            await database.execute(insert(tables.history), **change(at, record_id=uuid.uuid4()))
            written += 1

    writers = [asyncio.create_task(write()) for _ in range(3)]
    await asyncio.gather(*(ensure_partitions(database, at, ahead=2) for _ in range(2)))
    stop.set()
    await asyncio.gather(*writers)

    assert await database.fetchval("select count(*) from fw_history_2033_05") == written > 0


async def test_a_history_kept_locked_puts_the_months_off(database, monkeypatch):
    monkeypatch.setattr("formwright.storage.history_partitions.PATIENCE", "50ms")
    at = dt.datetime(2034, 1, 1, tzinfo=dt.UTC)
    async with database.transaction() as tx:
        await tx.execute(insert(tables.history), **change(at))
        assert await ensure_partitions(database, at, ahead=1) == []

    assert await ensure_partitions(database, at, ahead=1) == [Month(2034, 1), Month(2034, 2)]


async def test_deleting_from_the_outbox_by_position_skips_what_is_locked(database):
    row = {"entity": "thing", "record_id": uuid.uuid4(), "version": 1, "op": "create"}
    await database.executemany(insert(tables.outbox), [row] * 4)
    take = (
        "delete from fw_outbox where id in (select id from fw_outbox order by id limit 2 for update skip locked) "
        "returning id"
    )
    async with database.transaction() as one, database.transaction() as two:
        first = {row["id"] for row in await one.fetch(take)}
        second = {row["id"] for row in await two.fetch(take)}

    assert len(first) == len(second) == 2
    assert not first & second
