"""Who said what: dotted key paths and the places that gave them a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from formwright.metadata.nodes import Entry, Node, Sequence
from formwright.metadata.nodes import Mapping as Tree
from formwright.problems import Place

__all__ = ["Provenance", "Saying"]


@dataclass(frozen=True, slots=True)
class Saying:
    """One key with the value that won, and all places that said it, the winning one last."""

    path: str
    value: Node
    places: tuple[Place, ...]


class Provenance(Mapping[str, tuple[Place, ...]]):
    """Maps ``customer.attributes.email.unique`` to places. Looks into the merged trees when asked."""

    def __init__(self, trees: Mapping[str, Tree]) -> None:
        """Answer for the merged trees of entity types."""
        self._trees = trees

    def __getitem__(self, path: str) -> tuple[Place, ...]:
        """Return the places of a path; raises KeyError for a path that nobody said."""
        entity, _, rest = path.partition(".")
        tree = self._trees[entity]
        if not rest:
            return (tree.place,)
        entry = _find(tree, rest.split("."))
        if entry is None:
            raise KeyError(path)
        return entry.places

    def __iter__(self) -> Iterator[str]:
        """Yield every path, entity types first."""
        for entity in self._trees:
            yield entity
            yield from (saying.path for saying in self.below(entity))

    def __len__(self) -> int:
        """Return how many paths there are."""
        return sum(1 for _ in self)

    def below(self, path: str) -> Iterator[Saying]:
        """Yield every key below *path*, in the order written; nothing for a path that nobody said."""
        entity, _, rest = path.partition(".")
        tree: Node | None = self._trees.get(entity)
        if rest and isinstance(tree, Tree):
            entry = _find(tree, rest.split("."))
            tree = entry.value if entry else None
        if isinstance(tree, Tree):
            yield from _walk(path, tree)


def _walk(path: str, tree: Tree) -> Iterator[Saying]:
    for name, entry in tree.entries.items():
        below = f"{path}.{name}"
        yield Saying(below, entry.value, entry.places)
        if isinstance(entry.value, Tree):
            yield from _walk(below, entry.value)


def _find(tree: Tree, names: list[str]) -> Entry | None:
    node: Node = tree
    entry = None
    for name in names:
        if isinstance(node, Sequence) and name.isdigit() and int(name) < len(node.items):
            node = node.items[int(name)]
            continue
        entry = node.entries.get(name) if isinstance(node, Tree) else None
        if entry is None:
            return None
        node = entry.value
    return entry
