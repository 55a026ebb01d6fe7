"""Random JEXL cases by category: expressions with contexts, nearly all of them meaningful."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

Case = tuple[str, str, dict[str, Any]]

NUMBERS = ("n", "m", "k", "qty", "price", "total", "rate", "age", "limit")
TEXTS = ("s", "t", "name", "city", "status", "country")
FLAGS = ("ok", "active", "locked", "flag")
LISTS = ("nums", "tags", "mixed_list", "empty")
RECORDS = ("items", "rows", "lines")
ABSENT = ("missing", "nothing", "x1", "undefined")
LITERAL_NUMBERS = (
    "0", "1", "2", "3", "7", "10", "100", "0.5", "0.1", "2.0", "19.99", "3.14159", "007", "1000000", "9007199254740993",
    "123456789012345678901234567890",
)  # fmt: skip
VALUES = (0, 1, 2, 3, 7, 11, -1, -3, 12, 1.5, 0.1, -0.75, 100.125, 19.99, 1e21, 1e-7, 123456789, 5e-324)
WORDS = (
    "",
    "a",
    "abc",
    "draft",
    "open",
    "A-1",
    "x y",
    "10",
    "9",
    " 7 ",
    "0",
    "1e3",
    "0x1F",
    "true",
    "null",
    "é",
    "😀",
    "ΣΑΣ",
)
COMPARE = ("==", "!=", "<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/", "//", "%", "^")
ODD_SPACE = (" ", "  ", "\n", "\t", "\r\n", "\xa0", "\ufeff", "\u2003", "")
SOUP = (
    "a", "b", "xs", "items", "1", "2.5", "'t'", '"u"', "true", "false", "in", "!", "-", "+", "*", "/", "//", "%", "^", "==",
    "!=", "<", ">=", "&&", "||", "?", ":", "?:", ".", ",", "(", ")", "[", "]", "{", "}", "|", "|upper", "|length", "min(", ".a",
    ".qty", "[.qty > 1]", "[0]", "'", '"', "\\", "=", "&", "@", "inside", "trueish", "1in", "constructor", "Ñ", "д", "ё",
)  # fmt: skip


class Generator:
    """Makes cases from one source of randomness."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.pick = random.choice

    # -- contexts -------------------------------------------------------------

    def context(self) -> dict[str, Any]:
        """Return plain data for the names that expressions use; some of them absent or null."""
        chance = self.random.random
        context: dict[str, Any] = {name: self.pick(VALUES) for name in NUMBERS}
        context.update({name: self.pick(WORDS) for name in TEXTS})
        context.update({name: chance() < 0.5 for name in FLAGS})
        context["nums"] = [self.pick(VALUES) for _ in range(self.random.randrange(5))]
        context["tags"] = [self.pick(WORDS) for _ in range(self.random.randrange(4))]
        context["mixed_list"] = [self.anything() for _ in range(self.random.randrange(5))]
        context["empty"], context["blank"], context["nil"] = [], {}, None
        for name in RECORDS:
            context[name] = [self.row() for _ in range(self.random.randrange(5))]
        context["user"] = {
            "id": self.pick(VALUES),
            "name": self.pick(WORDS),
            "roles": ["admin", "editor"][: self.random.randrange(3)],
            "address": {"city": self.pick(WORDS)},
            "boss": self.pick([None, {"name": "Zed"}]),
        }
        return {name: value for name, value in context.items() if chance() < 0.93}

    def row(self) -> dict[str, Any]:
        """Return an element of a list of records."""
        row = {
            "name": self.pick(WORDS),
            "qty": self.pick(VALUES),
            "price": self.pick(VALUES),
            "active": self.pick([True, False]),
        }
        row.update({"dim": {"w": self.pick(VALUES)}, "tags": [self.pick(WORDS)], "boss": None})
        return {name: value for name, value in row.items() if self.random.random() < 0.9}

    def anything(self) -> Any:
        """Return any JSON value, small."""
        return self.pick([*VALUES[:8], *WORDS[:9], True, False, None, [], {}, [1], ["a", None], {"a": 1}])

    # -- parts ----------------------------------------------------------------

    def number(self, depth: int) -> str:
        """Return an expression for a number."""
        if depth <= 0 or self.random.random() < 0.3:
            return self.pick(
                [
                    self.pick(NUMBERS),
                    self.pick(LITERAL_NUMBERS),
                    "user.id",
                    "nums[0]",
                    f"{self.pick(LISTS)}|length",
                ]
            )
        left, right = self.number(depth - 1), self.number(depth - 1)
        form = self.random.randrange(6)
        if form < 3:
            return f"{left} {self.pick(ARITHMETIC)} {right}"
        if form == 3:
            return f"({left} {self.pick(ARITHMETIC)} {right})"
        return self.pick(
            [
                f"min({left}, {right})",
                f"max({left}, {right}, 1)",
                f"({left})",
                f"(-{self.pick(LITERAL_NUMBERS)})",
            ]
        )

    def text(self, depth: int) -> str:
        """Return an expression for a text."""
        quoted = self.pick(["'abc'", '"open"', "'it\\'s'", '"10"', "''", "' 7'"])
        simple = self.pick([self.pick(TEXTS), quoted, "user.name", "user.address.city", "tags[0]"])
        if depth <= 0 or self.random.random() < 0.4:
            return simple
        inner = self.text(depth - 1)
        return self.pick(
            [
                f"({inner})|upper",
                f"{simple}|lower",
                f"{inner} + {simple}",
                "tags|join('-')",
                f"{simple}|split('a')|join",
            ]
        )

    def boolean(self, depth: int) -> str:
        """Return an expression for a truth value."""
        if depth <= 0 or self.random.random() < 0.2:
            return self.pick(
                [
                    self.pick(FLAGS),
                    "true",
                    "false",
                    f"!{self.pick(FLAGS)}",
                    f"{self.pick(NUMBERS)} > {self.pick(LITERAL_NUMBERS)}",
                ]
            )
        a, b = self.boolean(depth - 1), self.boolean(depth - 1)
        n, m = self.number(depth - 1), self.number(depth - 1)
        return self.pick(
            [f"{a} && {b}", f"{a} || {b}", f"!({a})", f"({a}) == ({b})", f"{n} {self.pick(COMPARE)} {m}",
             f"{self.text(1)} {self.pick(COMPARE)} {self.text(1)}", f"{self.text(0)} in tags", f"{self.text(0)} in ['abc', 'open']"]
        )  # fmt: skip

    def rows(self) -> str:
        """Return an expression for a list of records."""
        return f"{self.pick(RECORDS)}[{self.condition()}]"

    def condition(self) -> str:
        """Return what stands in the brackets of a filter."""
        one = self.pick(
            [f".qty {self.pick(COMPARE)} {self.pick([*NUMBERS, *LITERAL_NUMBERS])}", ".active", "!.active", f".name == {self.text(0)}",
             f".dim.w > {self.pick(NUMBERS)}", ".tags|length > 0", ".name|upper == 'ABC'", ".qty * .price > limit", ".name in tags"]
        )  # fmt: skip
        return self.pick([one, one, f"{one} && .qty > 1", f"{one} || {self.pick(FLAGS)}"])

    def value(self, depth: int) -> str:
        """Return an expression for anything."""
        makers: list[Callable[[int], str]] = [self.number, self.text, self.boolean, self.literal, self.path]
        return self.pick(makers)(depth)

    def literal(self, depth: int) -> str:
        """Return a literal."""
        if depth <= 0:
            return self.pick([*LITERAL_NUMBERS, "'x'", "true", "false", "[]", "{}", "null", "missing"])
        items = [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        pairs = [f"{self.pick('abcxyz')}: {item}" for item in items]
        return self.pick([f"[{', '.join(items)}]", f"{{{', '.join(pairs)}}}"])

    def path(self, depth: int = 1) -> str:
        """Return a path into the context."""
        start = self.pick(
            [
                "user",
                "user.address",
                "items[0]",
                "rows[1]",
                "items",
                "nums",
                "blank",
                "nil",
                "missing",
                "mixed_list[0]",
            ]
        )
        return start + "".join(
            self.pick([".name", ".qty", ".dim", ".roles", ".a", "['name']"])
            for _ in range(self.random.randrange(depth + 1))
        )

    def operand(self) -> str:
        """Return a small expression of any type, for conversions."""
        return self.pick(
            [self.pick(NUMBERS), self.pick(TEXTS), self.pick(FLAGS), self.pick(LISTS), self.pick(ABSENT), "nil", "blank", "mixed_list[0]",
             "mixed_list[1]", "[]", "{}", "[1]", "['1']", "[[2]]", "'1'", "' 12 '", "'0x10'", "''", "true", "false", "0", "1", "12",
             "'Infinity'", "'1_0'", "[n]", "[missing]", "(0 / 0)", "(1 / 0)", "user", "(0 * -1)"]
        )  # fmt: skip

    # -- texts that are changed -------------------------------------------------

    def spaced(self, text: str) -> str:
        """Return *text* with white space where it is allowed."""
        out = []
        quote = ""
        for sign in text:
            quote = ("" if sign == quote else quote) if quote else (sign if sign in "'\"" else "")
            out.append(sign)
            if not quote and sign == " ":
                out[-1] = self.pick(ODD_SPACE[:-1])
            elif not quote and sign in "([{,":
                out[-1] = sign + self.pick(ODD_SPACE)
            elif not quote and sign in ")]}.":
                out[-1] = (
                    self.pick(ODD_SPACE) + sign
                    if sign != "." or not out[-2:-1] or not out[-2][-1:].isdigit()
                    else sign
                )
        return "".join(out)

    def damaged(self, text: str) -> str:
        """Return *text* with some characters or tokens removed, doubled, exchanged or put in."""
        for _ in range(self.random.randrange(1, 3)):
            at = self.random.randrange(len(text) + 1)
            text = self.pick(
                [text[:at] + text[at + 1 :], text[:at] + self.pick(SOUP) + text[at:], text[:at], text[at:], text[:at] + text[at : at + 1] * 2 + text[at + 1 :]]
            )  # fmt: skip
        return text

    def soup(self) -> str:
        """Return tokens in any order."""
        return self.pick(["", " "]).join(self.pick(SOUP) for _ in range(self.random.randrange(1, 9)))

    def escaped(self) -> str:
        """Return a text literal with backslashes, at most one of them double."""
        parts = [
            self.pick(["a", "z ", "\\n", "\\x41", "\\u0041", "é", "😀", "\n", "%s", "{", "//", "\\d"])
            for _ in range(self.random.randrange(5))
        ]
        quote = self.pick("'\"")
        parts.insert(self.random.randrange(len(parts) + 1), self.pick(["", "\\" + quote, "\\\\q"]))
        return quote + "".join(parts) + quote

    def named(self) -> tuple[str, str]:
        """Return a name that is nearly something else, and a use of it."""
        name = self.pick(
            [
                "trueish",
                "falsey",
                "true_flag",
                "inside",
                "in_",
                "index",
                "$",
                "_",
                "Ñandu",
                "ж",
                "a1",
                "nullable",
                "x$y",
                "Infinity",
            ]
        )
        use = self.pick(
            [
                f"{name} + 1",
                f"{{{name}: {name}}}",
                f"user.{name}",
                name,
                f"!{name}",
                f"[{name}, 1]",
                f"{name}==1",
            ]
        )
        return name, use


def cases(seed: int, count: int, only: list[str] | None = None) -> list[Case]:
    """Return *count* cases (category, expression, context) from *seed*, all categories in turn."""
    make = Generator(Random(seed))
    names = only or list(CATEGORIES)
    found: list[Case] = []
    for number in range(count):
        category = names[number % len(names)]
        context = make.context()
        found.append((category, CATEGORIES[category](make, context), context))
    return found


def _ident(make: Generator, context: dict[str, Any]) -> str:
    name, use = make.named()
    context[name] = make.anything()
    return use


Maker = Callable[[Generator, dict[str, Any]], str]

CATEGORIES: dict[str, Maker] = {
    "arith": lambda g, _: g.number(3),
    "divmod": lambda g, _: f"{g.number(1)} {g.pick(('/', '//', '%'))} {g.pick(NUMBERS)}",
    "precedence": lambda g, _: " ".join(g.pick(NUMBERS) if i % 2 == 0 else g.pick((*ARITHMETIC, *COMPARE, "&&", "||")) for i in range(9)),
    "compare": lambda g, _: f"{g.number(1)} {g.pick(COMPARE)} {g.number(1)}",
    "logic": lambda g, _: g.boolean(3),
    "ternary": lambda g, _: f"{g.boolean(1)} ? {g.value(1)} : {g.boolean(1)} ? {g.value(1)} : {g.value(1)}",
    "elvis": lambda g, _: f"{g.operand()} {g.pick(('?:', '? :'))} {g.value(1)}",
    "path": lambda g, _: g.path(3),
    "bracket": lambda g, _: f"{g.pick((*LISTS, *RECORDS, 'user'))}[{g.pick(['0', '1', 'n', 'idx', chr(39) + 'name' + chr(39), 'ok', 'true', 'false', '1 + 1'])}]",
    "filter": lambda g, _: g.rows() + g.pick(["", "|length", "[0].name", "|length > 1", "[.active]"]),
    "in": lambda g, _: f"{g.value(0)} in {g.pick([*LISTS, '[1, 2, 3]', *TEXTS])}",
    "literal": lambda g, _: g.literal(3),
    "transform": lambda g, _: g.pick(TEXTS) + "".join(g.pick(["|upper", "|lower", "|split('a')", "|length", "|join(s)"]) for _ in range(3)),
    "function": lambda g, _: f"min({g.number(1)}, {g.number(1)}) + max({g.number(1)})",
    "form_rule": lambda g, _: f"{g.boolean(2)} && ({g.text(0)} == 'open' || {g.rows()}|length > 0)",
    "mixed": lambda g, _: f"[{g.value(2)}, {g.value(2)}, {{a: {g.value(2)}}}]",
    "truthy": lambda g, _: f"[{g.operand()} ? 1 : 2, !{g.operand()}, {g.operand()} || n, {g.operand()} && n]",
    "missing": lambda g, _: f"{g.pick(ABSENT)}{g.pick(['', '.a', '.a.b', '[.a]', '|length'])}",
    "missing_js": lambda g, _: f"{g.pick((*ABSENT, 'nil'))} {g.pick((*ARITHMETIC, *COMPARE))} {g.operand()}",
    "coerce_eq": lambda g, _: f"{g.operand()} {g.pick(('==', '!='))} {g.operand()}",
    "coerce_rel": lambda g, _: f"{g.operand()} {g.pick(COMPARE)} {g.operand()}",
    "coerce_arith": lambda g, _: f"{g.operand()} {g.pick(ARITHMETIC)} {g.operand()}",
    "concat": lambda g, _: f"{g.operand()} + {g.pick(['s', chr(39) + 'v=' + chr(39), 'name'])} + {g.operand()}",
    "numfmt": lambda g, _: f"'' + ({g.number(2)})",
    "function_js": lambda g, _: f"{g.pick(('min', 'max'))}({g.operand()}, {g.operand()})",
    "in_js": lambda g, _: f"{g.operand()} in {g.operand()}",
    "bracket_js": lambda g, _: f"{g.pick((*LISTS, *TEXTS, 'items'))}[{g.operand()}]",
    "identity": lambda g, _: g.pick(["{} == {}", "[] == []", "nums == nums", "[nums] == nums", "user in [user]", "items[0] in items", "nil in [missing]"]),
    "filter_any": lambda g, _: f"{g.operand()}[{g.condition()}]",
    "relative": lambda g, _: f"items[{g.pick(['(.qty > n)', 'ok ? .qty : .name', 'min(.qty)', '.active ? .qty : .price', '(.qty) && .active', '.', '.length', '[.qty]'])}]",
    "whitespace": lambda g, _: g.spaced(g.value(2)),
    "space_rows": lambda g, _: g.spaced(g.rows() + "|length"),
    "ident": _ident,
    "escape": lambda g, _: f"{g.escaped()} + {g.pick(['s', g.escaped()])}",
    "escape_any": lambda g, _: g.pick("'\"") + "".join(g.pick(["\\", "'", '"', "a", "\\\\", "@", "😀"]) for _ in range(g.random.randrange(7))) + g.pick("'\""),
    "unicode": lambda g, _: f"{g.pick(TEXTS)} {g.pick(COMPARE)} {g.pick(['é', '😀', chr(0xFFFD), 'ß', 'ﬁ', 'Я']).join([chr(39)] * 2)}",
    "negative": lambda g, _: f"{g.pick(NUMBERS)} {g.pick(ARITHMETIC)} {g.pick(['-', '- ', '--', '- -'])}{g.pick(LITERAL_NUMBERS)}",
    "damaged": lambda g, _: g.damaged(g.value(2)),
    "damaged_rows": lambda g, _: g.damaged(g.rows()),
    "soup": lambda g, _: g.soup(),
    "soup_more": lambda g, _: g.soup(),
    "valid_odd": lambda g, _: g.pick(["(", "((", "[", "", ""]) + g.value(1) + g.pick([")", "]", ",]", "[]", " ? 1 :", " ? : 2", "", "(1)", ".name", "|nope", "(,)"]),
    "unknown_name": lambda g, _: g.pick([f"nope({g.value(1)})", f"{g.pick(TEXTS)}|nope", "ok && nope()", "false && nope()", "n|max(3)", "user.min(2, 1)"]),
}  # fmt: skip
"""The categories of the core, coercion and syntax tiers, and what the parser alone is asked."""
