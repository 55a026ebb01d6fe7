"""Retries with an idempotency key."""

from __future__ import annotations

import pytest
from tests.support.desk import Desk, together

from formwright.services.idempotency import purge_answers
from formwright.services.refusals import Conflict, Invalid

pytestmark = pytest.mark.anyio
VALUES = {"type": "person", "name": "Ada"}


async def test_a_retry_gets_the_first_answer_and_does_nothing(desk: Desk) -> None:
    first = await desk.save("client", VALUES, by=desk.ann, idempotency_key="k1", request_id="r1")
    again = await desk.save("client", VALUES, by=desk.ann, idempotency_key="k1", request_id="r2")
    assert (again.id, again.number, again.version, again.repeated) == (first.id, first.number, 1, True)
    assert set(again.changed) == set(first.changed)
    assert await desk.count("client") == 1
    assert len(await desk.history(first.id)) == 1


async def test_the_key_of_another_request_is_refused(desk: Desk) -> None:
    await desk.save("client", VALUES, by=desk.ann, idempotency_key="k1")
    with pytest.raises(Conflict) as error:
        await desk.save("client", {**VALUES, "name": "Eve"}, by=desk.ann, idempotency_key="k1")
    assert error.value.problems[0].code == "idempotency-key-reused"
    await desk.save("client", {**VALUES, "name": "Eve"}, by=desk.bob, idempotency_key="k1")
    assert await desk.count("client") == 2


async def test_parallel_retries_do_the_work_once(desk: Desk) -> None:
    results = await together(
        *(desk.save("client", VALUES, by=desk.ann, idempotency_key="same") for _ in range(5))
    )
    assert len({saved.id for saved in results}) == 1
    assert sorted(saved.repeated for saved in results) == [False, True, True, True, True]
    assert await desk.count("client") == 1


async def test_a_refused_request_leaves_its_key_free(desk: Desk) -> None:
    with pytest.raises(Invalid):
        await desk.save("client", {"type": "person"}, by=desk.ann, idempotency_key="k1")
    saved = await desk.save("client", VALUES, by=desk.ann, idempotency_key="k1")
    assert not saved.repeated


async def test_a_key_is_forgotten_after_a_day(desk: Desk) -> None:
    await desk.save("client", VALUES, by=desk.ann, idempotency_key="k1")
    desk.later(hours=25)
    saved = await desk.save("client", {**VALUES, "name": "Eve"}, by=desk.ann, idempotency_key="k1")
    assert not saved.repeated
    assert await desk.count("client") == 2


async def test_an_unfit_key_is_a_problem(desk: Desk) -> None:
    for key in ("x" * 256, "a\0b", "\n"):
        with pytest.raises(Invalid):
            await desk.save("client", VALUES, by=desk.ann, idempotency_key=key)


async def test_old_answers_are_purged(desk: Desk) -> None:
    await desk.save("client", VALUES, by=desk.ann, idempotency_key="old")
    desk.later(hours=23)
    await desk.save("client", VALUES, by=desk.ann, idempotency_key="new")
    desk.later(hours=2)
    assert await purge_answers(desk.runtime) == 1
    assert await desk.runtime.database.fetchval("select key from fw_idempotency") == "new"
