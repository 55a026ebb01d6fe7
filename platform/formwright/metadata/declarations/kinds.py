"""Kinds of values that keys take. Each reads a node into a plain value and says its own JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from formwright.metadata.declarations.written import Given, Jexl, Name, Words, refuse
from formwright.metadata.names import PATTERN
from formwright.metadata.nodes import Mapping, Node, Scalar, Sequence
from formwright.problems import Problems, suggest

__all__ = [
    "AnyValue",
    "Flag",
    "FlagOrJexl",
    "JexlText",
    "Kind",
    "ListOf",
    "Literal",
    "MapOf",
    "NameText",
    "OneOf",
    "OneOrMany",
    "Rank",
    "Short",
    "Text",
    "Whole",
    "WordsText",
]

Schema = dict[str, Any]


class Kind:
    """One kind of value. ``read`` returns None when the node is not of it, and has noted the problem."""

    expected: ClassVar[str] = "a value"

    def read(self, node: Node, key: str, problems: Problems) -> Any:
        """Return the plain value of *node*, the value of *key*."""
        raise NotImplementedError

    def schema(self) -> Schema:
        """Return the JSON Schema of the values of this kind."""
        raise NotImplementedError

    def accepts(self, node: Node) -> bool:
        """Whether *node* has the outer form of this kind (for kinds that offer several forms)."""
        return isinstance(node, Scalar)


class Text(Kind):
    """A text as written: numbers and `true` too are taken as they are written."""

    expected = "a text"

    def read(self, node: Node, key: str, problems: Problems) -> str | None:
        """Return the text."""
        if isinstance(node, Scalar) and not node.is_null:
            return node.text
        refuse(key, self.expected, node, problems)
        return None

    def schema(self) -> Schema:
        """Return the schema of a text."""
        return {"type": ["string", "number", "boolean"]}


class NameText(Kind):
    """A name: of an attribute, an entity type, a role and so on."""

    expected = "a name"

    def read(self, node: Node, key: str, problems: Problems) -> Name | None:
        """Return the name with its place."""
        if isinstance(node, Scalar) and not node.is_null:
            return Name.of(node)
        refuse(key, self.expected, node, problems)
        return None

    def schema(self) -> Schema:
        """Return the schema of a text."""
        return {"type": "string"}


class WordsText(Kind):
    """A text for people: one text, or one by locale."""

    expected = "a text, or texts by locale"

    def read(self, node: Node, key: str, problems: Problems) -> Words | None:
        """Return the words."""
        if isinstance(node, Scalar) and not node.is_null:
            return Words({"": node.text}, node)
        if not isinstance(node, Mapping) or not node.entries:
            refuse(key, self.expected, node, problems)
            return None
        texts = {}
        for locale, value in node.items():
            if not _is_locale(locale):
                place = node.entries[locale].key.place
                hint = "locales are written `en`, `cs`, `pt_BR`"
                problems.add("bad-locale", f"`{locale[:40]}` is not a locale.", place, hint)
            elif isinstance(value, Scalar) and not value.is_null:
                texts[locale] = value.text
            else:
                refuse(f"{key}.{locale}", "a text", value, problems)
        return Words(texts, node)

    def schema(self) -> Schema:
        """Return the schema of a text, or of texts by locale."""
        by_locale = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}
        return {"anyOf": [{"type": ["string", "number", "boolean"]}, by_locale]}


def _is_locale(text: str) -> bool:
    language, _, rest = text.replace("-", "_").partition("_")
    fits = 2 <= len(language) <= 3 and language.isascii() and language.isalpha() and language.islower()
    return fits and len(rest) <= 10 and (not rest or (rest.isascii() and rest.replace("_", "").isalnum()))


class Flag(Kind):
    """True or false."""

    expected = "`true` or `false`"

    def read(self, node: Node, key: str, problems: Problems) -> bool | None:
        """Return the truth value."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        hint = ""
        if isinstance(node, Scalar) and node.text.lower() in ("yes", "no", "on", "off"):
            hint = f"write `{'true' if node.text.lower() in ('yes', 'on') else 'false'}`"
        refuse(key, self.expected, node, problems, hint)
        return None

    def schema(self) -> Schema:
        """Return the schema of a truth value."""
        return {"type": "boolean"}


class FlagOrJexl(Flag):
    """True, false, or an expression that says which."""

    expected = "`true`, `false` or an expression"

    def read(self, node: Node, key: str, problems: Problems) -> Any:
        """Return a truth value or a Jexl."""
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.text.strip():
            return Jexl(node.text, node)
        return super().read(node, key, problems)

    def schema(self) -> Schema:
        """Return the schema of a truth value or text."""
        return {"anyOf": [{"type": "boolean"}, {"type": "string", "description": "JEXL"}]}


class JexlText(Kind):
    """An expression."""

    expected = "an expression"

    def read(self, node: Node, key: str, problems: Problems) -> Jexl | None:
        """Return the text of the expression."""
        if isinstance(node, Scalar) and node.text.strip() and not node.is_null:
            return Jexl(node.text, node)
        refuse(key, self.expected, node, problems)
        return None

    def schema(self) -> Schema:
        """Return the schema of an expression: text, or a literal."""
        return {"type": ["string", "number", "boolean"], "description": "JEXL"}


class AnyValue(Kind):
    """Whatever is written; somebody else checks it."""

    def read(self, node: Node, key: str, problems: Problems) -> Node:
        """Return the node."""
        return node

    def schema(self) -> Schema:
        """Return the schema that accepts everything."""
        return {}

    def accepts(self, node: Node) -> bool:
        """Everything is accepted."""
        return True


class Literal(AnyValue):
    """A literal, or ``= JEXL``."""

    def read(self, node: Node, key: str, problems: Problems) -> Any:
        """Return what is given."""
        if not isinstance(node, Scalar) or not node.text.startswith("="):
            return Given(node)
        text = node.text[1:]
        skip = 1 + len(text) - len(text.lstrip())
        if not text.strip():
            refuse(key, "an expression behind `=`", node, problems)
            return None
        return Given(node, Jexl(node.text[skip:], node, skip))


@dataclass(frozen=True, slots=True)
class Whole(Kind):
    """A whole number in a range."""

    least: int = 0
    most: int = 1_000_000

    def read(self, node: Node, key: str, problems: Problems) -> int | None:
        """Return the number."""
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most:
            return value
        refuse(key, f"a whole number from {self.least} to {self.most}", node, problems)
        return None

    def schema(self) -> Schema:
        """Return the schema of the number."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Rank(Kind):
    """A search weight 1–10, or true for 5."""

    def read(self, node: Node, key: str, problems: Problems) -> int | None:
        """Return the weight; 0 for false."""
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool):
            return 5 if value else 0
        if isinstance(value, int) and 1 <= value <= 10:
            return value
        refuse(key, "a weight from 1 to 10, or `true`", node, problems)
        return None

    def schema(self) -> Schema:
        """Return the schema of a weight."""
        return {"anyOf": [{"type": "boolean"}, {"type": "integer", "minimum": 1, "maximum": 10}]}


@dataclass(frozen=True, slots=True)
class OneOf(Kind):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, node: Node, key: str, problems: Problems) -> str | None:
        """Return the word."""
        if isinstance(node, Scalar) and node.text in self.words:
            return node.text
        if isinstance(node, Scalar) and not node.is_null:
            sentence = f"`{key}` does not take `{node.text[:60]}`."
            problems.add("unknown-value", sentence, node.place, suggest(node.text, self.words))
        else:
            refuse(key, "one of " + ", ".join(f"`{word}`" for word in self.words), node, problems)
        return None

    def schema(self) -> Schema:
        """Return the schema of the words."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class ListOf(Kind):
    """A list of values of one kind."""

    of: Kind

    def read(self, node: Node, key: str, problems: Problems) -> list[Any] | None:
        """Return the values that could be read."""
        if not isinstance(node, Sequence):
            refuse(key, "a list", node, problems)
            return None
        values = (self.of.read(item, key, problems) for item in node.items)
        return [value for value in values if value is not None]

    def schema(self) -> Schema:
        """Return the schema of the list."""
        return {"type": "array", "items": self.of.schema()}

    def accepts(self, node: Node) -> bool:
        """Only lists."""
        return isinstance(node, Sequence)


@dataclass(frozen=True, slots=True)
class OneOrMany(Kind):
    """One value, or a list of them; read as a list."""

    of: Kind

    def read(self, node: Node, key: str, problems: Problems) -> list[Any] | None:
        """Return the values."""
        if isinstance(node, Sequence):
            return ListOf(self.of).read(node, key, problems)
        value = self.of.read(node, key, problems)
        return None if value is None else [value]

    def schema(self) -> Schema:
        """Return the schema of one or many."""
        return {"anyOf": [self.of.schema(), {"type": "array", "items": self.of.schema()}]}

    def accepts(self, node: Node) -> bool:
        """A list, or what one value accepts."""
        return isinstance(node, Sequence) or self.of.accepts(node)


@dataclass(frozen=True, slots=True)
class MapOf(Kind):
    """Names, each with a value of one kind; *names* narrows which names there are."""

    of: Kind
    names: tuple[str, ...] = field(default=())
    pattern: str = PATTERN

    def read(self, node: Node, key: str, problems: Problems) -> dict[Name, Any] | None:
        """Return the values by name; a value that could not be read is left out."""
        if not isinstance(node, Mapping):
            refuse(key, "a mapping of names", node, problems)
            return None
        found = (
            (entry.key, self.of.read(entry.value, name, problems)) for name, entry in node.entries.items()
        )
        return {Name.of(scalar): value for scalar, value in found if value is not None}

    def schema(self) -> Schema:
        """Return the schema of the mapping."""
        if self.pattern == PATTERN:
            return {
                "type": "object",
                "patternProperties": {PATTERN: self.of.schema()},
                "additionalProperties": False,
            }
        return {"type": "object", "additionalProperties": self.of.schema()}

    def accepts(self, node: Node) -> bool:
        """Only mappings."""
        return isinstance(node, Mapping)


@dataclass(frozen=True, slots=True)
class Short(Kind):
    """A kind that also has a short form, which is unfolded before it is read; *short* is its schema."""

    of: Kind
    short: Schema

    def read(self, node: Node, key: str, problems: Problems) -> Any:
        """Return what the long form gives."""
        return self.of.read(node, key, problems)

    def schema(self) -> Schema:
        """Return the schema of either form."""
        return {"anyOf": [self.of.schema(), self.short]}


LIST_OF_NAMES: Schema = {"type": "array", "items": {"type": "string"}}
