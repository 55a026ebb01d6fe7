"""``plugin.yaml``: what a plugin is called and what it needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from formwright.problems import Place, Problem, ProblemError, Problems, suggest

__all__ = ["Manifest", "read_manifest"]

NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
KEYS = ("plugin", "label", "requires", "entry")
LONGEST = 20_000  # bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """One plugin: its name is that of its folder, *entry* the Python file that registers things."""

    name: str
    folder: Path
    label: str
    requires: tuple[str, ...] = ()
    entry: str = "plugin.py"

    @property
    def place(self) -> Place:
        """The manifest file."""
        return Place(str(self.folder / "plugin.yaml"), 1, 1)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest in *folder*. Raises ProblemError with everything that is wrong with it."""
    file = folder / "plugin.yaml"
    problems = Problems()
    texts, requires = _read(file, problems)
    name = texts.get("plugin", "")
    if not NAME.fullmatch(name) or name != folder.name:
        sentence = f"The plugin in `{folder.name}` calls itself `{name[:60]}`."
        problems.add("bad-manifest", sentence, Place(str(file), 1, 1), f"write `plugin: {folder.name}`")
    entry = texts.get("entry", "plugin.py")
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.py", entry):
        problems.add(
            "bad-manifest", f"`{entry[:60]}` is no Python file of the plugin.", Place(str(file), 1, 1)
        )
    problems.raise_errors()
    return Manifest(name, folder, texts.get("label", name), requires, entry)


def _read(file: Path, problems: Problems) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the single texts and the list of required plugins."""
    texts: dict[str, str] = {}
    requires: tuple[str, ...] = ()
    for key, value in _pairs(file):
        place = Place(str(file), key.start_mark.line + 1, key.start_mark.column + 1)
        if key.value not in KEYS:
            sentence = f"`plugin.yaml` has no key `{str(key.value)[:60]}`."
            problems.add("bad-manifest", sentence, place, suggest(str(key.value), KEYS))
        elif key.value == "requires" and isinstance(value, yaml.SequenceNode):
            requires = tuple(str(item.value) for item in value.value)
        elif key.value != "requires" and isinstance(value, yaml.ScalarNode):
            texts[key.value] = value.value
        else:
            problems.add("bad-manifest", f"`{key.value}` takes something else.", place)
    return texts, requires


def _pairs(file: Path) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    try:
        data = file.read_bytes()
        if len(data) > LONGEST:
            raise ProblemError([Problem("bad-manifest", "The manifest is too long.", Place(str(file)))])
        tree = yaml.compose(data.decode("utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        sentence = "The manifest cannot be read: " + " ".join(str(error).split())[:200]
        raise ProblemError([Problem("bad-manifest", sentence, Place(str(file), 1, 1))]) from None
    if not isinstance(tree, yaml.MappingNode):
        raise ProblemError([Problem("bad-manifest", "A manifest is a mapping.", Place(str(file), 1, 1))])
    return [(key, value) for key, value in tree.value if isinstance(key, yaml.ScalarNode)]
