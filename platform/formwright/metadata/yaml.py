"""YAML and JSON text -> a tree of nodes with positions, within limits, in the YAML 1.2 core schema.

Built from the events of the C parser, not from composed nodes: events show
anchors, aliases, tags and directives, which metadata does not use and which are
refused before anything is built of them.
"""

from __future__ import annotations

import json
import re
from typing import Any

from yaml import MarkedYAMLError, YAMLError
from yaml._yaml import CParser  # the C parser is part of every wheel of PyYAML
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from formwright.metadata.nodes import NULL, Entry, Mapping, Node, Scalar, Sequence, Source, plain_value
from formwright.problems import Place, Problem, ProblemError, Problems

__all__ = ["decode", "parse_text"]

LONGEST_FILE = 5_000_000  # bytes
DEEPEST = 40  # levels
MOST_NODES = 400_000
BAD_SIGNS = re.compile("[\0\ud800-\udfff]")
USUAL_FIRST = frozenset("abcdeghijklmopqrsuvwxyz_")  # of keys that are texts, whatever follows
PAIRS = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
HINTS = {
    "cannot start any token": "indent with spaces, not tabs; put quotes around texts that begin with a sign",
    "mapping values are not allowed": "put quotes around a text that holds `: `, and check the indentation",
    "did not find expected key": "check the indentation and the brackets above this line",
    "did not find expected": "check the indentation and the brackets above this line",
    "simple key": "a key needs `:` and a space behind it; check the quotes above this line",
    "unexpected end of stream": "close the quote",
}


def decode(data: bytes, file: str) -> str:
    """Return the text of a file. Raises ProblemError when it is too long or not UTF-8."""
    if len(data) > LONGEST_FILE:
        size = f"{len(data):,} bytes; a metadata file may have {LONGEST_FILE:,}"
        raise ProblemError(
            [Problem("file-too-large", f"The file has {size}.", Place(file), "split the file")]
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        sentence = f"The file is not UTF-8 text: {error.reason} at byte {error.start}."
        raise ProblemError(
            [Problem("not-utf8", sentence, Place(file, line, 1), "save it as UTF-8")]
        ) from None


def parse_text(source: Source) -> Mapping:
    """Return the tree of a file whose top is a mapping. Raises ProblemError with all problems of the text."""
    if BAD_SIGNS.search(source.text):
        sentence = "The file holds NUL or half a surrogate pair."
        raise ProblemError([Problem("bad-character", sentence, source.place(1, 1), "save it as UTF-8")])
    if len(source.text) > LONGEST_FILE:
        raise ProblemError(
            [Problem("file-too-large", "The file is too large.", source.place(1, 1), "split it")]
        )
    text = source.text.removeprefix("\ufeff")
    if source.path.endswith(".json"):
        _check_json(text, source)
        text = PAIRS.sub(_one_escape, text)
    builder = _Builder(source)
    try:
        builder.read(text)
    except _TooMuchError:
        pass
    except MarkedYAMLError as error:
        builder.problems.extend([_syntax(error, source)])
    except (ReaderError, YAMLError) as error:
        builder.problems.extend([_unreadable(error, source)])
    builder.problems.raise_errors()
    return builder.top()


class _TooMuchError(Exception):
    """A limit was passed; the problem is already noted."""


class _Builder:
    """Turns events into nodes without recursion."""

    def __init__(self, source: Source) -> None:
        self.source, self.problems = source, Problems()
        self.root: Node | None = None
        self.open: list[Mapping | Sequence] = []
        self.keys: list[Scalar | None] = []  # for each open mapping, the key that waits for its value
        self.text = ""
        self.nodes = 0
        self.documents = 0

    def read(self, text: str) -> None:
        """Read all events of *text*."""
        self.text = text
        parser = CParser(text)
        try:
            while parser.check_event():
                self._event(parser.get_event())
        finally:
            parser.dispose()

    def top(self) -> Mapping:
        """Return the top mapping. Raises ProblemError when there is none."""
        if isinstance(self.root, Mapping) and self.root.entries:
            return self.root
        empty = self.root is None or (isinstance(self.root, Scalar) and self.root.is_null)
        sentence = "The file is empty." if empty else "A metadata file is a mapping of keys to values."
        place = self.root.place if self.root and not empty else self.source.place(1, 1)
        hint = "begin with `entity: name`, `extend:`, `module:`, `roles:`, `records:` or `locale:`"
        raise ProblemError([Problem("empty-file" if empty else "not-a-mapping", sentence, place, hint)])

    def _event(self, event: Any) -> None:
        kind = type(event)
        if kind is ScalarEvent:
            self._count(event)
            mark = event.start_mark
            if not event.style:
                if event.end_mark.line > mark.line:
                    self._check_continuation(event)
            elif event.style == '"' and BAD_SIGNS.search(event.value):
                self._note("bad-character", "A text may not hold NUL or half a surrogate pair.", event, "")
            self._place(Scalar(self.source, mark.line + 1, mark.column + 1, event.value, event.style or ""))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self._count(event)
            mark = event.start_mark
            shape = Mapping if kind is MappingStartEvent else Sequence
            self._open(shape(self.source, mark.line + 1, mark.column + 1))
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self.open.pop()
            self.keys.pop()
        elif kind is AliasEvent:
            sentence = f"The alias `*{event.anchor}` is not used in metadata."
            self._stop("alias", sentence, event, "write the value out")
        elif kind is DocumentStartEvent:
            self._document(event)

    def _count(self, event: Any) -> None:
        """Refuse too many nodes, and what metadata does not use: anchors and tags."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            sentence = f"The file has more than {MOST_NODES:,} values."
            self._stop("too-many-nodes", sentence, event, "split the file")
        if event.anchor:
            self._note("anchor", f"The anchor `&{event.anchor}` is not used in metadata.", event, "remove it")
        if event.tag is not None:
            sentence = f"The tag `{event.tag}` is not used in metadata."
            self._note("tag", sentence, event, "the key decides the type")

    def _check_continuation(self, event: Any) -> None:
        """Refuse a list item that the parser would take for the second line of a plain text."""
        written = self.text[event.start_mark.index : event.end_mark.index]
        found = re.search(r"\n *- ", written)
        if found:
            line = event.start_mark.line + 1 + written.count("\n", 0, found.end())
            place = self.source.place(line, found.end() - found.start() - 2)
            hint = "indent the list under a key of its own, or put quotes around the text"
            self.problems.add("yaml-syntax", "This list item stands under a text.", place, hint)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._stop("two-documents", "A metadata file holds one document.", event, "make it two files")
        if event.version or event.tags:
            self._note("directive", "Directives (`%`) are not used in metadata.", event, "remove the line")

    def _open(self, node: Mapping | Sequence) -> None:
        self._place(node)
        self.open.append(node)
        self.keys.append(None)
        if len(self.open) > DEEPEST:
            place = node.place
            self.problems.add("too-deep", f"The file is nested deeper than {DEEPEST} levels.", place)
            raise _TooMuchError

    def _place(self, node: Node) -> None:
        """Put a finished or just opened node where it belongs."""
        if not self.open:
            self.root = node
            return
        parent: Any = self.open[-1]
        if type(parent) is Sequence:
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = self._key(node, parent)
        else:
            self.keys[-1] = None
            parent.entries.setdefault(key.text, Entry(key, node))

    def _key(self, node: Node, parent: Mapping) -> Scalar:
        if not isinstance(node, Scalar):
            self._key_problem("A key is a text, not a list or a mapping.", node)
            raise _TooMuchError
        if node.text in parent.entries:
            first = parent.entries[node.text].key.place
            sentence = f"The key `{node.text[:80]}` occurs twice in this mapping."
            self.problems.extend(
                [Problem("duplicate-key", sentence, node.place, "keep one", related=(first,))]
            )
        if not node.style and node.text[:1] not in USUAL_FIRST:
            self._plain_key(node)
        return node

    def _plain_key(self, node: Scalar) -> None:
        if node.text == "<<":
            self._key_problem("Merge keys (`<<`) are not used in metadata.", node)
        elif NULL.fullmatch(node.text) or isinstance(plain_value(node.text), bool | float):
            self._key_problem(f"A key is a text; `{node.text}` is not.", node)

    def _key_problem(self, sentence: str, node: Node) -> None:
        self.problems.add("bad-key", sentence, node.place, "put quotes around the key")

    def _note(self, code: str, sentence: str, event: Any, hint: str) -> None:
        mark = event.start_mark
        self.problems.add(code, sentence, self.source.place(mark.line + 1, mark.column + 1), hint)

    def _stop(self, code: str, sentence: str, event: Any, hint: str) -> None:
        self._note(code, sentence, event, hint)
        raise _TooMuchError


def _syntax(error: MarkedYAMLError, source: Source) -> Problem:
    what = error.problem or "cannot be read"
    mark = error.problem_mark or error.context_mark
    place = source.place(mark.line + 1, mark.column + 1) if mark else source.place(1, 1)
    context = f" {error.context}" if error.context else ""
    hint = next((text for part, text in HINTS.items() if part in what), "")
    sentence = f"This is not well-formed YAML:{context} {what}.".replace("\n", " ")
    return Problem("yaml-syntax", sentence, place, hint)


def _unreadable(error: YAMLError, source: Source) -> Problem:
    reason = getattr(error, "reason", None) or str(error).splitlines()[0]
    position = int(getattr(error, "position", 0) or 0)
    before = source.text[:position]
    place = source.place(before.count("\n") + 1, position - before.rfind("\n"))
    return Problem("bad-character", f"The file holds a character that YAML does not allow: {reason}.", place)


def _check_json(text: str, source: Source) -> None:
    """Raise ProblemError when *text* is not JSON: the YAML parser would accept more."""
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = source.place(error.lineno, error.colno)
        raise ProblemError(
            [Problem("json-syntax", f"This is not well-formed JSON: {error.msg}.", place)]
        ) from None
    except RecursionError:
        problem = Problem("too-deep", f"The file is nested deeper than {DEEPEST} levels.", source.place(1, 1))
        raise ProblemError([problem]) from None
    except ValueError as error:  # NaN and infinities, numbers of more than 4,300 digits
        problem = Problem("json-syntax", f"This is not well-formed JSON: {error}.", source.place(1, 1))
        raise ProblemError([problem]) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _one_escape(pair: re.Match[str]) -> str:
    """Return the escape that YAML has for what JSON writes as a surrogate pair."""
    sign: str = json.loads('"' + pair.group() + '"')
    return f"\\U{ord(sign):08X}"
