"""Declared against live: a pair for each difference. Each is planned, applied, and then nothing is left."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.support.live import actions, insert, release, rows
from tests.support.models import attribute, entity, model, rule

from formwright.problems import ProblemError
from formwright.storage.changes import Lock
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply, plan
from formwright.storage.rendering import plan_as_json, plan_as_text

pytestmark = pytest.mark.anyio

NAME = attribute("name", max=20)
SIZE = attribute("size", "integer")
GROUP = entity("group")


def thing(*attributes, **keys):
    return entity("thing", *attributes, **keys)


FULL = model(
    thing(
        attribute("name", required=True, max=20, default="x", search=3),
        attribute("amount", "money", min=0, max=1000),
        attribute("tags", "tags", facet=True),
        attribute("group", "reference", to="group"),
        attribute("kind", "choice", choices=["a", "b%'\\"], required=True, types="big"),
        attribute("kinds", "choices", choices=["a", "b"], index=True),
        attribute("born", "date", default=dt.date(2020, 1, 1), required=True),
        attribute("flag", "boolean", default=False, required=True),
        attribute("rate", "percent", default=Decimal("-1.5"), required=True),
        attribute("code", unique=True),
        types=["big", "small"],
        states=["new", "old"],
        rules=[rule("positive", "amount == null || amount > 3", "state == 'new'")],
        unique={"pair": (("name", "born"), "state == 'new'")},
        number=True,
        sort=["born"],
    ),
    GROUP,
)

GROWING = [
    ("create a table", model(GROUP), model(GROUP, thing(NAME)), ["create-table thing"]),
    (
        "create tables that refer to each other",
        model(),
        model(
            thing(attribute("group", "reference", to="group")),
            entity("group", attribute("thing", "reference", to="thing")),
        ),
        ["create-table thing", "create-table group", "add-references thing", "add-references group"],
    ),
    ("add a column", model(thing(NAME)), model(thing(NAME, SIZE)), ["add-column thing.size"]),
    (
        "add a column that must have a value",
        model(thing(NAME)),
        model(thing(NAME, attribute("size", "integer", required=True, default=7))),
        ["add-column thing.size"],
    ),
    (
        "add a bounded, indexed, unique column",
        model(thing(NAME)),
        model(thing(NAME, attribute("size", "integer", min=1, index=True, unique=True))),
        [
            "add-column thing.size",
            "add-check thing_size_min_ck",
            "add-index thing_size_ix",
            "add-unique thing_size_uq",
        ],
    ),
    (
        "add a reference",
        model(thing(NAME), GROUP),
        model(thing(NAME, attribute("group", "reference", to="group")), GROUP),
        ["add-column thing.group", "add-index thing_group_ix", "add-reference thing_group_fk"],
    ),
    ("park a column", model(thing(NAME, SIZE)), model(thing(NAME)), ["park-column thing.size"]),
    ("park a table", model(thing(NAME), GROUP), model(GROUP), ["park-table thing"]),
    (
        "rename a column with its index and check",
        model(thing(attribute("size", "integer", min=1, index=True))),
        model(thing(attribute("width", "integer", min=1, index=True, was="size"))),
        [
            "rename-column thing.width",
            "rename-index thing_width_ix",
            "drop-check thing_size_min_ck",
            "add-check thing_width_min_ck",
        ],
    ),
    (
        "rename a table",
        model(thing(NAME), entity("group", attribute("thing", "reference", to="thing"))),
        model(entity("item", NAME, was="thing"), entity("group", attribute("thing", "reference", to="item"))),
        [
            "rename-table item",
            "rename-key item",
            "rename-constraint item_name_max_ck",
            "rename-index item_new_ix",
        ],
    ),
    (
        "widen a number in place",
        model(thing(attribute("size", "rating", max=5))),
        model(thing(attribute("size", "integer"))),
        ["convert-column thing.size"],
    ),
    (
        "turn a date into a moment, with its index",
        model(thing(attribute("born", "date", index=True))),
        model(thing(attribute("born", "datetime", index=True))),
        ["convert-column thing.born", "add-index thing_born_ix"],
    ),
    (
        "require a value and give it to those without",
        model(thing(SIZE)),
        model(thing(attribute("size", "integer", required=True, default=3))),
        ["set-default thing.size", "set-not-null thing.size"],
    ),
    (
        "require no more",
        model(thing(attribute("size", "integer", required=True, default=3))),
        model(thing(SIZE)),
        ["set-nullable thing.size", "set-default thing.size"],
    ),
    (
        "another default",
        model(thing(attribute("size", "integer", required=True, default=3))),
        model(thing(attribute("size", "integer", required=True, default=4))),
        ["set-default thing.size"],
    ),
    (
        "another check",
        model(thing(attribute("size", "integer", min=1))),
        model(thing(attribute("size", "integer", min=0, max=9))),
        ["add-check thing_size_max_ck", "add-check thing_size_min_ck"],
    ),
    (
        "no check",
        model(thing(attribute("size", "integer", min=1))),
        model(thing(SIZE)),
        ["drop-check thing_size_min_ck"],
    ),
    (
        "states, sub-types and numbers on a table without them",
        model(thing(NAME)),
        model(thing(NAME, states=["new", "old"], number=True)),
        [
            "set-not-null thing.state",
            "add-check thing_state_choices_ck",
            "add-unique thing_number_uq",
            "add-index thing_state_ix",
        ],
    ),
    (
        "a rule, then another",
        model(thing(SIZE, rules=[rule("fits", "size > 1")])),
        model(thing(SIZE, rules=[rule("fits", "size > 2")])),
        ["drop-check thing_fits_rule_ck", "add-check thing_fits_rule_ck"],
    ),
    (
        "a unique key with a condition, then another condition",
        model(thing(NAME, SIZE, unique={"pair": (("name", "size"), "size > 1")})),
        model(thing(NAME, SIZE, unique={"pair": (("name", "size"), "size > 2")})),
        ["add-unique thing_pair_uq"],
    ),
    (
        "no index",
        model(thing(attribute("size", "integer", index=True, unique=True))),
        model(thing(SIZE)),
        ["drop-index thing_size_ix", "drop-index thing_size_uq"],
    ),
    (
        "another target of a reference",
        model(thing(attribute("group", "reference", to="group")), GROUP, entity("team")),
        model(thing(attribute("group", "reference", to="team")), GROUP, entity("team")),
        ["add-reference thing_group_fk"],
    ),
]


@pytest.mark.both_servers
@pytest.mark.parametrize(
    ("before", "after", "expected"), [p[1:] for p in GROWING], ids=[p[0] for p in GROWING]
)
async def test_a_change_of_metadata_becomes_these_changes(database: Database, before, after, expected):
    await release(database, before)
    assert await actions(database, after) == expected
    await release(database, after)


@pytest.mark.both_servers
async def test_every_sort_of_thing_is_recognised_after_it_was_made(database: Database):
    first = await release(database, FULL)
    second = await apply(database, Request(model=FULL))
    assert (first.number, second.number) == (1, None)


BY_HAND = [
    ("alter table thing add column stray text not null", ["park-column thing.stray"]),
    ("alter table thing rename column code to kode", ["add-column thing.code", "add-unique thing_code_uq", "park-column thing.kode"]),
    ("alter table thing drop column amount", ["add-column thing.amount", "add-check thing_amount_max_ck", "add-check thing_amount_min_ck", "add-check thing_positive_rule_ck"]),
    ("alter table thing alter column born type timestamptz", None),
    ("alter table thing alter column amount type double precision", None),
    ("alter table thing alter column name drop not null", ["set-not-null thing.name"]),
    ("alter table thing alter column code set not null", ["set-nullable thing.code"]),
    ("alter table thing alter column version drop default", ["set-default thing.version"]),
    ("alter table thing alter column name set default 'y'", ["set-default thing.name"]),
    ("alter table thing alter column code set default 'y'", ["set-default thing.code"]),
    ("alter table thing drop constraint thing_name_max_ck", ["add-check thing_name_max_ck"]),
    ("alter table thing add constraint stray check (version < 9)", ["drop-check stray"]),
    ("alter table thing drop constraint thing_amount_min_ck, add constraint thing_amount_min_ck check (amount > -5)", ["add-check thing_amount_min_ck"]),
    ("alter table thing add constraint stray unique (born)", ["drop-index stray"]),
    ("create unique index stray on thing (born)", ["drop-index stray"]),
    ("create index stray on thing (born)", []),
    ("alter table thing drop constraint thing_group_fk", ["add-reference thing_group_fk"]),
    ('alter table thing drop constraint thing_group_fk, add constraint thing_group_fk foreign key ("group") references "group" on delete cascade', ["add-reference thing_group_fk"]),
    ('alter table thing drop constraint thing_group_fk, add constraint thing_group_fk foreign key ("group") references "group" not valid', ["validate-reference thing_group_fk"]),
    ('alter table thing add foreign key (owner) references "group"', ["drop-foreign-key thing_owner_fkey"]),
    ("drop index thing_code_uq", ["add-unique thing_code_uq"]),
    ("drop index thing_code_uq; create index thing_code_uq on thing (code)", ["add-unique thing_code_uq"]),
    ("drop index thing_code_uq; create unique index thing_code_uq on thing (code) where deleted_at is not null", ["add-unique thing_code_uq"]),
    ("drop index thing_born_ix; create index thing_born_ix on thing (born desc, id)", ["add-index thing_born_ix"]),
    ("drop index thing_tags_ix; create index thing_tags_ix on thing (tags)", ["add-index thing_tags_ix"]),
    ("drop index thing_born_ix; create index other on thing (born, id)", ["rename-index thing_born_ix"]),
    ("drop index thing_born_ix; create index thing_born_ix on thing (born, id)", ["mark thing_born_ix"]),
    ("update pg_index set indisvalid = false where indexrelid = 'thing_born_ix'::regclass", ["add-index thing_born_ix"]),
    ("alter table thing drop constraint thing_pk", ["set-key thing"]),
    ("alter table thing rename constraint thing_pk to other", ["rename-key thing"]),
    ("alter table thing set (fillfactor = 100)", ["set-fillfactor thing"]),
    ("comment on table thing is 'mine'", ["mark thing"]),
    ("create table mine (id int)", []),
    ("drop table thing", ["create-table thing", "add-references thing"]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), BY_HAND, ids=[sql[:60] for sql, _ in BY_HAND])
async def test_a_change_by_hand_is_seen_and_put_right(database: Database, sql, expected):
    await release(database, FULL)
    await database.execute(sql)
    found = await actions(database, FULL)
    if expected is None:
        assert found
    else:
        assert found == expected
    await release(database, FULL)


WITH_ROWS = [
    (
        "value-missing",
        model(thing(SIZE)),
        model(thing(attribute("size", "integer", required=True))),
        [{"size": 1}, {}, {}],
        2,
    ),
    (
        "value-missing",
        model(thing()),
        model(thing(attribute("size", "integer", required=True))),
        [{}, {}],
        2,
    ),
    (
        "value-not-convertible",
        model(thing(NAME)),
        model(thing(attribute("name", "integer"))),
        [{"name": "12"}, {"name": "twelve"}, {"name": None}],
        1,
    ),
    (
        "value-not-convertible",
        model(thing(NAME)),
        model(thing(attribute("name", "date"))),
        [{"name": "2024-02-29"}, {"name": "2023-02-29"}, {"name": "0000-01-01"}, {"name": "2024-13-01"}],
        3,
    ),
    (
        "value-not-convertible",
        model(thing(attribute("size", "money"))),
        model(thing(attribute("size", "integer"))),
        [{"size": Decimal("1.5")}, {"size": Decimal(2)}],
        1,
    ),
    (
        "value-not-convertible",
        model(thing(attribute("flag", "boolean"))),
        model(thing(attribute("flag", "date"))),
        [{"flag": True}, {"flag": None}],
        1,
    ),
    (
        "check-fails",
        model(thing(attribute("kind", "choice", choices=["a", "b"]))),
        model(thing(attribute("kind", "choice", choices=["a"]))),
        [{"kind": "a"}, {"kind": "b"}, {"kind": None}],
        1,
    ),
    (
        "check-fails",
        model(thing(NAME)),
        model(thing(attribute("title", max=3, was="name"))),
        [{"name": "abc"}, {"name": "abcd"}],
        1,
    ),
    (
        "value-not-unique",
        model(thing(NAME)),
        model(thing(attribute("name", max=20, unique=True))),
        [{"name": "a"}, {"name": "a"}, {"name": "b"}, {"name": None}, {"name": None}],
        2,
    ),
    (
        "reference-dangling",
        model(thing(attribute("group", "file"))),
        model(thing(attribute("group", "reference", to="group")), GROUP),
        [{"group": "0192f0c0-0000-7000-8000-000000000000"}, {}],
        1,
    ),
    (
        "value-missing",
        model(thing(NAME)),
        model(thing(NAME, types=["big"])),
        [{}],
        1,
    ),
]


@pytest.mark.parametrize(("code", "before", "after", "records", "fails"), WITH_ROWS)
async def test_rows_that_would_fail_are_counted_named_and_stop_the_plan(
    database: Database, code, before, after, records, fails
):
    await release(database, before)
    for number, values in enumerate(records):
        await insert(database, "thing", number=f"T-{number}", **values)
    found = await plan(database, after)
    blocked = next(change for change in found.changes if change.problem)
    assert (blocked.problem.code, blocked.fails) == (code, fails)
    assert len(blocked.samples) == fails
    assert all(sample.startswith("T-") and sample in blocked.problem.sentence for sample in blocked.samples)
    with pytest.raises(ProblemError) as refused:
        await apply(database, Request(model=after))
    assert [problem.code for problem in refused.value.problems] == [code]
    assert await actions(database, before) == []


async def test_at_most_five_records_are_named(database: Database):
    await release(database, model(thing(SIZE)))
    for number in range(8):
        await insert(database, "thing", number=f"T-{number}")
    found = await plan(database, model(thing(attribute("size", "integer", required=True))))
    assert found.changes[0].samples == ("T-0", "T-1", "T-2", "T-3", "T-4")
    assert "8 rows: T-0, T-1, T-2, T-3, T-4, …." in found.problems[0].sentence


async def test_a_rule_waits_until_old_records_keep_it_and_new_metadata_applies_all_the_same(
    database: Database,
):
    await release(database, model(thing(SIZE)))
    record = await insert(database, "thing", number="T-1", size=1)
    ruled = model(thing(SIZE, rules=[rule("fits", "size > 2")]))
    outcome = await release(database, ruled)
    assert [(note.subject, note.fails, note.samples) for note in outcome.plan.notes] == [
        ("thing_fits_rule_ck", 1, ("T-1",))
    ]
    await database.execute("update thing set size = 3 where id = $1", record)
    assert await actions(database, ruled) == ["add-check thing_fits_rule_ck"]
    await release(database, ruled)


async def test_a_required_value_of_one_sub_type_binds_only_that_one(database: Database):
    await release(database, FULL)
    common = {"state": "old", "number": "T-1"}
    await insert(database, "thing", type="small", **common)
    with pytest.raises(Exception, match="thing_kind_required_ck"):
        await insert(database, "thing", type="big", state="old")


async def test_counts_and_locks_stand_in_the_plan(database: Database):
    await release(database, model(thing(NAME, attribute("size", "integer"))))
    for number in range(3):
        await insert(database, "thing", name=str(number), size=None if number else 1)
    after = model(thing(attribute("name", "integer"), attribute("size", "integer", required=True, default=0)))
    found = {change.action: change for change in (await plan(database, after)).changes}
    assert (found["convert-column"].rows, found["convert-column"].lock) == (3, Lock.WRITES)
    assert found["set-not-null"].rows == 2


async def test_a_plan_is_text_and_json(database: Database):
    await release(database, model(thing(NAME, SIZE)))
    await insert(database, "thing", number="T-1", name="x")
    after = model(thing(attribute("name", "integer")), GROUP)
    found = await plan(database, after)
    text = plan_as_text(found)
    assert "thing\n  ~ thing.name: change text to bigint; the original stays as fw_parked_1_name" in text
    assert "1 row touched; 1 row would fail; writes wait for one scan" in text
    assert "  - thing.size: set bigint aside as fw_parked_2_size; its values stay  [brief lock]" in text
    assert "value-not-convertible" in text
    assert text.endswith("1 to add, 1 to change, 1 to set aside or drop; 1 stop it.")
    assert plan_as_json(found)["changes"][0]["action"] == "create-table"
    assert plan_as_text(await plan(database, model(thing(NAME, SIZE)))) == (
        "Nothing to do: the database is as declared."
    )


async def test_names_are_cut_before_postgresql_cuts_them(database: Database):
    long = entity("e" * 41, attribute("a" * 41, max=3, unique=True), attribute("a" * 40 + "b", unique=True))
    await release(database, model(long))
    assert len(await database.fetch("select from pg_indexes where tablename = $1", "e" * 41)) == 4


async def test_words_of_sql_are_fine_names(database: Database):
    await release(
        database, model(entity("order", attribute("select", unique=True, max=3), attribute("from", "date")))
    )
    await insert(database, "order", select="x")
    assert await rows(database, "order", "select") == [{"select": "x"}]


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (entity("pg_class"), "reserved-entity-name"),
        (entity("fw_user"), "reserved-entity-name"),
        (thing(attribute("xmin")), "reserved-attribute-name"),
        (thing(attribute("fw_new_1")), "reserved-attribute-name"),
    ],
)
async def test_names_that_postgresql_keeps_are_problems(database: Database, found, code):
    with pytest.raises(ProblemError) as refused:
        await plan(database, model(found))
    assert [problem.code for problem in refused.value.problems] == [code]
