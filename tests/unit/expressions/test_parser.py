"""Trees with positions, exact places of mistakes, the strict grammar, limits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pyjexl
import pytest

from formwright.expressions import DIALECT_LIMITS, Limits, parse
from formwright.expressions.grammar import Grammar
from formwright.expressions.nodes import (
    Binary,
    Call,
    Conditional,
    Filter,
    Index,
    ListLiteral,
    Literal,
    Member,
    Missing,
    Name,
    Node,
    ObjectLiteral,
    Transform,
    Unary,
    walk,
)
from formwright.expressions.pyjexl_tree import as_pyjexl
from formwright.expressions.reports import locate
from formwright.problems import Place, ProblemError

A, B, C = Name("a"), Name("b"), Name("c")
ONE, TWO = Literal(1), Literal(2)


def problems(text: str, **options: Any) -> list[tuple[str, int, int]]:
    with pytest.raises(ProblemError) as caught:
        parse(text, **options)
    return [(problem.code, problem.place.line, problem.place.column) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a * b ^ c", Binary("*", A, Binary("^", B, C))),
        ("a || b && c", Binary("&&", Binary("||", A, B), C)),
        ("!a == b", Binary("==", Unary("!", A), B)),
        ("!a.b|f", Unary("!", Transform("f", Member(A, "b"), ()))),
        ("a ? b : c ? 1 : 2", Conditional(A, B, Conditional(C, ONE, TWO))),
        ("a ? b ? 1 : 2 : c", Conditional(A, Conditional(B, ONE, TWO), C)),
        ("a ?: b", Conditional(A, None, B)),
        ("a ? : b", Conditional(A, None, B)),
        ("f()", Call("f", ())),
        ("f(a, g(1))", Call("f", (A, Call("g", (ONE,))))),
        ("a | f", Transform("f", A, ())),
        ("a|f()|g(b, 1)", Transform("g", Transform("f", A, ()), (B, ONE))),
        ("a[0]", Index(A, Literal(0))),
        ("a[.b == 1].c", Member(Filter(A, Binary("==", Name("b", relative=True), ONE)), "c")),
        ("a[(.b)]", Index(A, Name("b", relative=True))),
        ("[a, [1], {}]", ListLiteral((A, ListLiteral((ONE,)), ObjectLiteral(())))),
        ("{a: 1, b: {c: 2}}", ObjectLiteral((("a", ONE), ("b", ObjectLiteral((("c", TWO),)))))),
        ("{a: 1, b: 2, a: c}", ObjectLiteral((("a", C), ("b", TWO)))),
        ("{a: b|f}", ObjectLiteral((("a", Transform("f", B, ())),))),
        ("- 1 - -2", Binary("-", Literal(-1), Literal(-2))),
        ("1 .b", Member(ONE, "b")),
        ("9007199254740993", Literal(9007199254740992.0)),
        ("1in a", Binary("in", ONE, A)),
        ("inside + trueish", Binary("+", Name("inside"), Name("trueish"))),
        ("Ñandu.жук", Member(Name("Ñandu"), "жук")),
        (r"'it\'s'", Literal("it's")),
        (r'"it\'s"', Literal(r"it\'s")),
        (r"'a\n\\b\\c'", Literal("a\\n\\b\\\\c")),
        # What the reference makes of texts that hardly anybody writes.
        ("(1", ONE),
        ("((a)", A),
        ("[,1,]", ListLiteral((ONE,))),
        ("f(,)", Call("f", ())),
        ("{a: 1,}", ObjectLiteral((("a", ONE),))),
        ("a[]", Index(A, Missing())),
        ("a ? b :", Conditional(A, B, Missing())),
        ("a.f(1)", Call("f", (ONE,))),
        ("a[0](1)", Call("", (ONE,))),
        ("().a", Name("a", relative=True)),
        ("(!a).b", Unary("!", Name("b", relative=True))),
        ("--1", Literal(-1)),
        ("'", Literal("")),
        (r"'a\'", Literal("a\\")),
        (r'"a\\" + "b"' + '"', None),
    ],
)  # fmt: skip
def test_the_tree_is_the_one_of_the_reference(text: str, tree: Node | None) -> None:
    if tree is None:
        assert problems(text)
    else:
        assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1), ("  ", 1), ("(", 1), ("()", 1), (".", 1), ("1 +", 4), ("a b", 3), ("a.", 3), ("a..b", 3), ("|x", 1), ("x|", 3),
        ("? :", 1), ("1 ? 2", 6), ("[1,", 4), ("{a:}b", 5), ("{a 1}", 4), ("{1: 2}", 2), ("{,}", 2), ("[1", 3), ("f(1", 4), ("x[", 3),
        ("1 + ()", 6), ("() + 1", 4), ("a = 1", 3), ("a === 1", 5), ("a & b", 3), ("@", 1), ("#", 1), ("1;", 2), ("-a", 1), ("a * -b", 5),
        ("[1, -2]", 5), ("(a)[0]", 4), ("'a'[0]", 4), ("[1][0]", 4), ("a|f ? 1 : 2", 5), ("f() ? 1 : 2", 5), ("a.in", 3), ("constructor", 1),
        ("a.__proto__", 3), ("{toString: 1}", 2), ("a.true", 3), ("'open", 2), (".5", 2), ("1.2.3", 5), ("a\u200b", 2), ("😀", 1), ("a++", 3),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_at_its_column(text: str, column: int) -> None:
    [(code, line, found)] = problems(text)

    assert (line, found) == (1, column)
    assert code in {"expression-syntax", "expression-empty"}


def test_lines_and_columns_are_counted_from_the_place_of_the_text() -> None:
    assert problems("a\n  + @\n") == [("expression-syntax", 2, 5)]
    assert problems("a @", place=Place("x.yaml", 18, 30)) == [("expression-syntax", 18, 32)]
    assert problems("a\n@", place=Place("x.yaml", 18, 30)) == [("expression-syntax", 19, 1)]
    assert locate("a", 1, Place("f")) == Place("f", 1, 2)


def test_every_node_knows_its_part_of_the_text() -> None:
    text = "(a + b) * f(1)|g[.x > 2].y ? [1] : {k: 'v'}"
    tree = parse(text)
    parts = {(type(node).__name__, text[node.start : node.end]) for node in walk(tree)}

    assert (tree.start, tree.end) == (0, len(text))
    assert parts == {
        ("Conditional", text), ("Binary", "(a + b) * f(1)|g[.x > 2].y"), ("Binary", "a + b"), ("Name", "a"), ("Name", "b"),
        ("Member", "f(1)|g[.x > 2].y"), ("Filter", "f(1)|g[.x > 2]"), ("Transform", "f(1)|g"), ("Call", "f(1)"), ("Literal", "1"),
        ("Binary", ".x > 2"), ("Name", ".x"), ("Literal", "2"), ("ListLiteral", "[1]"), ("ObjectLiteral", "{k: 'v'}"), ("Literal", "'v'"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a || b && c", [("mixed-and-or", 8)]),
        ("a && b || c", [("mixed-and-or", 8)]),
        ("1 < 2 == true", [("chained-comparison", 7)]),
        ("1 < b < 3", [("chained-comparison", 7)]),
        ("a * b ^ 2", [("mixed-power", 3)]),
        ("a % b * 2", [("mixed-power", 7)]),
        ("2 ^ 3 ^ 2", [("mixed-power", 7)]),
        ("-2 ^ 2", [("mixed-power", 4)]),
        ("(1 + 2", [("unclosed-bracket", 1)]),
        ("[,]", [("empty-part", 2), ("empty-part", 3)]),
        ("[1,]", [("empty-part", 4)]),
        ("f(1,)", [("empty-part", 5)]),
        ("{a: 1,}", [("empty-part", 7)]),
        ("{a: }", [("empty-part", 5)]),
        ("xs[]", [("empty-part", 4)]),
        ("f(())", [("empty-part", 4), ("empty-part", 5)]),
        ("a ? b :", [("missing-alternate", 8)]),
        ("user.f(1)", [("call-on-value", 7)]),
        ("xs[.f(1)]", [("call-on-value", 6)]),
        ("{a: 1, a: 2}", [("duplicate-key", 8)]),
        ("--1", [("double-minus", 1)]),
        ("(!a).b", [("member-of-operator", 5), ("relative-outside-filter", 5)]),
        (".a", [("relative-outside-filter", 1)]),
        ("[.a]", [("relative-outside-filter", 2)]),
        ("xs[(.a > 1)]", [("relative-in-brackets", 5)]),
        ("xs[f(.a)]", [("relative-in-brackets", 6)]),
        ("xs[c ? .a : .b]", [("relative-in-brackets", 8), ("relative-in-brackets", 13)]),
        (r"'a\\b\\c'", [("backslash-in-text", 1)]),
        (r"'a\'", [("backslash-in-text", 3)]),
        ("'abc", [("unclosed-text", 1)]),
        ("(a && b || [1,]) == 2 ^ 3 ^ 4", [("mixed-and-or", 9), ("empty-part", 15), ("mixed-power", 27)]),
        ("[1,] +", [("empty-part", 4), ("expression-syntax", 7)]),
    ],
)  # fmt: skip
def test_strict_reports_all_that_only_the_reference_accepts(
    text: str, expected: list[tuple[str, int]]
) -> None:
    assert [(code, column) for code, _, column in problems(text, strict=True)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "(a || b) && c", "a || b || c", "1 < 2 && 2 < 3", "(1 < 2) == true", "(a * b) ^ 2", "a * b / c", "a + b % 2", "(-2) ^ 2",
        "[1, 2]", "f()", "f(a, 1)", "{}", "[]", "{a: 1}", "a ? b : c", "a ?: b", "a|f(1)", "-1", "a - -1", "!(a).b",
        "xs[.a && (.b || .c)]", "xs[.a[.b > 1]|length > 0]", "xs[0].a", "xs[.a ? 1 : 2]", r"'a\\b'", r"'it\'s'", "'a\nb'", "a\n  && b",
    ],
)  # fmt: skip
def test_strict_accepts_what_is_meant(text: str) -> None:
    assert parse(text, strict=True) == parse(text)


def test_every_problem_of_the_strict_grammar_says_the_way_out() -> None:
    texts = [
        "a||b&&c",
        "1<2<3",
        "2^3^4",
        "-2^2",
        "(1",
        "[1,]",
        "a?b:",
        "a.f(1)",
        "--1",
        "(!a).b",
        ".a",
        "xs[(.a)]",
        "'",
    ]
    for text in texts:
        with pytest.raises(ProblemError) as caught:
            parse(text, strict=True)
        assert all(problem.hint and problem.sentence.endswith(".") for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" * 4_001, "expression-too-long"),
        ("(" * 41 + "1" + ")" * 41, "expression-too-deep"),
        ("a ? b : " * 41 + "c", "expression-too-deep"),
        ("!" * 101 + "a", "expression-too-deep"),
        ("+".join("a" * 101), "expression-too-deep"),
        ("a" + ".a" * 100, "expression-too-deep"),
        ("a" + "|a" * 100, "expression-too-deep"),
        ("[" + "1," * 1_000 + "1]", "expression-too-large"),
    ],
)
def test_limits_of_the_dialect(text: str, code: str) -> None:
    assert [found for found, _, _ in problems(text, limits=DIALECT_LIMITS)] == [code]


@pytest.mark.parametrize(
    "text",
    ["(" * 40 + "1" + ")" * 40, "a ? b : " * 40 + "c", "!" * 99 + "a", "+".join("a" * 100), "[" + "1," * 998 + "1]", "a" * 4_000],
)  # fmt: skip
def test_what_just_fits_is_accepted(text: str) -> None:
    assert parse(text, limits=DIALECT_LIMITS)


UNLIMITED = Limits(characters=10**9, nodes=10**9, depth=10**9, height=10**9)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "1+(" * n + "1" + ")" * n,
        lambda n: "+".join("a" * n),
        lambda n: "[" * n + "]" * n,
        lambda n: "a?b:" * n + "c",
        lambda n: "{a:" * n + "1" + "}" * n,
        lambda n: "{" + ",".join(f"k{i % 9}:1" for i in range(n)) + "}",
        lambda n: "[" + "()," * n + "]",
        lambda n: "'" + r"\'" * n + "'",
        lambda n: "x[.a" * n + "]" * n,
    ],
)
def test_twice_the_text_takes_twice_the_steps(make: Callable[[int], str]) -> None:
    assert _steps(make(400)) < 2.2 * _steps(make(200))


def _steps(text: str) -> int:
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        parse(text, limits=UNLIMITED)
    finally:
        sys.setprofile(before)
    return count


def test_operators_can_be_registered_with_their_precedence() -> None:
    grammar = Grammar({"~": 15, "and": 5, "+": 30, "=": 10}, ["not", "!!"])

    assert parse("a + b ~ c", grammar=grammar) == Binary("~", Binary("+", A, B), C)
    assert parse("a and b ~ c", grammar=grammar) == Binary("and", A, Binary("~", B, C))
    assert parse("not a + b", grammar=grammar) == Binary("+", Unary("not", A), B)
    assert parse("!!a", grammar=grammar) == Unary("!!", A)
    assert parse("android", grammar=grammar) == Name("android")


@pytest.mark.parametrize("symbol", ["", "a b", "'", '"x', "(", ","])
def test_an_operator_that_no_text_can_contain_is_refused(symbol: str) -> None:
    with pytest.raises(ValueError, match="cannot be an operator"):
        Grammar({symbol: 10}, [])


@pytest.mark.parametrize(
    "text",
    ["a + b * c - 1", "!a && (b || c)", "a.b[.c > 1].d", "a[0]", "a|f(1, b)|g", "a ? b : c", "[1, {a: 'x'}]", "a in [1, 2]", "x.y == null"],
)  # fmt: skip
def test_stock_pyjexl_reads_the_same_where_it_can_read(text: str) -> None:
    stock = pyjexl.JEXL()

    assert as_pyjexl(parse(text), stock.config) == stock.parse(text)
