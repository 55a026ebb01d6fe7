"""CRM scenarios of the domain specification, on the metadata of this repository."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.support.desk import Desk

from formwright.services.refusals import Invalid

pytestmark = pytest.mark.anyio

FIRM = {"type": "enterprise", "legal_name": "Vltava Networks s.r.o.", "registration_no": "12345679"}


def codes(error: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {problem.place.field: problem.code for problem in error.value.problems}


async def test_crm_04_the_registration_number_has_a_check_digit(crm: Desk) -> None:
    """CRM-04: 12345678 is refused at the field, 12345679 is accepted."""
    with pytest.raises(Invalid) as error:
        await crm.save("customer", {**FIRM, "registration_no": "12345678"}, by=crm.as_user("bob"))
    assert set(codes(error)) == {"registration_no"}
    saved = await crm.save("customer", FIRM, by=crm.as_user("bob"))
    row = await crm.row("customer", saved.id)
    assert (row["registration_no"], row["name"]) == ("12345679", "Vltava Networks s.r.o.")


async def test_crm_04_another_type_has_other_attributes(crm: Desk) -> None:
    """CRM-04: a residential customer has no legal name, and needs a family name."""
    with pytest.raises(Invalid) as error:
        await crm.save("customer", {"type": "residential", "legal_name": "X"}, by=crm.as_user("bob"))
    found = codes(error)
    assert found["legal_name"] == "other-type"
    assert found["family_name"] == found["given_name"] == "required"


async def account(crm: Desk, customer: UUID, name: str, parent: UUID | None, balance: str) -> UUID:
    values: dict[str, Any] = {
        "customer": str(customer),
        "name": name,
        "type": "child" if parent else "parent",
    }
    if parent:
        values["parent_account"] = str(parent)
    saved = await crm.save("account", values)
    await crm.save("account", {"balance": balance}, saved.id)
    return saved.id


async def test_crm_08_account_hierarchy(crm: Desk) -> None:
    """CRM-08: A over B over C; C over A is E_CYCLE; the balance view of A is 35.75."""
    customer = (await crm.save("customer", FIRM)).id
    a = await account(crm, customer, "A", None, "10.00")
    b = await account(crm, customer, "B", a, "20.50")
    c = await account(crm, customer, "C", b, "5.25")
    assert (await crm.row("account", a))["total_balance"] == Decimal("35.75")
    with pytest.raises(Invalid) as error:
        await crm.save("account", {"type": "child", "parent_account": str(c)}, a)
    assert "E_CYCLE" in codes(error).values()
    assert (await crm.row("account", a))["parent_account"] is None
    await crm.save("account", {"balance": "0"}, c)
    assert (await crm.row("account", a))["total_balance"] == Decimal("30.50")


async def test_crm_07_ending_a_contract_early_costs_its_started_months(crm: Desk) -> None:
    """CRM-07: 24 months from 2026-01-15 at 50.00, 50 %, ended on 2026-10-20: 15 months and 375.00."""
    customer = (await crm.save("customer", FIRM)).id
    owner = (await crm.save("account", {"customer": str(customer), "name": "Main"})).id
    terms = {"customer": str(customer), "account": str(owner), "start_date": "2026-01-15", "term_months": 24}
    contract = (await crm.save("contract", {**terms, "signed_on": "2026-01-10", "document": None})).id
    offering = {"name": "Internet 500", "sku": "INT-500", "customer_types": ["enterprise"]}
    sold = {
        "customer": str(customer),
        "account": str(owner),
        "contract": str(contract),
        "offering": str((await crm.save("product_offering", offering)).id),
        "offering_version": "1.0",
        "monthly_price": "50.00",
    }
    product = (await crm.save("product", sold)).id
    for name in ("provision", "activate"):
        await crm.transition("product", product, name)
    assert (await crm.row("contract", contract))["monthly_value"] == Decimal(50)
    await crm.runtime.database.execute("update contract set state = 'active' where id = $1", contract)
    await crm.transition("contract", contract, "terminate", params={"terminated_on": "2026-10-20"})
    ended = await crm.row("contract", contract)
    assert (ended["state"], ended["termination_fee"]) == ("terminated", Decimal("375.00"))
