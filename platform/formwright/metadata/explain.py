"""What a thing is, which file said so, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from formwright.metadata.impact import Mention, impact
from formwright.metadata.model import EntityType, Model
from formwright.metadata.nodes import Mapping, Node, Scalar
from formwright.metadata.options import plain
from formwright.metadata.provenance import Provenance, Saying
from formwright.problems import Problem, ProblemError, suggest

__all__ = ["Explained", "explain"]

COLLECTIONS = (
    "attributes",
    "lifecycle.states",
    "lifecycle.transitions",
    "rules",
    "forms",
    "lists",
    "actions",
    "types",
)
KINDS = {
    "states": "state",
    "transitions": "transition",
    "rules": "rule",
    "lists": "list",
    "types": "sub-type",
}
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Explained:
    """One thing of the Model: a sentence, each key with the places that said it, and who reads it."""

    path: str
    sentence: str
    says: tuple[Saying, ...]
    readers: tuple[Mention, ...] = field(default=())

    def __str__(self) -> str:
        """Return the explanation as lines of text."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.path}: {self.sentence}"
        shown = [
            (saying.path.removeprefix(f"{self.path}."), _text(saying.value), saying) for saying in self.says
        ]
        names = max((len(name) for name, _, _ in shown), default=0)
        values = max((len(value) for _, value, _ in shown), default=0)
        for name, value, saying in shown:
            place = str(saying.places[-1])
            over = "".join(f", over {earlier}" for earlier in reversed(saying.places[:-1]))
            yield f"  {name:<{names}}  {value:<{values}}  {place}{over}"
        if self.readers:
            yield "  read by"
            yield from (f"    {mention.entity}.{mention.path}  {mention.place}" for mention in self.readers)


def explain(model: Model, path: str) -> Explained:
    """Return what *path* is: an entity type, one of its parts (``customer.email``), or any key path.

    Raises ProblemError ``unknown-path`` with the nearest name.
    """
    name, _, rest = path.partition(".")
    entity = model.entities.get(name)
    if entity is None:
        raise _unknown(f"There is no entity type `{name[:60]}`.", suggest(name, model.entities))
    said = model.provenance
    if not isinstance(said, Provenance):
        raise _unknown("This Model does not know which file said what.", "compile the metadata")
    if not rest:
        places = said[name]
        says = tuple(saying for saying in said.below(name) if saying.path.count(".") == 1)
        return Explained(name, f"{_sentence_of(entity)}, {places[0]}", says)
    full = _full_path(entity, rest, said)
    if full is None:
        raise _unknown(f"`{name}` has nothing called `{rest[:60]}`.", suggest(rest, _names(entity)))
    says = (*_itself(said, full), *said.below(full))
    attribute = entity.attributes.get(full.rpartition(".")[2]) if ".attributes." in full else None
    readers = impact(model, name, attribute.name) if attribute else ()
    return Explained(full, _sentence(entity, full), says, readers)


def _unknown(sentence: str, hint: str) -> ProblemError:
    return ProblemError([Problem("unknown-path", sentence, hint=hint)])


def _full_path(entity: EntityType, rest: str, said: Provenance) -> str | None:
    """Return the whole path of a part that may be named shortly; None when nobody said it."""
    candidates = [f"{entity.name}.{rest}", *(f"{entity.name}.{each}.{rest}" for each in COLLECTIONS)]
    candidates += [f"{entity.name}.types.{sub_type}.attributes.{rest}" for sub_type in entity.types]
    return next((path for path in candidates if path in said), None)


def _itself(said: Provenance, path: str) -> list[Saying]:
    """Return the saying of a path that is no mapping."""
    if next(said.below(path), None) is not None:
        return []
    parent = path.rpartition(".")[0]
    return [saying for saying in said.below(parent) if saying.path == path]


def _names(entity: EntityType) -> list[str]:
    transitions = entity.lifecycle.transitions if entity.lifecycle else {}
    return [*entity.attributes, *transitions, *entity.lists, *entity.forms, *entity.actions, *entity.types]


def _sentence_of(entity: EntityType) -> str:
    own = sum(1 for attribute in entity.attributes.values() if not attribute.system)
    return f"entity type `{entity.label}` of module `{entity.module}` with {own} attributes"


def _sentence(entity: EntityType, path: str) -> str:
    """Return what the thing at *path* is."""
    collection, _, name = path.rpartition(".")
    attribute = entity.attributes.get(name)
    if collection.endswith(".attributes") and attribute is not None:
        types = f" of {', '.join(sorted(attribute.types))}" if attribute.types else ""
        return f"attribute `{attribute.label}`, {attribute.type.label.lower()}{types}"
    return KINDS.get(collection.rpartition(".")[2], "key")


def _text(node: Node) -> str:
    """Return a value on one line."""
    if isinstance(node, Mapping):
        return "{…}" if node.entries else "{}"
    text = " ".join(node.text.split()) if isinstance(node, Scalar) else str(plain(node))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
