"""Values as written: names, texts by locale, expressions and literals that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from formwright.metadata.nodes import Mapping, Node, Scalar, Sequence
from formwright.problems import Place, Problems

__all__ = ["Given", "Jexl", "Name", "Words", "described", "refuse"]


class Name(str):
    """A name as written; it behaves as text and knows its scalar. ``str(name)`` is a plain text."""

    __slots__ = ("scalar",)
    scalar: Scalar

    @classmethod
    def of(cls, scalar: Scalar) -> Name:
        """Return the text of *scalar* as a name."""
        name = cls(scalar.text)
        name.scalar = scalar
        return name

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.scalar.place

    def part(self, offset: int, text: str) -> Name:
        """Return the part *text* that stands at *offset*, as a name of its own."""
        whole = self.scalar
        return Name.of(Scalar(whole.source, whole.line, whole.column + offset, text, whole.style))


@dataclass(frozen=True, slots=True)
class Words:
    """A text for people, by locale; ``""`` is the locale of a text written without one."""

    texts: dict[str, str]
    node: Node


@dataclass(frozen=True, slots=True)
class Jexl:
    """The text of an expression; *skip* characters stand before it in its scalar (``= ``)."""

    text: str
    scalar: Scalar
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """A literal, or an expression (``= today``) that gives one."""

    node: Node
    jexl: Jexl | None = None


def described(node: Node) -> str:
    """Return what *node* is, for a sentence."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if not isinstance(node, Scalar) or node.is_null:
        return "nothing"
    value = node.value
    if isinstance(value, bool):
        return f"`{node.text}`"
    return (
        f"the number `{node.text[:40]}`" if isinstance(value, int | float) else f"the text `{node.text[:60]}`"
    )


def refuse(key: str, expected: str, node: Node, problems: Problems, hint: str = "") -> None:
    """Note that *key* takes something else."""
    sentence = f"`{key}` takes {expected}; this is {described(node)}."
    problems.add("wrong-kind", sentence, node.place, hint)
