"""Platform scenarios of the domain specification."""

from __future__ import annotations

import pytest
from tests.support.desk import Desk, together

from formwright.services.commands import Saved
from formwright.services.refusals import Stale

pytestmark = pytest.mark.anyio


async def test_plt_03_of_two_updates_of_one_version_one_wins(crm: Desk) -> None:
    """PLT-03: version 7, two updates for version 7: one gives 8, the other is stale; one change in the history."""
    values = {"type": "residential", "given_name": "Jana", "family_name": "Malá"}
    saved = await crm.save("customer", values, by=crm.as_user("bob"))
    for number in range(6):
        await crm.save("customer", {"description": f"note {number}"}, saved.id)
    assert (await crm.row("customer", saved.id))["version"] == 7
    results = await together(
        crm.save("customer", {"family_name": "Nová"}, saved.id, version=7),
        crm.save("customer", {"family_name": "Stará"}, saved.id, version=7),
    )
    won = [each for each in results if isinstance(each, Saved)]
    lost = [each for each in results if isinstance(each, Stale)]
    assert ([each.version for each in won], [each.status for each in lost]) == ([8], [412])
    changes = [entry for entry in await crm.history(saved.id) if "family_name" in entry["diff"]]
    assert len(changes) == 2, "one when it was created, one now"
