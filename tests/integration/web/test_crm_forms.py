"""The forms of the shipped metadata, walked through without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.support.servers import Server
from tests.support.site import ROOT, Site, Visitor, build, open_site

from formwright.metadata.model import EntityType
from formwright.storage.database import Database

pytestmark = pytest.mark.anyio
CRM = ROOT / "metadata"


async def build_crm(database: Database) -> None:
    await build(database, CRM, {"admin": "admin", "sales_manager": "sales_manager"})


@pytest.fixture(scope="module")
async def crm(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    url = server.create(server.template("crm_forms", build_crm))
    async with await Database.connect(url, size=4) as database:
        yield open_site(database, tmp_path_factory.mktemp("files"), Path(CRM))
    server.drop(url)


def kinds(entity: EntityType) -> Iterator[str]:
    yield from [name for name, each in entity.types.items() if not each.abstract] or [""]


async def walk(visitor: Visitor, entity: str, kind: str) -> None:
    address = f"/{entity}/new"
    page = await visitor.get(address + (f"?type={kind}" if kind else ""))
    assert page.status == 200, page.text
    for action in ("refresh", *(value for _, value in page.buttons if value.startswith("add:"))):
        again = await visitor.post(address, page.with_values({"_action": action}))
        assert again.status == 200, (action, again.text)
    saved = await visitor.post(address, page.fields)
    assert saved.status in (303, 422), saved.text
    if saved.status == 303:
        change = saved.response.headers["location"] + "/edit"
        again = await visitor.post(change, (await visitor.get(change)).fields)
        assert again.status == 303, again.text


async def test_every_form_is_shown_refreshed_extended_and_sent(crm: Site):
    visitor = await crm.visitor("admin")
    for entity in crm.runtime.model.entities.values():
        if not entity.embedded:
            for kind in kinds(entity):
                await walk(visitor, entity.name, kind)


async def test_a_customer_is_made_with_contacts(crm: Site):
    visitor = await crm.visitor("sales_manager")
    page = await visitor.get("/customer/new?type=enterprise")
    assert "identity_status" not in page.controls  # a section for others
    page = await visitor.post("/customer/new", page.with_values({"_action": "add:contacts"}))
    page = await visitor.post(
        "/customer/new", page.with_values({"_action": "add:contacts", "contacts[0].email": "a@acme.cz"})
    )
    page = await visitor.post(
        "/customer/new", page.with_values({"_action": "refresh", "contacts[1].type": "phone"})
    )
    page = await visitor.post(
        "/customer/new",
        page.with_values(
            {
                "legal_name": "Acme s.r.o.",
                "registration_no": "25123891",
                "contacts[0].is_primary": ["false", "true"],
                "contacts[1].phone": "603 123 456",
            }
        ),
    )
    assert page.status == 303, page.text
    row = await crm.runtime.database.fetchrow(
        "select name, primary_email from customer where legal_name = 'Acme s.r.o.'"
    )
    assert tuple(row) == ("Acme s.r.o.", "a@acme.cz")
    values = [r["value"] for r in await crm.runtime.database.fetch("select value from contact order by id")]
    assert values == ["a@acme.cz", "+420603123456"]


async def test_a_section_hidden_by_role_is_not_written_through_the_form(crm: Site):
    visitor = await crm.visitor("sales_manager")
    page = await visitor.get("/customer/new?type=residential")
    fields = page.with_values({"given_name": "Jana", "family_name": "Nová", "blacklisted": "true"})
    page = await visitor.post("/customer/new", fields)
    assert page.status == 422
    assert "does not offer the field" in page.text
