"""A small schema for tests of expressions: orders with lines, of a partner, paid by invoices."""

from __future__ import annotations

from collections.abc import Mapping

from formwright.expressions import Kind, Scope, Type

BOOLEAN = Type(Kind.BOOLEAN)
INTEGER = Type(Kind.INTEGER)
DECIMAL = Type(Kind.DECIMAL)
NUMBER = Type(Kind.NUMBER)
TEXT = Type(Kind.TEXT)
DATE = Type(Kind.DATE)
DATETIME = Type(Kind.DATETIME)


def record(entity: str) -> Type:
    return Type(Kind.RECORD, entity=entity)


def rows(entity: str) -> Type:
    return Type(Kind.LIST, of=record(entity))


ENTITIES: dict[str, dict[str, Type]] = {
    "order": {
        "id": TEXT,
        "number": TEXT,
        "status": Type(Kind.TEXT, choices=("draft", "open", "approved", "closed")),
        "priority": Type(Kind.TEXT, choices=("low", "normal", "high"), optional=True),
        "note": TEXT.maybe(),
        "total": DECIMAL.maybe(),
        "discount": DECIMAL,
        "qty": INTEGER,
        "points": INTEGER.maybe(),
        "rate": NUMBER.maybe(),
        "paid": BOOLEAN.maybe(),
        "due": DATE.maybe(),
        "placed": DATE,
        "created_at": DATETIME,
        "closed_at": DATETIME.maybe(),
        "opens": Type(Kind.TIME, optional=True),
        "took": Type(Kind.DURATION, optional=True),
        "owner": record("person").maybe(),
        "partner": record("partner"),
        "tags": Type(Kind.LIST, of=TEXT),
        "lines": rows("line"),
        "extra": Type(Kind.OBJECT, optional=True),
        "data": Type(Kind.ANY, optional=True),
    },
    "line": {
        "id": TEXT,
        "name": TEXT,
        "qty": INTEGER,
        "price": DECIMAL,
        "weight": NUMBER.maybe(),
        "ready": BOOLEAN.maybe(),
        "shipped": DATE.maybe(),
        "parts": rows("line"),
        "product": record("product").maybe(),
    },
    "partner": {"id": TEXT, "name": TEXT, "country": TEXT.maybe(), "parent": record("partner").maybe()},
    "product": {"id": TEXT, "name": TEXT, "price": DECIMAL},
    "person": {"id": TEXT, "name": TEXT, "login": TEXT},
    "invoice": {
        "id": TEXT,
        "state": Type(Kind.TEXT, choices=("open", "paid")),
        "amount": DECIMAL,
        "partner": record("partner"),
    },
}


class Shop:
    """The schema."""

    def fields(self, entity: str) -> Mapping[str, Type]:
        return ENTITIES.get(entity, {})

    def entities(self) -> Mapping[str, object]:
        return ENTITIES


class Unknown:
    """A schema that knows no entity type, so that any attribute may be read."""

    def fields(self, entity: str) -> Mapping[str, Type]:
        return {}

    def entities(self) -> Mapping[str, object]:
        return {}


NAMES = {
    "record": record("order"),
    "old": record("order"),
    "user": record("$user"),
    "parent": record("partner").maybe(),
    "today": DATE,
    "now": DATETIME,
}
SCOPE = Scope(Shop(), "order", NAMES)
EMPTY = Scope(Shop())
