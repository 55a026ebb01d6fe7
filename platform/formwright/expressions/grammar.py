"""The operators of an expression language and the pattern that finds its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

__all__ = ["IDENTIFIER", "JEXL_GRAMMAR", "RESERVED", "SPACE", "Grammar"]

# White space as JavaScript's `\s` has it, which is not what Python's `\s` has.
SPACE = "\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
LETTERS = "a-zA-Z\u0430-\u044f\u0410-\u042f_\xc0-\xd6\xd8-\xf6\xf8-\xff$"
IDENTIFIER = re.compile(f"[{LETTERS}][{LETTERS}0-9]*")

PUNCTUATION = frozenset(".[]|{}:,()?")

# The reference keeps its operators in a JavaScript object, so every member that
# objects inherit counts as an unknown operator and cannot be used as a name.
RESERVED = frozenset(
    {
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    }
)


class Grammar:
    """Binary operators with their precedence, and unary operators, which bind tighter than all.

    *elements* maps every fixed token to its kind: ``binary``, ``unary``,
    ``reserved``, ``literal`` (truth values) or, for punctuation, the sign itself. *pattern* finds the next
    token with the white space before it; its groups are ``text``, ``word`` and
    ``number``, or ``space`` where no token follows.
    """

    __slots__ = ("elements", "pattern", "precedence")

    def __init__(self, binary: Mapping[str, float], unary: Iterable[str]) -> None:
        """Build the pattern; raise ValueError for an operator that could never be read."""
        self.precedence = dict(binary)
        self.elements: dict[str, str] = dict.fromkeys(RESERVED, "reserved")
        self.elements.update({sign: sign for sign in PUNCTUATION})
        self.elements.update(dict.fromkeys(self.precedence, "binary"))
        self.elements.update(dict.fromkeys(unary, "unary"))
        for operator in [*self.precedence, *unary]:
            if not operator or re.search(f"[{SPACE}'\"]", operator) or operator in PUNCTUATION:
                raise ValueError(f"{operator!r} cannot be an operator")
        self.pattern = _pattern([name for name, kind in self.elements.items() if kind != "reserved"])
        self.elements.update(true="literal", false="literal")


def _pattern(fixed: Iterable[str]) -> re.Pattern[str]:
    """Return the token pattern: texts, space, truth values, fixed tokens, names, numbers, in that order.

    A text runs to the first quote without a backslash before it, or else to the last
    quote that there is: the reference's own pattern backs off to that.
    """
    longest_first = sorted(fixed, key=len, reverse=True)
    words = [r"\btrue\b", r"\bfalse\b", *map(_as_pattern, longest_first), IDENTIFIER.pattern]
    texts = [rf"{quote}[^{quote}]*(?:(?<=\\){quote}[^{quote}]*)*{quote}" for quote in "'\""]
    return re.compile(
        f"[{SPACE}]*(?:(?P<text>{'|'.join(texts)})"
        f"|(?P<word>{'|'.join(words)})|(?P<number>[0-9]*\\.[0-9]+|[0-9]+))|(?P<space>[{SPACE}]+)",
        re.ASCII,
    )


def _as_pattern(element: str) -> str:
    return rf"\b{re.escape(element)}\b" if IDENTIFIER.fullmatch(element) else re.escape(element)


JEXL_GRAMMAR = Grammar(
    {
        "||": 10,
        "&&": 10,
        "==": 20,
        "!=": 20,
        ">=": 20,
        ">": 20,
        "<=": 20,
        "<": 20,
        "in": 20,
        "+": 30,
        "-": 30,
        "*": 40,
        "//": 40,
        "/": 40,
        "%": 50,
        "^": 50,
    },
    ["!"],
)
"""The operators of the reference."""
