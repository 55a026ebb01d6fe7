"""Random typed rules about the orders of tests/support/shop.py, as texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from hypothesis import strategies as st

Rule = st.SearchStrategy[str]

NAMES = {
    "integer": ["qty", "points", "0", "1", "2", "3", "(-1)"],
    "decimal": ["total", "discount", "1.5", "0.00", "99.90", "2.675"],
    "text": [
        "number",
        "note",
        "status",
        "partner.name",
        "partner.country",
        "partner.parent.name",
        "owner.login",
        "id",
        "partner.id",
        "user.name",
        "''",
        "'a'",
        "'Z'",
        '"it\'s"',
        "'%'",
        "'_'",
    ],
    "sure": ["number", "status", "(note ?: '')", "(partner.country ?: 'x')", "'a'", "'%'"],
    "date": ["due", "placed", "today", "params.day"],
    "datetime": ["created_at", "closed_at", "now"],
    "duration": ["took", "(closed_at - created_at)", "(now - created_at)"],
    "boolean": ["paid", "true", "false"],
    "record": ["owner", "partner", "partner.parent", "user", "params.who"],
    "time": ["opens"],
    "float": ["rate"],
}
OWN = {
    "integer": [".qty", "qty", "points", "1"],
    "decimal": [".price", "total", "1.5", ".product.price"],
    "text": [".name", "note", "'a'", ".product.name"],
    "date": [".shipped", "due", "today"],
    "boolean": [".ready", "paid"],
}


def _pairs(one: Rule, operators: str, other: Rule) -> Rule:
    return st.builds(lambda a, o, b: f"({a} {o} {b})", one, st.sampled_from(operators.split()), other)


def _wrap(form: str, *parts: Rule) -> Rule:
    return st.builds(form.format, *parts)


def _compared(of: Callable[[str], Rule], kind: str, operators: str = "== != < <= > >=") -> Rule:
    return _pairs(of(kind), operators, of(kind))


ANY_ORDER = ("integer", "decimal", "text", "date", "datetime", "duration", "time", "float")


@cache
def condition_of_line(depth: int) -> Rule:
    """Return conditions on a line of the order: what stands in the brackets of a filter."""

    def of(kind: str) -> Rule:
        return st.sampled_from(OWN[kind])

    leaves = [_compared(of, kind) for kind in ("integer", "decimal", "text", "date")]
    leaves += [
        of("boolean"),
        _wrap("(.product != null)"),
        _wrap("(.parts[.qty > {}]|length > 0)", of("integer")),
    ]
    leaves += [_wrap("(.name in {})", st.sampled_from(["['a', 'b']", "tags", "number"]))]
    # A relative name outside of all brackets makes it a filter.
    leaf = st.one_of(*leaves)
    if depth == 0:
        return _wrap(".id != null && {}", leaf)
    return st.one_of(
        _wrap(".id != null && !{}", leaf),
        _wrap(".id == null || ({} && {})", leaf, leaf),
        _wrap(".id == null || ({} ? {} : !{})", leaf, leaf, leaf),
    )


@cache
def lines(depth: int) -> Rule:
    """Return lists of lines."""
    return st.one_of(st.just("lines"), _wrap("lines[{}]", condition_of_line(min(max(depth, 0), 1))))


@cache
def rule(kind: str, depth: int) -> Rule:
    """Return texts of expressions of *kind*, nested at most *depth* deep."""
    leaf = st.sampled_from(NAMES[kind])
    if depth == 0:
        return leaf

    def of(other: str) -> Rule:
        return rule(other, depth - 1)

    choice = [
        leaf,
        _wrap("({} ? {} : {})", of("boolean"), of(kind), of(kind)),
        _wrap("({} ?: {})", of(kind), of(kind)),
        _wrap("({} && {})", of(kind), of(kind)),
        _wrap("({} || {})", of(kind), of(kind)),
    ]
    if kind != "boolean" and kind != "record":
        choice.append(_wrap("(coalesce({}, {}))", of(kind), of(kind)))
    return st.one_of(*choice, *MORE.get(kind, lambda _, __: [])(of, depth))


def _integer(of: Callable[[str], Rule], depth: int) -> list[Rule]:
    return [
        _pairs(of("integer"), "+ - * // %", of("integer")),
        _pairs(of("decimal"), "//", of("decimal")),
        _wrap("({}|length)", lines(depth - 1)),
        _wrap("({}|sum('qty'))", lines(depth - 1)),
        _wrap("({}|max('qty'))", lines(depth - 1)),
        _wrap("({}|count('shipped'))", lines(depth - 1)),
        _wrap("({}|map('qty')|unique|length)", lines(depth - 1)),
        st.just("(tags|length)"),
        _wrap("({}|length)", of("text")),
        _wrap("(abs({}))", of("integer")),
        _wrap("(min({}, {}))", of("integer"), of("integer")),
        _wrap("({} - {})", of("date"), of("date")),
        _wrap("(days_between({}, {}))", of("date"), of("datetime")),
        _wrap("(months_between({}, {}))", of("date"), of("date")),
        _wrap("(weekday({}))", st.one_of(of("date"), of("datetime"))),
    ]


def _decimal(of: Callable[[str], Rule], depth: int) -> list[Rule]:
    return [
        _pairs(of("decimal"), "+ - * / %", st.one_of(of("decimal"), of("integer"))),
        _pairs(of("integer"), "/", of("integer")),
        _wrap("({}|sum('price'))", lines(depth - 1)),
        _wrap("({}|min('price'))", lines(depth - 1)),
        _wrap("(round({}, {}))", of("decimal"), st.sampled_from(["0", "1", "2"])),
        _wrap("(abs({}))", of("decimal")),
        _wrap("(max({}, {}))", of("decimal"), of("integer")),
    ]


def _text(of: Callable[[str], Rule], depth: int) -> list[Rule]:
    return [
        _wrap("({} + {})", of("sure"), of("sure")),
        _wrap(
            "({}|{})", of("text"), st.sampled_from(["lower", "upper", "trim", "digits", "replace('a', 'b')"])
        ),
        _wrap("({}|max('name'))", lines(depth - 1)),
        st.sampled_from(["(tags[0])", "(tags|last)", "(tags|join('-'))"]),
    ]


def _date(of: Callable[[str], Rule], _: int) -> list[Rule]:
    count = st.sampled_from(["1", "(-30)", "qty", "points", "(qty * 2)"])
    return [
        _wrap("({}|add_days({}))", of("date"), count),
        _wrap("({}|add_months({}))", of("date"), count),
        _wrap("({}|add_years({}))", of("date"), count),
        _wrap("(max({}, {}))", of("date"), of("date")),
    ]


def _datetime(of: Callable[[str], Rule], _: int) -> list[Rule]:
    return [
        _pairs(of("datetime"), "+ -", of("duration")),
        _wrap("({}|add_days({}))", of("datetime"), st.sampled_from(["1", "60", "points"])),
    ]


def _boolean(of: Callable[[str], Rule], depth: int) -> list[Rule]:
    words = st.sampled_from(
        ["['a', 'b']", "[note, 'a']", "['']", "[]", "tags", "user.roles", "params.none", "note"]
    )
    return [
        *(_compared(of, kind) for kind in ANY_ORDER),
        *(_compared(of, kind, "== !=") for kind in ("boolean", "record")),
        _pairs(of("integer"), "== != < >=", of("decimal")),
        _pairs(of("record"), "== !=", st.sampled_from(["user.id", "owner.id", "'x'"])),
        *(_wrap("({} == null)", of(kind)) for kind in NAMES),
        *(_wrap("({} != null)", of(kind)) for kind in ("text", "decimal", "record")),
        *(_wrap("(!{})", of(kind)) for kind in NAMES),
        _wrap("(due {} '2026-01-31')", st.sampled_from(["<", ">=", "==", "!="])),
        _wrap("({} in {})", of("text"), words),
        _wrap("({} in [1, 2, points])", of("integer")),
        _wrap("({} in [1.5, 0])", of("decimal")),
        _wrap("({} in ['open', 'draft'])", st.just("status")),
        _wrap("({} in [owner, user])", of("record")),
        _wrap("({} in ({}|map('qty')))", of("integer"), lines(depth - 1)),
        _wrap("({} in ({}|map('name')))", of("text"), lines(depth - 1)),
        _wrap(
            "({}|length {})",
            lines(depth - 1),
            st.sampled_from(["> 0", "== 0", "!= 0", ">= 2", "< 1", "> qty"]),
        ),
        _wrap("({}|any('ready'))", lines(depth - 1)),
        _wrap("({}|all('ready'))", lines(depth - 1)),
        _wrap("(empty({}))", of("text")),
        _wrap("({}|starts_with({}))", of("text"), of("text")),
        _wrap("({}|contains({}))", of("text"), of("text")),
        st.sampled_from(
            ["(has_role('admin'))", "(has_role('a'))", "(user|in_team('north'))", "(tags == ['a'])"]
        ),
    ]


MORE: dict[str, Callable[[Callable[[str], Rule], int], list[Rule]]] = {
    "integer": _integer,
    "decimal": _decimal,
    "text": _text,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
}
