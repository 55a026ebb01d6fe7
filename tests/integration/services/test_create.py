"""Creating records: defaults, computed values, numbers, what is written beside the row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from formwright.services.refusals import Invalid
from tests.support.desk import Desk

pytestmark = pytest.mark.anyio


async def test_a_new_record_has_defaults_computed_values_and_a_number(desk: Desk) -> None:
    saved = await desk.save("client", {"type": "person", "name": "Ada"}, by=desk.ann)
    row = await desk.row("client", saved.id)
    assert (saved.number, saved.version, row["number"]) == ("CL-0001", 1, "CL-0001")
    assert (row["country"], row["since"], row["vip"], row["ceiling"]) == ("CZ", date(2026, 3, 14), False, Decimal(0))
    assert (row["initial"], row["ordered"], row["state"]) == ("ADA", Decimal(0), "fresh")
    assert row["owner"] == row["created_by"] == desk.users["ann"]
    assert row["created_at"] == desk.moment
