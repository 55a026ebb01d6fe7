"""What the parser keeps while it is inside brackets and branches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from formwright.expressions.nodes import Missing, Node

__all__ = ["NOTHING", "Construct", "Frame", "Operand", "Pending"]


class Operand(NamedTuple):
    """A finished node; *start* and *end* include brackets that the node does not know."""

    node: Node
    start: int
    end: int
    height: int
    bracketed: bool = False


NOTHING = Operand(Missing(), 0, 0, 0)


class Pending(NamedTuple):
    """An operator that waits for its right side."""

    symbol: str
    precedence: float
    start: int
    unary: bool = False


@dataclass(slots=True)
class Construct:
    """A node whose parts are still being read.

    *kind* is ``text`` (all of it), ``group``, ``list``, ``object``, ``call``,
    ``transform``, ``filter``, ``then`` or ``else``; *subject* is what stands before
    it, *name* that of a call or the last key, *parts* what was read, *keys* the index
    of each key among them.
    """

    kind: str
    start: int
    name: str = ""
    subject: Operand = NOTHING
    parts: list[Operand] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    commas: int = 0


@dataclass(slots=True)
class Frame:
    """One expression between its two ends, a part of a construct.

    *stops* are the kinds of tokens that end it. *relative* says that a relative
    name stands directly in it; *relatives* are the offsets of those that no filter
    has claimed yet. *dangling* says that the last dot had nothing before it, *hole*
    that ``()`` was read, *transform* is the last one, which arguments may follow.
    """

    stops: frozenset[str]
    part_of: Construct
    state: str = "operand"
    operands: list[Operand] = field(default_factory=list)
    operators: list[Pending] = field(default_factory=list)
    relative: bool = False
    relatives: list[int] = field(default_factory=list)
    dangling: bool = False
    hole: bool = False
    transform: Construct = field(init=False, repr=False, compare=False)

    @property
    def empty(self) -> bool:
        """Whether nothing was read yet that stays."""
        return not self.operands and not self.operators
