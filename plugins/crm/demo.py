"""Demo records of the CRM: invented, plausible, and the same every time."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Protocol

__all__ = ["CUSTOMERS", "Loader", "load"]

CUSTOMERS = 2000
SEED = 20260101


class Loader(Protocol):
    """What the platform hands to a demo generator: the write path, with progress."""

    today: date
    now: datetime
    size: float  # 1.0 loads everything; tests load less

    async def save(self, entity: str, values: dict[str, Any]) -> str:
        """Save a record with its children and return its id."""
        ...

    async def transition(
        self, entity: str, record: str, name: str, params: dict[str, Any] | None = None
    ) -> None:
        """Take a transition."""
        ...

    async def find(self, entity: str, *key: str) -> str:
        """Return the id of a shipped row."""
        ...

    def user(self, login: str) -> str:
        """Return the id of a demo user."""
        ...

    def expect(self, total: int) -> None:
        """Say how many saves are to come, for the progress bar."""
        ...


async def load(loader: Loader, words: Any) -> None:
    """Load everything. *words* is the module of names."""
    world = World(loader, words)
    count = max(20, int(CUSTOMERS * loader.size))
    loader.expect(int(count * 3.4))
    await world.make_addresses(int(count * 0.7))
    await world.make_partners(min(12, count))
    for index in range(count):
        await world.make_customer(index)
    for index in range(count // 5):
        await world.make_lead(index)
    await world.make_events(count // 20)


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
        while len(self.addresses) < count:
            city, postcode, region, _ = self.dice.choices(self.words.CITIES, weights)[0]
            street, house = self.dice.choice(self.words.STREETS), self.dice.randint(1, 220)
            if (city, street, house) in seen:
                continue
            seen.add((city, street, house))
            values = {
                "country": "CZ",
                "region": region,
                "city": city,
                "postcode": postcode,
                "street": street,
                "house_no": str(house),
                "floor": str(self.dice.randint(1, 8)) if self.dice.random() < 0.2 else None,
            }
            self.addresses.append(await self.loader.save("address", values))

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
        local = ".".join(_ascii(part) for part in parts)
        return {
            "type": "email",
            "email": f"{local}{self.dice.randint(1, 9999)}@example.com",
            "is_primary": True,
        }

    def _phone(self, kind: str = "mobile") -> dict[str, Any]:
        prefix = self.dice.choice(
            (
                "601",
                "602",
                "603",
                "604",
                "605",
                "606",
                "607",
                "608",
                "702",
                "720",
                "721",
                "724",
                "732",
                "773",
                "776",
                "777",
            )
        )
        return {
            "type": "phone",
            "phone": f"+420{prefix}{self.dice.randint(0, 999999):06d}",
            "phone_kind": kind,
            "is_primary": True,
        }

    # -- customers ------------------------------------------------------------

    async def make_customer(self, index: int) -> None:
        """Make one customer with an account, and what usually comes with it."""
        kind = self.dice.choices(("residential", "enterprise", "wholesale"), (76, 21, 3))[0]
        make = self._residential if kind == "residential" else self._enterprise
        values = make(index, kind)
        values["segment"] = await self.loader.find("customer_segment", values["segment"])
        customer = await self.loader.save("customer", values)
        self.customers.append(customer)
        name = (
            values.get("trading_name")
            or values.get("legal_name")
            or f"{values['family_name']} {values['given_name']}"
        )
        account = await self._account(customer, kind, name)
        if kind != "residential":
            await self._people_of(customer)
        if (
            values["identity_status"] == "verified"
            and values["credit_decision"] == "approved"
            and self.dice.random() < 0.85
        ):
            await self.loader.transition("account", account, "activate")
            await self.loader.transition("customer", customer, "activate")
            if self.dice.random() < 0.04:
                await self.loader.transition("customer", customer, "suspend", {"reason": "non_payment"})
        if self.dice.random() < 0.5:
            await self._contract(customer, account)
        for _ in range(self.dice.choices((0, 1, 2, 4), (35, 35, 20, 10))[0]):
            await self._interaction(customer)

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
            "national_id": _birth_number(born, person["gender"], index),
            "contacts": [self._mail(person["given_name"], person["family_name"]), self._phone()],
        }

    def _enterprise(self, index: int, kind: str) -> dict[str, Any]:
        head, tail = self.dice.choice(self.words.COMPANY_HEADS), self.dice.choice(self.words.COMPANY_TAILS)
        form = self.dice.choices(("s.r.o.", "a.s.", "v.o.s."), (75, 22, 3))[0]
        number = _company_number(20_000_000 + index * 4_001 % 70_000_000)
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
                {"type": "website", "url": f"https://www.{_ascii(head + tail)}.example"},
            ],
            **extra,
        }

    async def _account(self, customer: str, kind: str, name: str) -> str:
        method = self.dice.choices(("bank_transfer", "direct_debit", "cash"), (60, 34, 6))[0]
        billing = self.dice.choices(("postpaid", "prepaid"), (88, 12))[0]
        values = {
            "customer": customer,
            "name": name,
            "type": "settlement" if kind == "wholesale" else "standalone",
            "billing_type": billing,
            "payment_method": method,
            "bill_cycle": await self._cycle() if billing == "postpaid" else None,
            "payment_terms_days": 30 if kind != "residential" else 14,
        }
        if method == "direct_debit":
            values |= {
                "iban": _iban(self.dice),
                "mandate_ref": f"M{self.dice.randint(10**8, 10**9 - 1)}",
                "mandate_signed": self._past(600).isoformat(),
            }
        return await self.loader.save("account", values)

    async def _cycle(self) -> str:
        return await self.loader.find("bill_cycle", self.dice.choice(("M01", "M15")))

    async def _people_of(self, customer: str) -> None:
        for position in range(self.dice.choices((1, 2, 3), (50, 35, 15))[0]):
            person, job = self._person(), self.dice.choice(self.words.JOBS)
            contacts = [self._mail(person["given_name"], person["family_name"]), self._phone()]
            made = await self.loader.save("person", {**person, "job_title": job, "contacts": contacts})
            self.persons.append(made)
            role = ("decision_maker", "billing_contact", "technical_contact")[position]
            subject = {"entity": "customer", "id": customer}
            await self.loader.save(
                "person_role",
                {
                    "person": made,
                    "role_type": await self.loader.find("role_type", role),
                    "subject": subject,
                    "is_primary": True,
                    "position_title": job,
                },
            )

    async def _contract(self, customer: str, account: str) -> None:
        signed = self._past(720, 5)
        values = {
            "customer": customer,
            "account": account,
            "signed_on": signed.isoformat(),
            "start_date": (signed + timedelta(days=7)).isoformat(),
            "term_months": self.dice.choice((12, 24, 24, 24, 36)),
        }
        await self.loader.save("contract", values)

    async def _interaction(self, customer: str) -> None:
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
            "customer": customer,
            "owner": self.dice.choice(self.owners),
        }
        if channel == "call":
            values["duration"] = f"PT{self.dice.randint(1, 25)}M"
        await self.loader.save("interaction", values)

    # -- partners, leads, events ----------------------------------------------

    async def make_partners(self, count: int) -> None:
        """Make *count* partners."""
        for index in range(count):
            head, tail = (
                self.dice.choice(self.words.COMPANY_HEADS),
                self.dice.choice(self.words.COMPANY_TAILS),
            )
            values = {
                "name": f"{head} {tail} Partners {index + 1}",
                "kind": self.dice.choice(("dealer", "reseller", "agent", "subcontractor")),
                "registration_no": _company_number(10_000_000 + index * 7_919),
                "commission_pct": self.dice.choice((5, 8, 10, 12)),
            }
            self.partners.append(await self.loader.save("partner", values))

    async def make_lead(self, index: int) -> None:
        """Make one lead; half of them go on in their lifecycle."""
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
        lead = await self.loader.save("lead", values)
        if index % 2:
            await self.loader.transition("lead", lead, "qualify")
        elif index % 5 == 0:
            await self.loader.transition(
                "lead",
                lead,
                "close",
                {"close_reason": self.dice.choice(("no_budget", "competitor", "no_response"))},
            )

    async def make_events(self, count: int) -> None:
        """Make *count* events around today."""
        for _ in range(count):
            start = datetime.combine(self.loader.today, datetime.min.time()) + timedelta(
                days=self.dice.randint(-20, 30), hours=self.dice.randint(7, 16)
            )
            kind = self.dice.choice(("meeting", "call", "visit", "site_survey", "task"))
            await self.loader.save(
                "event",
                {
                    "type": kind,
                    "subject": {
                        "meeting": "Offer presentation",
                        "call": "Follow-up call",
                        "visit": "Customer visit",
                        "site_survey": "Site survey",
                        "task": "Prepare the offer",
                    }[kind],
                    "starts_at": start.isoformat() + "Z",
                    "ends_at": (start + timedelta(hours=1)).isoformat() + "Z",
                    "organiser": self.dice.choice(self.owners),
                    "related": {"entity": "customer", "id": self.dice.choice(self.customers)},
                },
            )

    def _past(self, most: int, least: int = 0) -> date:
        return self.loader.today - timedelta(days=self.dice.randint(least, most))


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def _company_number(seven: int) -> str:
    """Return a Czech company number: seven digits and the check digit (11 − Σ dᵢ·(9−i) mod 11) mod 10."""
    digits = f"{seven % 10_000_000:07d}"
    total = sum(int(digit) * (8 - place) for place, digit in enumerate(digits))
    return digits + str((11 - total % 11) % 10)


def _birth_number(born: date, gender: str, index: int) -> str:
    month = born.month + (50 if gender == "female" else 0)
    stem = f"{born.year % 100:02d}{month:02d}{born.day:02d}{index % 1000:03d}"
    return f"{stem}{int(stem) % 11 % 10}"


def _iban(dice: Random) -> str:
    """Return a Czech IBAN of an invented account; the check digits are those of ISO 13616."""
    bank, account = dice.choice(("0100", "0300", "0800", "2010")), f"{dice.randint(10**9, 10**10 - 1):016d}"
    number = int(bank + account + "123500")  # C=12, Z=35
    return f"CZ{98 - number % 97:02d}{bank}{account}"
