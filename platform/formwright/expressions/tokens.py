"""Text to tokens, exactly where the reference cuts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from formwright.expressions.grammar import Grammar
from formwright.expressions.reports import Report

__all__ = ["Token", "tokenize"]

# A minus is a sign, not an operator, at the start and after tokens of these kinds.
SIGN_AFTER = frozenset({"", "binary", "unary", "(", "[", "?", ":"})
SAFE_INTEGER_DIGITS = 15
TRUTH = {"true": True, "false": False}

HINTS = {
    "=": "write `==` to compare",
    "&": "write `&&` for and",
    "~": "write `!` for not",
    ";": "an expression is one expression, without `;`",
    "`": "write texts in single or double quotes",
    "@": "names are made of letters, digits, `_` and `$`",
    "#": "there are no comments in expressions",
}


class Token(NamedTuple):
    """A part of the text.

    *kind* is ``literal``, ``identifier``, ``binary``, ``unary``, ``reserved``,
    ``end`` or a sign of punctuation; *value* is the value of a literal; *text* is
    what was written, for numbers the digits with their sign.
    """

    kind: str
    value: str | int | float | bool | None
    start: int
    end: int
    text: str


def tokenize(text: str, grammar: Grammar, report: Report) -> Iterator[Token]:
    """Yield the tokens of *text*, the last one of kind ``end``.

    Raises ProblemError through *report* at the first place that no token fits.
    """
    elements = grammar.elements
    position = 0
    kind = ""
    signs: list[int] = []
    for match in grammar.pattern.finditer(text):
        if position < match.start():
            yield _stray(text, position, match.start(), signs, report)
            kind, signs = "literal", []
        group = match.lastgroup or ""
        start, position = match.span(group)
        end = position
        if group == "space":
            continue
        word = match[group]
        if word == "-" and kind in SIGN_AFTER and "-" in elements:
            signs.append(start)
            continue
        if group == "word" and not signs:
            kind = elements.get(word, "identifier")
            yield Token(kind, TRUTH.get(word), start, end, word)
            continue
        if group == "number":
            yield _number(word, start, end, signs, report)
        elif signs:
            _fail_sign(word, signs[0], report)
        else:
            yield Token("literal", _unquoted(word, start, report), start, end, word)
        kind, signs = "literal", []
    if position < len(text):
        yield _stray(text, position, len(text), signs, report)
        signs = []
    if signs:
        yield Token("binary", None, signs[-1], signs[-1] + 1, "-")
    yield Token("end", None, len(text), len(text), "")


def _number(digits: str, start: int, end: int, signs: list[int], report: Report) -> Token:
    if not signs:
        return Token("literal", _value(digits), start, end, digits)
    if len(signs) > 1:
        report.flag("double-minus", signs[0], "Several minus signs in a row count as one.", "write one `-`")
    return Token("literal", _value("-" + digits), signs[0], end, "-" + digits)


def _value(digits: str) -> int | float:
    """Return the double that JavaScript reads; as int where that is the same number."""
    if "." in digits or len(digits) > SAFE_INTEGER_DIGITS:
        return float(digits)
    # The negative zero exists as float only.
    return int(digits) or float(digits) if digits[0] == "-" else int(digits)


def _unquoted(word: str, start: int, report: Report) -> str:
    """Return the text between the quotes.

    Escaped quotes are unescaped, and the first double backslash; nothing else is.
    """
    quote = word[0]
    inside = word[1:-1]
    if "\\" not in inside:
        return inside
    if inside.endswith("\\"):
        report.flag(
            "backslash-in-text",
            start + len(word) - 2,
            "A backslash before the closing quote does not end the text everywhere.",
            "leave the backslash out, or put another character after it",
        )
    inside = inside.replace("\\" + quote, quote)
    if inside.count("\\\\") > 1:
        report.flag(
            "backslash-in-text",
            start,
            "Only the first double backslash of a text stands for one backslash.",
            "write single backslashes, they need no escape",
        )
    return inside.replace("\\\\", "\\", 1)


def _stray(text: str, start: int, end: int, signs: list[int], report: Report) -> Token:
    """Return the text that the reference makes of a quote that nothing closes; fail on all else."""
    found = text[start:end]
    if signs:
        _fail_sign(found, signs[0], report)
    if found[0] not in "'\"":
        sign = found[0]
        report.fail(
            "expression-syntax", start, f"`{_shown(sign)}` is not part of the language.", HINTS.get(sign, "")
        )
    if report.strict:
        report.fail("unclosed-text", start, "The text that begins here is not closed.", f"add `{found[0]}`")
    # JavaScript counts UTF-16 units, and cuts the last one off as if it were the closing quote.
    units = found.encode("utf-16-le", "surrogatepass")[2:-2]
    quote = re.escape(found[0])
    inside = re.sub(r"\\" + quote, found[0], units.decode("utf-16-le", "surrogatepass"))
    return Token("literal", inside.replace("\\\\", "\\", 1), start, end, found)


def _fail_sign(word: str, start: int, report: Report) -> NoReturn:
    report.fail(
        "expression-syntax",
        start,
        f"A minus sign can stand before a number only, not before `{_shown(word)}`.",
        f"write `0 - {word}`" if len(word) < 40 and word.isprintable() else "write `0 - …`",
    )


def _shown(text: str) -> str:
    cut = text if len(text) <= 40 else text[:40] + "…"
    return cut if cut.isprintable() else ascii(cut)[1:-1]
