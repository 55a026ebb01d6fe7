"""Pass one: folders -> files -> units, each file parsed and known by what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from formwright.metadata.nodes import Mapping, Scalar, Source
from formwright.metadata.unfold import unfold
from formwright.metadata.yaml import decode, parse_text
from formwright.problems import Place, Problem, ProblemError, Problems, suggest

__all__ = ["ENVIRONMENT", "Unit", "as_sources", "load", "read_folders"]

ENVIRONMENT = "environment"  # the folder whose files win over all modules
KINDS = ("entity", "extend", "module", "roles", "records", "locale")
ENDINGS = (".yaml", ".yml", ".json")
OTHERS = ("processes", "dashboards", "tests")  # folders of a module that other parts read
MOST_FILES = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One parsed file: what it is about (*kind*, *name*), the *module* folder it lies in, and its tree."""

    kind: str
    name: str
    module: str
    source: Source
    tree: Mapping

    @property
    def place(self) -> Place:
        """Where the name is written."""
        node = self.tree.get(self.kind)
        return node.place if node else self.tree.place


def read_folders(folders: Iterable[Path | str], problems: Problems) -> list[Source]:
    """Return all metadata files below *folders*, sorted by path.

    Folders that other parts own, and names that begin with a dot or an
    underscore, are left out. Files that cannot be read are problems.
    """
    found: list[Source] = []
    for folder in folders:
        root = Path(folder)
        if not root.exists():
            problems.add("no-folder", f"There is no folder `{root}`.", Place(str(root)))
        paths = [root] if root.is_file() else sorted(root.rglob("*"))
        base = root.parent if root.is_file() else root
        for path in paths:
            relative = path.relative_to(base).as_posix()
            if path.suffix in ENDINGS and path.is_file() and _is_ours(relative):
                found.extend(_read(path, relative, problems))
    if len(found) > MOST_FILES:
        problems.add("too-many-files", f"There are more than {MOST_FILES:,} metadata files.")
        return found[:MOST_FILES]
    return found


def as_sources(texts: Dictionary[str, str]) -> list[Source]:
    """Return sources of *texts* by path (below the metadata root), as a release stores them."""
    return [Source(path, text, path) for path, text in sorted(texts.items()) if _is_ours(path)]


def _is_ours(path: str) -> bool:
    parts = PurePosixPath(path).parts
    hidden = any(part[0] in "._" for part in parts)
    return not hidden and not (len(parts) > 2 and parts[1] in OTHERS)


def shown(path: Path) -> str:
    """Return how problems name a file: from the working directory where it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _read(path: Path, relative: str, problems: Problems) -> list[Source]:
    try:
        return [Source(relative, decode(path.read_bytes(), shown(path)), shown(path))]
    except ProblemError as error:
        problems.extend(error.problems)
    except OSError as error:
        problems.add("unreadable-file", f"The file cannot be read: {error.strerror}.", Place(shown(path)))
    return []


def load(sources: Iterable[Source], parsed: dict[str, Unit], problems: Problems) -> list[Unit]:
    """Return a unit for each source that can be parsed.

    *parsed* keeps units by digest; a text that was parsed before is not parsed
    again. When all can be parsed, only units of these sources stay in it.
    """
    units: dict[str, Unit] = {}
    broken = False
    for source in sources:
        digest = source.digest
        unit = parsed.get(digest)
        if unit is None:
            try:
                unit = _unit(source, parse_text(source), problems)
            except ProblemError as error:
                problems.extend(error.problems)
        if unit is None:
            broken = True
        else:
            units[digest] = unit
    if not broken:  # else the units of before are wanted again once the file is mended
        parsed.clear()
    parsed.update(units)
    return list(units.values())


def _unit(source: Source, tree: Mapping, problems: Problems) -> Unit | None:
    kind = next((key for key in KINDS if key in tree.entries), None)
    if kind is None:
        first = next(iter(tree.entries.values())).key
        sentence = f"No key says what the file is about; its first key is `{first.text[:60]}`."
        problems.add("unknown-file", sentence, first.place, suggest(first.text, KINDS))
        return None
    name = tree.get(kind)
    if kind != "roles" and not (isinstance(name, Scalar) and name.text):
        place = name.place if name else tree.place
        problems.add("wrong-kind", f"`{kind}` takes a name.", place)
        return None
    module = PurePosixPath(source.path).parts[0] if "/" in source.path else "main"
    text = name.text if isinstance(name, Scalar) else ""
    return Unit(kind, text, module, source, unfold(tree, kind))


def problem_of_two(code: str, sentence: str, second: Place, first: Place, hint: str = "") -> Problem:
    """Return the problem of something that is there twice."""
    return Problem(code, sentence, second, hint, related=(first,))
