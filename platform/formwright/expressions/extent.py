"""How large an expression may be."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DIALECT_LIMITS", "PLAIN_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one kind of expressions.

    *characters*: length of the text. *nodes*: nodes of the tree. *depth*: brackets
    and branches inside each other. *height*: nodes on the longest way from the root
    to a leaf, so that code that walks a tree by recursion stays far from Python's
    recursion limit (``1 + 1 + 1`` has depth 0 and height 3).
    """

    characters: int
    nodes: int
    depth: int
    height: int


PLAIN_LIMITS = Limits(characters=10_000, nodes=4_000, depth=100, height=250)
"""For :class:`formwright.expressions.JEXL`: as much as stays within 50 ms and 50 MB."""

DIALECT_LIMITS = Limits(characters=4_000, nodes=1_000, depth=40, height=100)
"""For the expressions in metadata."""
