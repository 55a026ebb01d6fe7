"""The shop of tests/support/shop.py as tables and as rows full of gaps."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Double,
    FromClause,
    Integer,
    Interval,
    MetaData,
    Numeric,
    Table,
    Text,
    Time,
    Uuid,
)

from formwright.expressions.sql import Children

METADATA = MetaData()
MOMENT = DateTime(timezone=True)


def _system() -> list[Column[Any]]:
    return [Column("id", Uuid(), primary_key=True), Column("deleted_at", MOMENT)]


TABLES = {
    "order": Table(
        "order",
        METADATA,
        *_system(),
        Column("number", Text(), nullable=False),
        Column("status", Text(), nullable=False),
        Column("priority", Text()),
        Column("note", Text()),
        Column("total", Numeric()),
        Column("discount", Numeric(), nullable=False),
        Column("qty", Integer(), nullable=False),
        Column("points", BigInteger()),
        Column("rate", Double()),
        Column("paid", Boolean()),
        Column("due", Date()),
        Column("placed", Date(), nullable=False),
        Column("created_at", MOMENT, nullable=False),
        Column("closed_at", MOMENT),
        Column("opens", Time()),
        Column("took", Interval()),
        Column("owner", Uuid()),
        Column("partner", Uuid(), nullable=False),
        Column("tags", ARRAY(Text()), nullable=False),
    ),
    "line": Table(
        "line",
        METADATA,
        *_system(),
        Column("order", Uuid()),
        Column("line", Uuid()),
        Column("name", Text(), nullable=False),
        Column("qty", Integer(), nullable=False),
        Column("price", Numeric(), nullable=False),
        Column("weight", Double()),
        Column("ready", Boolean()),
        Column("shipped", Date()),
        Column("product", Uuid()),
    ),
    "partner": Table(
        "partner",
        METADATA,
        *_system(),
        Column("name", Text()),
        Column("country", Text()),
        Column("parent", Uuid()),
    ),
    "product": Table("product", METADATA, *_system(), Column("name", Text()), Column("price", Numeric())),
    "person": Table("person", METADATA, *_system(), Column("name", Text()), Column("login", Text())),
}
REFERENCES = {
    ("order", "owner"): "person",
    ("order", "partner"): "partner",
    ("partner", "parent"): "partner",
    ("line", "product"): "product",
}


class ShopSource:
    """The tables as the SQL compiler asks for them."""

    def table(self, entity: str) -> Table:
        return TABLES[entity]

    def reference(self, entity: str, attribute: str) -> str | None:
        return REFERENCES.get((entity, attribute))

    def children(self, entity: str, attribute: str) -> Children | None:
        ways = {("order", "lines"): Children("line", "order"), ("line", "parts"): Children("line", "line")}
        return ways.get((entity, attribute))

    def polymorphic(self, entity: str, attribute: str) -> bool:
        return False

    def live(self, row: FromClause) -> ColumnElement[Any]:
        return row.c.deleted_at.is_(None)


WORDS = ("", "a", "A", "ab", "b", "Z", "ž", "a'b", "50%", "x_y", "\\n", "10")


class Filling:
    """Random rows from one seed; about a third of what may be missing is."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self._people()
        for _ in range(40):
            self._order()

    def _id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _add(self, entity: str, **values: Any) -> dict[str, Any]:
        row = {"id": self._id(), "deleted_at": None, **values}
        self.rows[entity].append(row)
        return row

    def _maybe(self, value: Any) -> Any:
        return None if self.random.random() < 0.35 else value

    def _people(self) -> None:
        for name in WORDS[:4]:
            self._add("person", name=name, login=name)
            self._add("product", name=name, price=self._decimal())
            parent = self.rows["partner"][-1]["id"] if self.rows["partner"] else None
            country = self._maybe(self.random.choice(("CZ", "DE", "")))
            self._add("partner", name=name, country=country, parent=parent)

    def _decimal(self) -> Decimal:
        return self.random.choice(
            [Decimal(x) for x in ("0", "0.00", "1", "1.50", "-2.25", "3", "99.90", "2.675")]
        )

    def _whole(self) -> int:
        return self.random.choice((0, 0, 1, 2, 3, -1, 5))

    def _day(self) -> date:
        return date(2026, 1, 30) + timedelta(days=self.random.choice((0, 0, 1, 2, 31, 365, -400, 29)))

    def _moment(self) -> datetime:
        return datetime(2026, 1, 30, 23, 30, tzinfo=UTC) + timedelta(
            hours=self.random.choice((0, 0, 1, 5, -24, 800))
        )

    def _one(self, entity: str) -> Any:
        return self.random.choice(self.rows[entity])["id"]

    def _order(self) -> None:
        pick = self.random.choice
        row = self._add(
            "order",
            number=pick(WORDS),
            status=pick(("draft", "open", "approved", "closed")),
            priority=self._maybe(pick(("low", "normal", "high"))),
            note=self._maybe(pick(WORDS)),
            total=self._maybe(self._decimal()),
            discount=self._decimal(),
            qty=self._whole(),
            points=self._maybe(self._whole()),
            rate=self._maybe(pick((0.0, 0.5, 1.0, 2.0, -1.5))),
            paid=self._maybe(pick((True, False))),
            due=self._maybe(self._day()),
            placed=self._day(),
            created_at=self._moment(),
            closed_at=self._maybe(self._moment()),
            opens=self._maybe(time(pick((0, 8, 9)))),
            took=self._maybe(timedelta(hours=pick((0, 1, 30)))),
            owner=self._maybe(self._one("person")),
            partner=self._one("partner"),
            tags=self.random.sample(("vip", "new", "a", "ž"), self.random.randrange(4)),
        )
        for _ in range(self.random.choice((0, 0, 1, 2, 3))):
            line = self._line(order=row["id"])
            for _ in range(self.random.choice((0, 0, 1))):
                self._line(line=line["id"])

    def _line(self, order: UUID | None = None, line: UUID | None = None) -> dict[str, Any]:
        return self._add(
            "line",
            order=order,
            line=line,
            deleted_at=self._moment() if self.random.random() < 0.15 else None,
            name=self.random.choice(WORDS),
            qty=self._whole(),
            price=self._decimal(),
            weight=self._maybe(0.5),
            ready=self._maybe(self.random.choice((True, False))),
            shipped=self._maybe(self._day()),
            product=self._maybe(self._one("product")),
        )

    def contexts(self) -> dict[UUID, dict[str, Any]]:
        """Return the orders as contexts: nulls stripped, references and children loaded, ids as text."""
        return {row["id"]: self._loaded("order", row) for row in self.rows["order"]}

    def _loaded(self, entity: str, row: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in row.items():
            target = REFERENCES.get((entity, name))
            if value is None or name in ("deleted_at", "order", "line"):
                continue
            if target:
                found[name] = self._loaded(target, next(r for r in self.rows[target] if r["id"] == value))
            else:
                found[name] = str(value) if isinstance(value, UUID) else value
        if entity == "order":
            found["lines"] = self._below("order", row["id"])
        if entity == "line":
            found["parts"] = self._below("line", row["id"])
        return found

    def _below(self, reference: str, parent: UUID) -> Sequence[dict[str, Any]]:
        below = [r for r in self.rows["line"] if r[reference] == parent and r["deleted_at"] is None]
        return [self._loaded("line", row) for row in below]
