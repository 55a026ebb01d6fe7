r"""Patterns of metadata: a subset of regular expressions, matched in linear time.

Python's `re` can take exponential time on a pattern somebody wrote by
accident. This one cannot: it is Glushkov's construction (one state for each
character position of the pattern), run with all states at once. Known are
literals, ``.``, ``\d \w \s`` and their opposites (ASCII), classes like
``[A-Z_]`` and ``[^0-9]``, groups, ``|``, ``?``, ``*``, ``+``, ``{n}``,
``{n,}``, ``{n,m}``. A pattern always spans the whole text, so ``^`` in front
and ``$`` at the end may be left out. No back references, no look-around.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from formwright.attributes.base import Invalid

__all__ = ["LONGEST", "Pattern", "pattern"]

LONGEST = 1_000  # characters of a text that a pattern is asked about
POSITIONS = 500  # character positions of a pattern, repeats unfolded
STEPS = 10 * POSITIONS  # atoms read, again for each repeat
DEPTH = 20
CLASSES: dict[str, str] = {"d": "0-9", "w": "A-Za-z0-9_", "s": " \t\n\r\f\v"}
REPEAT = re.compile(r"\{(\d{1,3})(,(\d{1,3})?)?\}")

Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """What a piece of a pattern can do: match nothing, start and end at which positions (bits)."""

    empty: bool
    first: int
    last: int


NOTHING = Part(True, 0, 0)


@dataclass(slots=True)
class Pattern:
    """One compiled pattern."""

    text: str
    tests: list[Test] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)
    whole: Part = NOTHING

    def matches(self, value: str) -> bool:
        """Return whether the pattern spans all of *value*; texts over 1,000 characters never match."""
        if len(value) > LONGEST:
            return False
        if not value:
            return self.whole.empty
        allowed: dict[str, int] = {}
        states = self.whole.first
        for index, sign in enumerate(value):
            if sign not in allowed:
                allowed[sign] = sum(1 << at for at, test in enumerate(self.tests) if test(sign))
            if index:
                states = self._after(states)
            states &= allowed[sign]
            if not states:
                return False
        return bool(states & self.whole.last)

    def _after(self, states: int) -> int:
        result = 0
        while states:
            lowest = states & -states
            result |= self.follow[lowest.bit_length() - 1]
            states ^= lowest
        return result


@lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """Return the compiled pattern; raises Invalid ``bad-pattern`` for anything outside the subset."""
    return _Reader(text).read()


class _Reader:
    """Reads a pattern by recursive descent and builds its positions."""

    def __init__(self, text: str) -> None:
        self.text = text.removeprefix("^")
        if self.text.endswith("$") and not self.text.endswith("\\$"):
            self.text = self.text[:-1]
        self.at = self.steps = 0
        self.result = Pattern(text)

    def read(self) -> Pattern:
        self.result.whole = self.either(0)
        if self.at < len(self.text):
            raise self.wrong("a bracket closes that was never opened")
        return self.result

    def wrong(self, why: str) -> Invalid:
        return Invalid("bad-pattern", f"The pattern is not understood at character {self.at + 1}: {why}.")

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        sign = self.peek()
        if not sign:
            raise self.wrong("it ends too early")
        self.at += 1
        return sign

    def either(self, depth: int) -> Part:
        if depth > DEPTH:
            raise self.wrong("it is nested too deep")
        found = self.sequence(depth)
        while self.peek() == "|":
            self.at += 1
            other = self.sequence(depth)
            found = Part(found.empty or other.empty, found.first | other.first, found.last | other.last)
        return found

    def sequence(self, depth: int) -> Part:
        found = NOTHING
        while self.peek() not in ("", "|", ")"):
            found = self.then(found, self.repeated(depth))
        return found

    def then(self, left: Part, right: Part) -> Part:
        self.link(left.last, right.first)
        return Part(
            left.empty and right.empty,
            left.first | (right.first if left.empty else 0),
            right.last | (left.last if right.empty else 0),
        )

    def link(self, sources: int, targets: int) -> None:
        for at in range(sources.bit_length()):
            if sources >> at & 1:
                self.result.follow[at] |= targets

    def repeated(self, depth: int) -> Part:
        start = self.at
        found = self.atom(depth)
        least, most = self.times()
        if (least, most) == (1, 1):
            return found
        parts = [found]
        while len(parts) < max(least, most or 0, 1):
            parts.append(self.again(start, depth))
        if most is None:
            self.link(parts[-1].last, parts[-1].first)
        total = NOTHING
        for index, part in enumerate(parts):
            optional = index >= least
            total = self.then(total, Part(part.empty or optional, part.first, part.last))
        return NOTHING if most == 0 else total

    def again(self, start: int, depth: int) -> Part:
        after, self.at = self.at, start
        found = self.atom(depth)
        self.at = after
        return found

    def times(self) -> tuple[int, int | None]:
        sign = self.peek()
        if sign in ("?", "*", "+") and sign:
            self.at += 1
            found: tuple[int, int | None] = {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        elif sign == "{":
            found = self.braces()
        else:
            return 1, 1
        if self.peek() in ("?", "*", "+", "{") and self.peek():
            raise self.wrong("a repeat cannot be repeated; use a group")
        return found

    def braces(self) -> tuple[int, int | None]:
        match = REPEAT.match(self.text, self.at)
        if not match:
            raise self.wrong("`{` must be `{n}`, `{n,}` or `{n,m}`, or be escaped")
        self.at = match.end()
        least = int(match[1])
        most = least if match[2] is None else int(match[3]) if match[3] else None
        if most is not None and most < least:
            raise self.wrong("a repeat has its greater number first")
        return least, most

    def atom(self, depth: int) -> Part:
        sign = self.take()
        self.steps += 1
        if self.steps > STEPS:
            raise self.wrong("it repeats too much")
        if sign == "(":
            return self.group(depth)
        if sign == "[":
            return self.position(self.bracket())
        if sign == "\\":
            return self.position(self.escape())
        if sign == ".":
            return self.position(lambda other: other != "\n")
        if sign in "?*+{}^$]":
            raise self.wrong(f"`{sign}` cannot stand here; write `\\{sign}` for the character")
        return self.position(lambda other: other == sign)

    def group(self, depth: int) -> Part:
        if self.peek() == "?":
            if self.text[self.at : self.at + 2] != "?:":
                raise self.wrong("only plain groups are known")
            self.at += 2
        found = self.either(depth + 1)
        if self.peek() != ")":
            raise self.wrong("a group is not closed")
        self.at += 1
        return found

    def position(self, test: Test) -> Part:
        if len(self.result.tests) >= POSITIONS:
            raise self.wrong(f"it has more than {POSITIONS} characters when repeats are unfolded")
        bit = 1 << len(self.result.tests)
        self.result.tests.append(test)
        self.result.follow.append(0)
        return Part(False, bit, bit)

    def escape(self) -> Test:
        sign = self.take()
        if sign.lower() in CLASSES:
            return _among(_ranges_of(CLASSES[sign.lower()]), sign.isupper())
        literal = self.literal(sign)
        return lambda other: other == literal

    def literal(self, sign: str) -> str:
        if sign.isalnum() and sign not in "tn":
            raise self.wrong(f"`\\{sign}` is not known")
        return {"t": "\t", "n": "\n"}.get(sign, sign)

    def bracket(self) -> Test:
        opposite = self.peek() == "^"
        self.at += opposite
        ranges: list[tuple[str, str]] = []
        while self.peek() != "]":
            ranges += self.member()
        self.at += 1
        if not ranges:
            raise self.wrong("a class is empty")
        return _among(ranges, opposite)

    def member(self) -> list[tuple[str, str]]:
        sign = self.take()
        if sign == "\\":
            sign = self.take()
            if sign in CLASSES:
                return _ranges_of(CLASSES[sign])
            sign = self.literal(sign)
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return [(sign, sign)]
        self.at += 1
        end = self.take()
        end = self.literal(self.take()) if end == "\\" else end
        if end < sign:
            raise self.wrong(f"the range `{sign}-{end}` is the wrong way round")
        return [(sign, end)]


def _ranges_of(text: str) -> list[tuple[str, str]]:
    return [(found[0], found[-1]) for found in re.findall(".-.|.", text, re.DOTALL)]


def _among(ranges: list[tuple[str, str]], opposite: bool) -> Test:
    return lambda sign: any(low <= sign <= high for low, high in ranges) is not opposite
