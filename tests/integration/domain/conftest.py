"""The metadata of this repository, applied once and copied for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.desk import Desk, desk_on
from tests.support.servers import Server

from formwright.metadata import Model, compile_metadata
from formwright.services.runtime import FixedModel, Runtime
from formwright.services.users import create_user
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply

METADATA = Path(__file__).parents[3] / "metadata"
_model: list[Model] = []


def shipped() -> Model:
    if not _model:
        _model.append(compile_metadata(METADATA))
    return _model[0]


async def build(database: Database) -> None:
    await apply(database, Request(model=shipped()))
    runtime = Runtime(database=database, models=FixedModel(shipped()))
    for login, role in (("ann", "sales_rep"), ("bob", "crm_manager")):
        await create_user(runtime, login, login.title(), None, roles=[role])


@pytest.fixture
async def crm(server: Server) -> AsyncIterator[Desk]:
    url = server.create(server.template("shipped", build))
    async with await Database.connect(url, size=4) as database:
        yield await desk_on(database, shipped())
    server.drop(url)
