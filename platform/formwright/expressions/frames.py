"""What the parser keeps while it is inside brackets and branches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from formwright.expressions.nodes import Node

__all__ = ["Construct", "Frame", "Operand", "Pending"]


class Operand(NamedTuple):
    """A finished node; *start* and *end* include brackets that the node does not know."""

    node: Node
    start: int
    end: int
    height: int
    bracketed: bool = False


class Pending(NamedTuple):
    """An operator that waits for its right side."""

    symbol: str
    precedence: float
    start: int
    unary: bool


@dataclass(slots=True)
class Construct:
    """A node whose parts are still being read.

    *kind* is ``group``, ``list``, ``object``, ``arguments``, ``filter``, ``then``
    or ``else``; *subject* is what stands before it, *parts* what was read.
    """

    kind: str
    start: int
    name: str = ""
    subject: Operand | None = None
    transform: bool = False
    parts: list[Operand] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    commas: int = 0


@dataclass(slots=True)
class Frame:
    """One expression between its two ends.

    *stops* are the kinds of tokens that end it. *building* is the construct
    inside it that is open while a further frame is on top. *relative* says that
    a relative name stands directly in it; *relatives* are the offsets of those
    that no filter has claimed yet. *hole* marks ``()``.
    """

    stops: frozenset[str]
    state: str = "operand"
    operands: list[Operand] = field(default_factory=list)
    operators: list[Pending] = field(default_factory=list)
    building: Construct | None = None
    relative: bool = False
    dangling: bool = False
    relatives: list[int] = field(default_factory=list)
    hole: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was read yet that stays."""
        return not self.operands and not self.operators and self.building is None
