"""The tree of a metadata file: mappings, sequences and scalars that know where they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from formwright.problems import Place

__all__ = ["Entry", "Mapping", "Node", "Scalar", "Sequence", "Source", "plain_value"]

NULL = re.compile(r"~|null|Null|NULL|")
TRUE = re.compile(r"true|True|TRUE")
FALSE = re.compile(r"false|False|FALSE")
WHOLE = re.compile(r"[-+]?[0-9]{1,100}")
OCTAL = re.compile(r"0o[0-7]{1,100}")
HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,100}")
FRACTION = re.compile(r"[-+]?(?:\.[0-9]{1,100}|[0-9]{1,100}(?:\.[0-9]{0,100})?)(?:[eE][-+]?[0-9]{1,3})?")
BLANKS = re.compile(r"[ \t\r\n]*")
ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One file as text; *file* is how problems name it, *path* where it is below the metadata root."""

    path: str
    text: str
    file: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of path and text: equal digests parse to equal trees."""
        return sha256(f"{self.file}\0{self.path}\0{self.text}".encode("utf-8", "surrogatepass")).hexdigest()

    def place(self, line: int, column: int) -> Place:
        """Return the place of a position in this file."""
        return Place(self.file or self.path, line, column)


@dataclass(slots=True, eq=False)
class Node:
    """What mapping, sequence and scalar have in common: where they begin (from 1)."""

    source: Source
    line: int
    column: int

    @property
    def place(self) -> Place:
        """The place where the node begins."""
        return self.source.place(self.line, self.column)


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """A text, as written; *style* is empty for a plain scalar, else its first sign."""

    text: str
    style: str = ""

    @property
    def value(self) -> str | int | float | bool | None:
        """What the YAML 1.2 core schema makes of it: only plain scalars are ever anything but text."""
        return self.text if self.style else plain_value(self.text)

    @property
    def is_null(self) -> bool:
        """Whether nothing was written, or ``null``."""
        return not self.style and NULL.fullmatch(self.text) is not None

    @property
    def text_place(self) -> Place:
        """The place of the first character of the text: behind the quote, on the first line of a block."""
        if self.style in ("|", ">"):
            return self.locate(0)
        return self.source.place(self.line, self.column + bool(self.style))

    def locate(self, offset: int) -> Place:
        """Return the place of the character at *offset* of the text, whatever the style."""
        raw = self.source.text
        at = self._start_of_text()
        indent = _indent(raw, at) if self.style in ("|", ">") else 0
        for character in self.text[:offset]:
            at = _behind(raw, at, character, self.style, indent)
        at = _skip_indentation(raw, at, indent)
        line_start = raw.rfind("\n", 0, at) + 1
        return self.source.place(raw.count("\n", 0, at) + 1, at - line_start + 1)

    def _start_of_text(self) -> int:
        raw = self.source.text
        at = 0
        for _ in range(self.line - 1):
            at = raw.find("\n", at) + 1
        at += self.column - 1
        if self.style in ("'", '"'):
            return at + 1
        return raw.find("\n", at) + 1 if self.style else at


@dataclass(slots=True, eq=False)
class Sequence(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Entry:
    """One key of a mapping with its value; *earlier* are the places that lower layers gave it a value at."""

    key: Scalar
    value: Node
    earlier: tuple[Place, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """All places that said it, the winning one last."""
        return (*self.earlier, self.key.place)


@dataclass(slots=True, eq=False)
class Mapping(Node):
    """Keys, each once, in the order written."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def get(self, key: str) -> Node | None:
        """Return the value of *key*, or None."""
        entry = self.entries.get(key)
        return entry.value if entry else None

    def text(self, key: str) -> str:
        """Return the text of a scalar value, or an empty text."""
        node = self.get(key)
        return node.text if isinstance(node, Scalar) else ""

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield keys and values."""
        return ((name, entry.value) for name, entry in self.entries.items())


@lru_cache(maxsize=4096)
def plain_value(text: str) -> str | int | float | bool | None:
    """Return what the YAML 1.2 core schema makes of a plain scalar.

    Infinities, not-a-number and whole numbers beyond 100 digits stay text:
    no declared value can hold them.
    """
    first = text[:1]
    if first.isalpha() and first not in "tTfFnN":
        return text
    if NULL.fullmatch(text):
        return None
    if TRUE.fullmatch(text) or FALSE.fullmatch(text):
        return text[0] in "tT"
    if WHOLE.fullmatch(text):
        return int(text)
    if OCTAL.fullmatch(text) or HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    return float(text) if FRACTION.fullmatch(text) else text


def _behind(raw: str, at: int, character: str, style: str, indent: int) -> int:
    """Return the index behind the raw text that stands for *character* at index *at*."""
    at = _skip_indentation(raw, at, indent) if character != "\n" else at
    sign = raw[at : at + 1]
    if style == '"' and sign == "\\":
        return at + ESCAPE_LENGTHS.get(raw[at + 1 : at + 2], 2)
    if style == "'" and sign == "'":
        return at + 2
    if style == "|":
        return raw.find("\n", at) + 1 if character == "\n" else at + 1
    blanks = _blanks(raw, at)
    if "\n" not in blanks:
        return at + 1
    if style != ">":
        return at + len(blanks)
    return at + blanks.rfind("\n") + 1  # the indentation of the next line is skipped with its first sign


def _blanks(raw: str, at: int) -> str:
    found = BLANKS.match(raw, at)
    return found.group() if found else ""


def _indent(raw: str, at: int) -> int:
    """Return how far the lines of a block are indented: as far as its first line with text."""
    blanks = _blanks(raw, at)
    return len(blanks) - blanks.rfind("\n") - 1


def _skip_indentation(raw: str, at: int, indent: int) -> int:
    """Return the index behind the indentation of a block when *at* is the start of a line."""
    if not indent or not (at == 0 or raw[at - 1 : at] == "\n"):
        return at
    line = raw[at : at + indent]
    return at + len(line) - len(line.lstrip(" "))
