"""The metadata that ships: its tables are made, and then the database is as declared on either server."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.live import release

from formwright.metadata.compile import compile_metadata
from formwright.storage.database import Database

pytestmark = [pytest.mark.anyio, pytest.mark.both_servers]

METADATA = Path(__file__).parents[3] / "metadata"


async def test_the_shipped_metadata_is_applied_and_recognised(database: Database):
    model = compile_metadata(METADATA)
    outcome = await release(database, model)
    made = {change.table for change in outcome.plan.changes}
    assert made == set(model.entities)
    assert (await release(database, model)).number is None
