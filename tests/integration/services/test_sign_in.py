"""Signing in: sessions, throttling, passwords."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from uuid import UUID

import pytest
from tests.support.desk import Desk, together

from formwright.services.passwords import PASSWORDS, Passwords, problems_of
from formwright.services.refusals import Invalid, NotSignedIn, Throttled, Unavailable
from formwright.services.sign_in import (
    actor_of,
    list_sessions,
    purge_sessions,
    sign_in,
    sign_out,
    sign_out_others,
)
from formwright.services.users import actor_of_user, change_password, create_user

pytestmark = pytest.mark.anyio
SECRET = "correct horse battery"


@pytest.fixture
async def zoe(desk: Desk) -> UUID:
    return await create_user(desk.runtime, "Zoe@example.org", "Zoe", SECRET, roles=["clerk"], teams=["north"])


async def test_a_session_stands_for_its_user_with_the_roles_of_now(desk: Desk, zoe: UUID) -> None:
    signed = await sign_in(desk.runtime, "zoe@EXAMPLE.org ", SECRET, address="10.0.0.1", user_agent="Browser")
    assert signed.actor.roles == {"clerk"}
    assert signed.actor.id == str(zoe)
    await desk.runtime.database.execute(
        "update fw_user set roles = '{admin,$system,*,gone}' where id = $1", zoe
    )
    found = await actor_of(desk.runtime, signed.token)
    assert found is not None
    assert (found.roles, found.all, found.system) == ({"admin"}, True, False)
    stored = await desk.runtime.database.fetchval("select token_hash from fw_session")
    assert signed.token.encode() not in stored
    assert len(stored) == 32


async def test_sessions_end(desk: Desk, zoe: UUID) -> None:
    one = await sign_in(desk.runtime, "zoe@example.org", SECRET)
    two = await sign_in(desk.runtime, "zoe@example.org", SECRET, old_token=one.token)
    assert one.token != two.token
    assert await actor_of(desk.runtime, one.token) is None
    three = await sign_in(desk.runtime, "zoe@example.org", SECRET)
    assert len(await list_sessions(desk.runtime, three.actor)) == 2
    assert await sign_out_others(desk.runtime, three.actor, three.token) == 1
    assert await actor_of(desk.runtime, two.token) is None
    desk.later(hours=11)
    assert await actor_of(desk.runtime, three.token) is not None
    desk.later(hours=11)
    assert await actor_of(desk.runtime, three.token) is not None, "being used keeps a session open"
    desk.later(hours=13)
    assert await actor_of(desk.runtime, three.token) is None
    four = await sign_in(desk.runtime, "zoe@example.org", SECRET)
    for _ in range(16):
        desk.later(hours=11)
        await actor_of(desk.runtime, four.token)
    assert await actor_of(desk.runtime, four.token) is None, "but not for ever"
    five = await sign_in(desk.runtime, "zoe@example.org", SECRET)
    await sign_out(desk.runtime, five.token)
    assert await actor_of(desk.runtime, five.token) is None
    desk.later(days=8)
    await purge_sessions(desk.runtime)
    assert await desk.count("fw_session") == 0


@pytest.mark.parametrize("token", ["", "x", "a\0b", "\ud800", "x" * 100_000])
async def test_odd_tokens_stand_for_nobody(desk: Desk, token: str) -> None:
    assert await actor_of(desk.runtime, token) is None


async def test_a_deactivated_user_is_out_at_once(desk: Desk, zoe: UUID) -> None:
    signed = await sign_in(desk.runtime, "zoe@example.org", SECRET)
    await desk.runtime.database.execute("update fw_user set active = false where id = $1", zoe)
    assert await actor_of(desk.runtime, signed.token) is None
    assert await actor_of_user(desk.runtime, "zoe@example.org") is None
    with pytest.raises(NotSignedIn):
        await sign_in(desk.runtime, "zoe@example.org", SECRET)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("zoe@example.org", "wrong"),
        ("nobody", SECRET),
        ("zoe@example.org", SECRET + "\0"),
        ("a\0", "x"),
        ("\ud800", "x"),
        ("ann", ""),
    ],
)
async def test_every_failure_says_the_same(desk: Desk, zoe: UUID, login: str, password: str) -> None:
    with pytest.raises(NotSignedIn) as error:
        await sign_in(desk.runtime, login, password)
    assert [p.code for p in error.value.problems] == ["wrong-sign-in"]
    assert await desk.count("fw_session") == 0


async def test_an_unknown_account_takes_as_long_as_a_wrong_password(desk: Desk, zoe: UUID) -> None:
    async def seconds(login: str) -> float:
        times = []
        for index in range(7):
            start = time.perf_counter()
            with pytest.raises(NotSignedIn):
                await sign_in(desk.runtime, login, "wrong", address=str(index))
            times.append(time.perf_counter() - start)
        return median(times)

    await PASSWORDS.verify(None, "warm up")
    known, unknown = await seconds("zoe@example.org"), await seconds("nobody@example.org")
    assert 0.4 < known / unknown < 2.5


async def test_failures_make_an_account_wait_longer_and_longer(desk: Desk, zoe: UUID) -> None:
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            await sign_in(desk.runtime, "zoe@example.org", "wrong")
    with pytest.raises(Throttled) as error:
        await sign_in(desk.runtime, "ZOE@example.org", SECRET)
    assert error.value.retry_after == 60
    desk.later(seconds=61)
    with pytest.raises(NotSignedIn):
        await sign_in(desk.runtime, "zoe@example.org", "wrong")
    with pytest.raises(Throttled) as error:
        await sign_in(desk.runtime, "zoe@example.org", SECRET)
    assert error.value.retry_after == 120
    desk.later(seconds=121)
    await sign_in(desk.runtime, "zoe@example.org", SECRET)
    with pytest.raises(NotSignedIn):
        await sign_in(desk.runtime, "zoe@example.org", "wrong")


async def test_many_guesses_at_once_do_not_slip_through(desk: Desk, zoe: UUID) -> None:
    results = await together(*(sign_in(desk.runtime, "zoe@example.org", f"guess {n}") for n in range(30)))
    assert sum(isinstance(each, NotSignedIn) for each in results) == 10
    assert sum(isinstance(each, Throttled) for each in results) == 20


async def test_an_address_is_throttled_over_all_accounts(desk: Desk) -> None:
    runtime = replace(desk.runtime)
    await runtime.database.execute(
        "insert into fw_sign_in_attempt (key, failures, first_at, last_at) values ('address:1.2.3.4', 99, $1, $1)",
        desk.moment,
    )
    with pytest.raises(NotSignedIn):
        await sign_in(runtime, "one", "wrong", address="1.2.3.4")
    with pytest.raises(Throttled):
        await sign_in(runtime, "two", "wrong", address="1.2.3.4")
    with pytest.raises(NotSignedIn):
        await sign_in(runtime, "two", "wrong", address="1.2.3.5")


async def test_a_changed_password_ends_the_other_sessions(desk: Desk, zoe: UUID) -> None:
    signed = await sign_in(desk.runtime, "zoe@example.org", SECRET)
    with pytest.raises(NotSignedIn):
        await change_password(desk.runtime, signed.actor, "wrong", "another long secret")
    with pytest.raises(Invalid):
        await change_password(desk.runtime, signed.actor, SECRET, "short")
    await change_password(desk.runtime, signed.actor, SECRET, "another long secret")
    assert await actor_of(desk.runtime, signed.token) is None
    await sign_in(desk.runtime, "zoe@example.org", "another long secret")


async def test_users_are_checked(desk: Desk) -> None:
    with pytest.raises(Invalid) as error:
        await create_user(desk.runtime, "", "N\0", "short", roles=["clrk", "*"])
    assert {p.code for p in error.value.problems} == {"user-name", "unknown-role", "password-short"}
    await create_user(desk.runtime, "same", "One", None)
    with pytest.raises(Invalid) as error:
        await create_user(desk.runtime, "SAME", "Two", None)
    assert error.value.problems[0].code == "login-taken"
    with pytest.raises(NotSignedIn):
        await sign_in(desk.runtime, "same", "")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password-short"),
        ("x" * 257, "password-long"),
        ("aaaaaaaaaaaa", "password-common"),
        ("Password123", "password-common"),
        ("my jana.novak 1", "password-common"),
        ("with\0nul in it", "password-characters"),
        ("half \ud800 surrogate", "password-characters"),
    ],
)
def test_bad_passwords(password: str, code: str) -> None:
    assert [p.code for p in problems_of(password, "jana.novak@example.org")] == [code]


def test_good_passwords_need_no_digits_or_signs() -> None:
    assert problems_of("tři slova stačí", "jana@example.org") == []


async def test_too_many_checks_at_once_are_refused() -> None:
    passwords = Passwords(waiting=4)
    await passwords.verify(None, "warm up")
    results = await together(*(passwords.verify(None, "x") for _ in range(8)))
    assert sum(isinstance(each, Unavailable) for each in results) == 4
    assert results.count(False) == 4
