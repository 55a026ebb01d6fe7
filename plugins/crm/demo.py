"""Demo records of the CRM: invented, plausible, and the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from formwright_plugins.crm.figures import ascii_of, birth_number, company_number, iban
from formwright_plugins.crm.loader import Loader

__all__ = ["CUSTOMERS", "load"]

CUSTOMERS = 2000
TOGETHER = 100
"""How many customers are saved as a set, with what belongs to them."""

SEED = 20260101
PREFIXES = tuple(map(str, (*range(601, 609), 702, 720, 721, 724, 732, 773, 776, 777)))
ROLES = ("decision_maker", "billing_contact", "technical_contact")
EVENTS = {
    "meeting": "Offer presentation",
    "call": "Follow-up call",
    "visit": "Customer visit",
    "site_survey": "Site survey",
    "task": "Prepare the offer",
}


async def load(loader: Loader, words: Any) -> None:
    """Load everything. *words* is the module of names."""
    world = World(loader, words)
    count = max(20, int(CUSTOMERS * loader.size))
    loader.expect(int(count * 3.4))
    await world.make_addresses(int(count * 0.7))
    await world.make_partners(min(12, count))
    for start in range(0, count, TOGETHER):
        await world.make_customers(range(start, min(start + TOGETHER, count)))
    await world.make_leads(count // 5)
    await world.make_events(count // 20)


@dataclass(slots=True)
class Plan:
    """What one customer is to have: decided by the dice before anything is saved."""

    customer: dict[str, Any]
    account: dict[str, Any]
    people: list[dict[str, Any]] = field(default_factory=list)
    active: bool = False
    suspended: bool = False
    contract: dict[str, Any] = field(default_factory=dict)
    interactions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """A plan with the ids of the customer and the account that were saved for it."""

    plan: Plan
    customer: str
    account: str


class World:
    """What has been made so far, and the dice."""

    def __init__(self, loader: Loader, words: Any) -> None:
        """Start empty."""
        self.loader, self.words, self.dice = loader, words, Random(SEED)  # noqa: S311 - the same every time, on purpose
        self.addresses: list[str] = []
        self.partners: list[str] = []
        self.customers: list[str] = []
        self.persons: list[str] = []
        self.owners = [
            loader.user(name) for name in ("sales_rep", "sales_rep", "sales_manager", "crm_manager")
        ]

    # -- places ---------------------------------------------------------------

    async def make_addresses(self, count: int) -> None:
        """Make *count* different addresses, most of them validated."""
        seen: set[tuple[str, str, int]] = set()
        weights = [city[3] for city in self.words.CITIES]
        rows: list[dict[str, Any]] = []
        while len(rows) < count:
            city, postcode, region, _ = self.dice.choices(self.words.CITIES, weights)[0]
            street, house = self.dice.choice(self.words.STREETS), self.dice.randint(1, 220)
            if (city, street, house) in seen:
                continue
            seen.add((city, street, house))
            row = {
                "country": "CZ",
                "region": region,
                "city": city,
                "postcode": postcode,
                "street": street,
                "house_no": str(house),
                "floor": str(self.dice.randint(1, 8)) if self.dice.random() < 0.2 else None,
            }
            rows.append(row)
        self.addresses = await self.loader.save_many("address", rows)

    def _links(self, kinds: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {
                "address": self.dice.choice(self.addresses),
                "address_type": kind,
                "is_primary": True,
                "valid_from": self._past(900).isoformat(),
            }
            for kind in kinds
        ]

    # -- people ---------------------------------------------------------------

    def _person(self) -> dict[str, str]:
        if self.dice.random() < 0.5:
            return {
                "given_name": self.dice.choice(self.words.FEMALE),
                "family_name": self.dice.choice(self.words.FEMALE_FAMILY),
                "gender": "female",
            }
        return {
            "given_name": self.dice.choice(self.words.MALE),
            "family_name": self.dice.choice(self.words.MALE_FAMILY),
            "gender": "male",
        }

    def _mail(self, *parts: str) -> dict[str, Any]:
        local = ".".join(ascii_of(part) for part in parts)
        return {
            "type": "email",
            "email": f"{local}{self.dice.randint(1, 9999)}@example.com",
            "is_primary": True,
        }

    def _phone(self, kind: str = "mobile") -> dict[str, Any]:
        prefix = self.dice.choice(PREFIXES)
        return {
            "type": "phone",
            "phone": f"+420{prefix}{self.dice.randint(0, 999999):06d}",
            "phone_kind": kind,
            "is_primary": True,
        }

    # -- customers ------------------------------------------------------------

    async def make_customers(self, indexes: Sequence[int]) -> None:
        """Make customers with an account each, and what usually comes with them."""
        plans = [await self._plan(index) for index in indexes]
        customers = await self.loader.save_many("customer", [plan.customer for plan in plans])
        self.customers += customers
        rows = [{**p.account, "customer": id_} for p, id_ in zip(plans, customers, strict=True)]
        accounts = await self.loader.save_many("account", rows)
        made = [Made(plan, *ids) for plan, *ids in zip(plans, customers, accounts, strict=True)]
        await self._save_people(made)
        active = [each for each in made if each.plan.active]
        await self.loader.transition_many("account", [each.account for each in active], "activate")
        await self.loader.transition_many("customer", [each.customer for each in active], "activate")
        suspended = [each.customer for each in made if each.plan.suspended]
        await self.loader.transition_many("customer", suspended, "suspend", {"reason": "non_payment"})
        contracts = [
            {**each.plan.contract, "customer": each.customer, "account": each.account}
            for each in made
            if each.plan.contract
        ]
        await self.loader.save_many("contract", contracts)
        for each in made:
            for values in each.plan.interactions:
                await self.loader.save("interaction", {**values, "customer": each.customer})

    async def _plan(self, index: int) -> Plan:
        """Throw the dice for one customer."""
        kind = self.dice.choices(("residential", "enterprise", "wholesale"), (76, 21, 3))[0]
        make = self._residential if kind == "residential" else self._enterprise
        values = make(index, kind)
        values["segment"] = await self.loader.find("customer_segment", values["segment"])
        name = (
            values.get("trading_name")
            or values.get("legal_name")
            or f"{values['family_name']} {values['given_name']}"
        )
        plan = Plan(values, await self._account(kind, name))
        if kind != "residential":
            plan.people = self._people()
        plan.active = (
            values["identity_status"] == "verified"
            and values["credit_decision"] == "approved"
            and self.dice.random() < 0.85
        )
        plan.suspended = plan.active and self.dice.random() < 0.04
        if self.dice.random() < 0.5:
            plan.contract = self._contract()
        count = self.dice.choices((0, 1, 2, 4), (35, 35, 20, 10))[0]
        plan.interactions = [self._interaction() for _ in range(count)]
        return plan

    def _common(self) -> dict[str, Any]:
        verified = self.dice.random() < 0.8
        return {
            "owner": self.dice.choice(self.owners) if self.dice.random() < 0.9 else None,
            "language": self.dice.choices(("cs", "en", "de"), (88, 8, 4))[0],
            "acquisition_source": self.dice.choice(
                ("website", "call", "campaign", "referral", "availability_check", "partner")
            ),
            "identity_status": "verified" if verified else "unverified",
            "identity_verified_at": f"{self._past(700).isoformat()}T09:{self.dice.randint(10, 59)}:00Z"
            if verified
            else None,
            "credit_decision": self.dice.choices(("approved", "manual_review", "none"), (82, 6, 12))[0]
            if verified
            else "none",
            "credit_limit": self.dice.choice((0, 0, 50, 100, 200, 500)),
            "addresses": self._links(
                ("installation", "billing") if self.dice.random() < 0.3 else ("installation",)
            ),
        }

    def _residential(self, index: int, kind: str) -> dict[str, Any]:
        person = self._person()
        born = self._past(365 * 70, 365 * 19)
        segment = self.dice.choices(("standard", "vip", "at_risk"), (88, 6, 6))[0]
        return {
            **self._common(),
            "type": kind,
            **person,
            "birth_date": born.isoformat(),
            "segment": segment,
            "national_id": birth_number(born, person["gender"], index),
            "contacts": [self._mail(person["given_name"], person["family_name"]), self._phone()],
        }

    def _enterprise(self, index: int, kind: str) -> dict[str, Any]:
        head, tail = self.dice.choice(self.words.COMPANY_HEADS), self.dice.choice(self.words.COMPANY_TAILS)
        form = self.dice.choices(("s.r.o.", "a.s.", "v.o.s."), (75, 22, 3))[0]
        number = company_number(20_000_000 + index * 4_001 % 70_000_000)
        payer = self.dice.random() < 0.8
        employees = int(self.dice.lognormvariate(3.2, 1.3)) + 1
        extra: dict[str, Any] = {}
        if kind == "wholesale":
            extra = {
                "carrier_code": f"CZ{index:04d}",
                "interconnect_agreement": f"ICA-{2020 + index % 6}-{index:04d}",
                "asn": 64512 + index % 1000,
                "settlement_currency": "EUR",
            }
        return {
            **self._common(),
            "type": kind,
            "legal_name": f"{head} {tail} {form}",
            "trading_name": f"{head}{tail}" if self.dice.random() < 0.4 else None,
            "country": "CZ",
            "registration_no": number,
            "vat_payer": payer,
            "tax_id": f"CZ{number}" if payer else None,
            "legal_form": form,
            "industry": self.dice.choice(self.words.BRANCHES),
            "employees": employees,
            "annual_revenue": employees * self.dice.randint(40, 160) * 1000,
            "sla_level": self.dice.choices(("bronze", "silver", "gold"), (70, 22, 8))[0],
            "segment": "carrier"
            if kind == "wholesale"
            else ("corporate" if employees >= 250 else "small_business" if employees < 50 else "standard"),
            "contacts": [
                self._mail("info", head, tail),
                self._phone("landline"),
                {"type": "website", "url": f"https://www.{ascii_of(head + tail)}.example"},
            ],
            **extra,
        }

    async def _account(self, kind: str, name: str) -> dict[str, Any]:
        method = self.dice.choices(("bank_transfer", "direct_debit", "cash"), (60, 34, 6))[0]
        billing = self.dice.choices(("postpaid", "prepaid"), (88, 12))[0]
        values = {
            "name": name,
            "type": "settlement" if kind == "wholesale" else "standalone",
            "billing_type": billing,
            "payment_method": method,
            "bill_cycle": await self._cycle() if billing == "postpaid" else None,
            "payment_terms_days": 30 if kind != "residential" else 14,
        }
        if method == "direct_debit":
            values |= {
                "iban": iban(self.dice),
                "mandate_ref": f"M{self.dice.randint(10**8, 10**9 - 1)}",
                "mandate_signed": self._past(600).isoformat(),
            }
        return values

    async def _cycle(self) -> str:
        return await self.loader.find("bill_cycle", self.dice.choice(("M01", "M15")))

    def _people(self) -> list[dict[str, Any]]:
        people = []
        for _ in range(self.dice.choices((1, 2, 3), (50, 35, 15))[0]):
            person, job = self._person(), self.dice.choice(self.words.JOBS)
            contacts = [self._mail(person["given_name"], person["family_name"]), self._phone()]
            people.append({**person, "job_title": job, "contacts": contacts})
        return people

    async def _save_people(self, made: Sequence[Made]) -> None:
        """Save the persons of customers and the parts they play there."""
        people = [(each.customer, ROLES[i], p) for each in made for i, p in enumerate(each.plan.people)]
        ids = await self.loader.save_many("person", [person for _, _, person in people])
        self.persons += ids
        roles = [
            {
                "person": identity,
                "role_type": await self.loader.find("role_type", role),
                "subject": {"entity": "customer", "id": customer},
                "is_primary": True,
                "position_title": person["job_title"],
            }
            for (customer, role, person), identity in zip(people, ids, strict=True)
        ]
        await self.loader.save_many("person_role", roles)

    def _contract(self) -> dict[str, Any]:
        signed = self._past(720, 5)
        return {
            "signed_on": signed.isoformat(),
            "start_date": (signed + timedelta(days=7)).isoformat(),
            "term_months": self.dice.choice((12, 24, 24, 24, 36)),
        }

    def _interaction(self) -> dict[str, Any]:
        channel = self.dice.choices(tuple(self.words.SUBJECTS), (50, 25, 12, 5, 8))[0]
        began = datetime.combine(self._past(400), datetime.min.time()) + timedelta(
            hours=self.dice.randint(7, 18), minutes=self.dice.randint(0, 59)
        )
        values = {
            "direction": self.dice.choice(("in", "in", "out")),
            "channel": channel,
            "started_at": began.isoformat() + "Z",
            "subject": self.dice.choice(self.words.SUBJECTS[channel]),
            "outcome": self.dice.choice(("resolved", "resolved", "follow_up", "info", "no_answer")),
            "owner": self.dice.choice(self.owners),
        }
        if channel == "call":
            values["duration"] = f"PT{self.dice.randint(1, 25)}M"
        return values

    # -- partners, leads, events ----------------------------------------------

    async def make_partners(self, count: int) -> None:
        """Make *count* partners."""
        rows = []
        for index in range(count):
            head, tail = (
                self.dice.choice(self.words.COMPANY_HEADS),
                self.dice.choice(self.words.COMPANY_TAILS),
            )
            row = {
                "name": f"{head} {tail} Partners {index + 1}",
                "kind": self.dice.choice(("dealer", "reseller", "agent", "subcontractor")),
                "registration_no": company_number(10_000_000 + index * 7_919),
                "commission_pct": self.dice.choice((5, 8, 10, 12)),
            }
            rows.append(row)
        self.partners = await self.loader.save_many("partner", rows)

    async def make_leads(self, count: int) -> None:
        """Make *count* leads; half of them go on in their lifecycle."""
        rows, closed = [], {}
        for index in range(count):
            rows.append(self._lead())
            if index % 2 == 0 and index % 5 == 0:
                closed[index] = self.dice.choice(("no_budget", "competitor", "no_response"))
        leads = await self.loader.save_many("lead", rows)
        await self.loader.transition_many("lead", leads[1::2], "qualify")
        for index, reason in closed.items():
            await self.loader.transition("lead", leads[index], "close", {"close_reason": reason})

    def _lead(self) -> dict[str, Any]:
        company = self.dice.random() < 0.35
        person = self._person()
        source = self.dice.choice(
            (
                "website",
                "call",
                "campaign",
                "availability_check",
                "trade_show",
                "partner",
                "cold_call",
                "referral",
            )
        )
        values: dict[str, Any] = {
            "given_name": person["given_name"],
            "family_name": person["family_name"],
            "prospect_type": "enterprise" if company else "residential",
            "source": source,
            "sales_rep": self.dice.choice(self.owners),
            "owner": self.dice.choice(self.owners),
            "serviceable": self.dice.choices(("yes", "unknown", "no"), (55, 35, 10))[0],
            "estimated_revenue": self.dice.choice((180, 358.8, 478.8, 600, 1200, 4800, 12000)),
            "budget_confirmed": self.dice.random() < 0.4,
            "decision_maker": self.dice.random() < 0.5,
            "next_follow_up": (self.loader.today + timedelta(days=self.dice.randint(-5, 25))).isoformat(),
            "contacts": [self._mail(person["given_name"], person["family_name"]), self._phone()][
                : self.dice.choice((1, 2, 2))
            ],
            "addresses": self._links(("installation",)),
        }
        if company:
            head = self.dice.choice(self.words.COMPANY_HEADS)
            tail = self.dice.choice(self.words.COMPANY_TAILS)
            values["company_name"] = f"{head} {tail} s.r.o."
        if source == "partner":
            values["partner"] = self.dice.choice(self.partners)
        return values

    async def make_events(self, count: int) -> None:
        """Make *count* events around today."""
        await self.loader.save_many("event", [self._event() for _ in range(count)])

    def _event(self) -> dict[str, Any]:
        start = datetime.combine(self.loader.today, datetime.min.time()) + timedelta(
            days=self.dice.randint(-20, 30), hours=self.dice.randint(7, 16)
        )
        kind = self.dice.choice(tuple(EVENTS))
        return {
            "type": kind,
            "subject": EVENTS[kind],
            "starts_at": start.isoformat() + "Z",
            "ends_at": (start + timedelta(hours=1)).isoformat() + "Z",
            "organiser": self.dice.choice(self.owners),
            "related": {"entity": "customer", "id": self.dice.choice(self.customers)},
        }

    def _past(self, most: int, least: int = 0) -> date:
        return self.loader.today - timedelta(days=self.dice.randint(least, most))
