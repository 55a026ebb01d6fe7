"""Speed of expressions: ours, stock pyjexl and native Python, in one run.

Run with ``python tests/bench/expressions.py``. Only ratios inside one run mean
something on a shared machine. Fails when the geometric mean is above 3 times
native Python, or less than 100 times as fast as `pyjexl.JEXL().evaluate`.
"""

from __future__ import annotations

import gc
import math
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "platform"))

import pyjexl
from pyjexl.evaluator import Context, Evaluator

from formwright.expressions import JEXL, Expression, Kind, ReverseIndex, Scope, Type, compile_expression

TEXT = Type(Kind.TEXT)
INTEGER = Type(Kind.INTEGER)
DATE = Type(Kind.DATE)
FIELDS: dict[str, dict[str, Type]] = {
    "sample": {
        "status": TEXT,
        "total": INTEGER,
        "locked": Type(Kind.BOOLEAN),
        "owner_id": TEXT,
        "qty": INTEGER,
        "price": INTEGER,
        "tax": INTEGER,
        "discount": INTEGER,
        "country": TEXT,
        "end_date": DATE.maybe(),
        "start_date": DATE,
        "first_name": TEXT,
        "last_name": TEXT,
        "nickname": TEXT.maybe(),
        "name": TEXT,
        "items": Type(Kind.LIST, of=Type(Kind.RECORD, entity="item")),
        "min_price": INTEGER,
    },
    "item": {"qty": INTEGER, "price": INTEGER},
}


class Schema:
    """The entity types of the bench."""

    def fields(self, entity: str) -> Mapping[str, Type]:
        return FIELDS.get(entity, {})

    def entities(self) -> Mapping[str, object]:
        return FIELDS


SCOPE = Scope(Schema(), "sample", {"user": Type(Kind.RECORD, entity="$user")})
CONTEXT: dict[str, Any] = {
    "status": "approved",
    "total": 1500,
    "locked": False,
    "owner_id": "17",
    "user": {"id": "16", "roles": ["clerk", "admin"]},
    "qty": 3,
    "price": 250,
    "tax": 20,
    "discount": 5,
    "country": "AT",
    "end_date": date(2026, 5, 1),
    "start_date": date(2026, 4, 1),
    "first_name": "Ann",
    "last_name": "Lee",
    "nickname": "Annie",
    "name": "Anniversary",
    "items": [{"qty": n % 3, "price": 40 * n} for n in range(5)],
    "min_price": 60,
}
Native = Callable[[dict[str, Any]], Any]
RULES: list[tuple[str, Native]] = [
    ("status == 'approved'", lambda c: c["status"] == "approved"),
    (
        "status in ['draft', 'open'] && total > 1000",
        lambda c: c["status"] in ("draft", "open") and c["total"] > 1000,
    ),
    (
        "!locked && (owner_id == user.id || 'admin' in user.roles)",
        lambda c: not c["locked"] and (c["owner_id"] == c["user"]["id"] or "admin" in c["user"]["roles"]),
    ),
    (
        # `/` of integers is an exact decimal in the dialect, so native Python has to compute with one, too.
        "qty * price * (1 + tax / 100) - discount",
        lambda c: c["qty"] * c["price"] * (1 + Decimal(c["tax"]) / 100) - c["discount"],
    ),
    (
        "country == 'DE' ? 19 : country == 'AT' ? 20 : 0",
        lambda c: 19 if c["country"] == "DE" else 20 if c["country"] == "AT" else 0,
    ),
    (
        "end_date == null || end_date >= start_date",
        lambda c: c["end_date"] is None or c["end_date"] >= c["start_date"],
    ),
    ("first_name + ' ' + last_name", lambda c: c["first_name"] + " " + c["last_name"]),
    ("name|length >= 3 && name|length <= 40", lambda c: len(c["name"]) >= 3 and len(c["name"]) <= 40),
    (
        "items[.qty > 0 && .price >= min_price]|length > 0",
        lambda c: len([i for i in c["items"] if i["qty"] > 0 and i["price"] >= c["min_price"]]) > 0,
    ),
    (
        "(nickname ? nickname : first_name)|lower",
        lambda c: (c["nickname"] or c["first_name"]).lower(),
    ),
]


def measure(call: Callable[[], Any], seconds: float = 0.02) -> float:
    """Return microseconds of one call of *call*: many in a loop, timed once."""
    count = 1
    while True:
        begun = time.perf_counter()
        for _ in range(count):
            call()
        spent = time.perf_counter() - begun
        if spent > seconds / 4:
            return spent / count * 1e6
        count *= 4


def best(calls: Mapping[str, Callable[[], Any]], rounds: int = 7) -> dict[str, float]:
    """Return the best of interleaved rounds for each of *calls*."""
    found = dict.fromkeys(calls, math.inf)
    for _ in range(rounds):
        for name, call in calls.items():
            found[name] = min(found[name], measure(call))
    return found


def stock() -> pyjexl.JEXL:
    """Return a pyjexl with the transforms that the rules use."""
    engine = pyjexl.JEXL()
    engine.add_transform("length", len)
    engine.add_transform("lower", str.lower)
    return engine


def mean(values: list[float]) -> float:
    """Return the geometric mean."""
    return math.exp(sum(map(math.log, values)) / len(values))


COLUMNS = ("pyjexl", "cached", "plain", "ours", "native")


def engines(text: str, native: Native, engine: pyjexl.JEXL, plain: JEXL) -> dict[str, Callable[[], Any]]:
    """Return what evaluates a rule, by column: pyjexl from the text and from its tree, ours, native Python."""
    expression = compile_expression(text, SCOPE)
    run = expression.value
    tree, evaluator = engine.parse(text), Evaluator(engine.config)
    stock_context = Context(CONTEXT)
    json = {name: str(value) if isinstance(value, date) else value for name, value in CONTEXT.items()}
    assert run(CONTEXT) == native(CONTEXT) == plain.evaluate(text, json), text
    return {
        "pyjexl": lambda: engine.evaluate(text, CONTEXT),
        "cached": lambda: evaluator.evaluate(tree, stock_context),
        "plain": lambda: plain.evaluate(text, json),
        "ours": lambda: run(CONTEXT),
        "native": lambda: native(CONTEXT),
    }


def row(name: str, values: Mapping[str, float], form: str = ".3f") -> None:
    """Print a line of the table."""
    print(f"{name:52}" + "".join(f" {format(values[column], form):>10}" for column in COLUMNS))


def rules() -> tuple[float, float]:
    """Print the table of the rules; return ours against native, and pyjexl against ours.

    `cached` is pyjexl with its tree parsed before, `plain` our class `JEXL`, which keeps what it
    parsed, `ours` a rule of metadata, whose numbers are exact: `tax / 100` is a decimal.
    """
    engine, plain = stock(), JEXL()
    plain.add_transform("length", len)
    plain.add_transform("lower", str.lower)
    columns: dict[str, list[float]] = {name: [] for name in COLUMNS}
    print(f"{'microseconds a call':52}" + "".join(f" {name:>10}" for name in COLUMNS))
    for text, native in RULES:
        times = best(engines(text, native, engine, plain))
        for name, value in times.items():
            columns[name].append(value)
        row(text, times)
    means = {name: mean(values) for name, values in columns.items()}
    row("geometric mean", means)
    row("evaluations per second", {name: 1e6 / value for name, value in means.items()}, ",.0f")
    row("times native", {name: value / means["native"] for name, value in means.items()}, ".2f")
    print(
        f"ours is {means['ours'] / means['native']:.2f} times native, and "
        f"{means['pyjexl'] / means['ours']:.0f} times as fast as pyjexl"
    )
    return means["ours"] / means["native"], means["pyjexl"] / means["ours"]


def form_rules() -> dict[str, str]:
    """Return visible, required and valid of 60 fields."""
    found = {}
    for number in range(60):
        found[f"f{number}.visible"] = f"kind == 'k{number % 4}' || f{(number + 1) % 60} > {number}"
        found[f"f{number}.required"] = f"f{(number + 2) % 60} > 10 && status != 'draft'"
        found[f"f{number}.valid"] = f"f{number} == null || f{number} >= 0"
    return found


def form_scope(name: str = "form") -> Scope:
    """Return the scope of the form."""
    FIELDS[name] = {f"f{number}": INTEGER.maybe() for number in range(60)} | {"kind": TEXT, "status": TEXT}
    return Scope(Schema(), name)


def form() -> None:
    """Print how long a whole form takes, and one changed field."""
    scope = form_scope()
    compiled = {key: compile_expression(text, scope) for key, text in form_rules().items()}
    context = {f"f{number}": number for number in range(60)} | {"kind": "k1", "status": "open"}
    for expression in compiled.values():
        expression.true(context)
    index = ReverseIndex(compiled)
    changed = index.affected(["f7"])

    def evaluate(some: list[Expression]) -> None:
        for expression in some:
            expression.true(context)

    everything, few = list(compiled.values()), [compiled[key] for key in changed]
    times = best({"form": lambda: evaluate(everything), "field": lambda: evaluate(few)})
    engine = stock()
    begun = time.perf_counter()
    for text in form_rules().values():
        engine.evaluate(text, context)
    slow = (time.perf_counter() - begun) * 1e6
    print(
        f"form of {len(everything)} rules: {times['form']:.0f} us; pyjexl {slow:.0f} us, {slow / times['form']:.0f} times"
    )
    print(f"one changed field: {len(few)} rules, {times['field']:.2f} us")


def load() -> None:
    """Print how long 36,000 rules of 200 entity types take to compile, and to run for the first time."""
    compiled = []
    gc.disable()
    begun = time.perf_counter()
    for number in range(200):
        scope = form_scope(f"entity{number}")
        for text in form_rules().values():
            # Another text for every entity type, so that no cache helps.
            other = f"({text}) && status != 's{number}'"
            compiled.append(compile_expression(other, scope, expects=Type(Kind.BOOLEAN)))
    spent = time.perf_counter() - begun
    gc.collect()
    gc.freeze()
    gc.enable()
    print(f"compile {len(compiled)} rules: {spent:.1f} s, {spent / len(compiled) * 1e6:.0f} us each")
    some = compiled[:1000]
    begun = time.perf_counter()
    for expression in some:
        expression.true({})
    print(f"first call of a rule: {(time.perf_counter() - begun) / len(some) * 1e6:.0f} us")


def main() -> int:
    """Run everything; return 1 when a target is missed."""
    times_native, times_pyjexl = rules()
    form()
    load()
    return 0 if times_native <= 3 and times_pyjexl >= 100 else 1


if __name__ == "__main__":
    sys.exit(main())
