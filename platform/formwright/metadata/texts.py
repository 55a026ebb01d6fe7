"""Texts of locale files, found by what they are texts of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from formwright.metadata.load import Unit
from formwright.metadata.model import Translated
from formwright.metadata.nodes import Entry, Mapping, Scalar
from formwright.problems import Problems, Severity, suggest

__all__ = ["Texts", "read_texts"]

COLLECTIONS = (
    "attributes",
    "types",
    "states",
    "transitions",
    "sections",
    "lists",
    "rules",
    "actions",
    "forms",
)
PARTS = {"rules": "message"}  # what a text without a key is, where it is not the label
WORDS = ("label", "plural", "help", "message", "otherwise", "confirm", "text")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One text in one locale, and where its key stands."""

    text: str
    key: Scalar


@dataclass(slots=True)
class Texts:
    """The texts of one entity type in other locales. Remembers which were asked for."""

    said: dict[Path, dict[str, Said]] = field(default_factory=dict)
    asked: set[Path] = field(default_factory=set)

    def translated(self, path: Path, texts: dict[str, str]) -> Translated:
        """Return *texts* with what locale files say about *path* laid over."""
        self.asked.add(path)
        found = self.said.get(path)
        return Translated({**texts, **{loc: said.text for loc, said in found.items()}} if found else texts)

    def report_unasked(self, problems: Problems) -> None:
        """Note texts of things that do not exist; a warning, because they harm nobody."""
        for path, by_locale in self.said.items():
            if path not in self.asked:
                siblings = {
                    p[len(path) - 2] for p in self.asked if len(p) == len(path) and p[:-2] == path[:-2]
                }
                name = path[-2] if len(path) > 1 else path[-1]
                for said in by_locale.values():
                    sentence = (
                        f"There is nothing called `{'.'.join(path[:-1] or path)}` that could have this text."
                    )
                    hint = suggest(name, siblings)
                    problems.add("unknown-text", sentence, said.key.place, hint, Severity.WARNING)


def read_texts(units: Iterable[Unit], problems: Problems) -> tuple[dict[str, Texts], tuple[str, ...]]:
    """Return texts by entity type (or ``$roles``, ``$modules``), and the locales there are."""
    found: dict[str, Texts] = {}
    locales: list[str] = []
    for unit in units:
        for key, entry in unit.tree.entries.items():
            if key not in ("locale", "texts"):
                problems.add(
                    "unknown-key", f"A locale file has no key `{key}`.", entry.key.place, "write `texts:`"
                )
        locales.append(unit.name)
        texts = unit.tree.get("texts")
        if not isinstance(texts, Mapping):
            problems.add("missing-key", "A locale file needs the key `texts`.", unit.tree.place)
            continue
        for entity, entry in texts.entries.items():
            _collect(entry, (), unit.name, found.setdefault(entity, Texts()), problems)
    return found, tuple(dict.fromkeys(["en", *locales]))


def _collect(entry: Entry, path: Path, locale: str, into: Texts, problems: Problems) -> None:
    node, key = entry.value, entry.key
    if isinstance(node, Mapping):
        for name, below in node.entries.items():
            _collect(below, (*path, name), locale, into, problems)
    elif isinstance(node, Scalar) and not node.is_null:
        if not path or path[-1] not in WORDS or (len(path) == 2 and path[0] in COLLECTIONS):
            path = (*path, PARTS.get(path[0] if path else "", "label"))
        into.said.setdefault(path, {})[locale] = Said(node.text, key)
    else:
        problems.add("wrong-kind", f"`{key.text}` takes a text.", node.place)
