"""Find plugins, import them by path, let them register. A broken one is a problem and never a crash."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from formwright.plugins.manifest import Manifest, read_manifest
from formwright.plugins.registry import Registration, Registry
from formwright.problems import Place, Problem, ProblemError, Problems, suggest

__all__ = ["Plugins", "load_plugins"]

PACKAGE = "formwright_plugins"


@dataclass(slots=True)
class Plugins:
    """The plugins that work, what all of them registered, and what is wrong with the others."""

    manifests: dict[str, Manifest] = field(default_factory=dict)
    registry: Registry = field(default_factory=Registry)
    problems: Problems = field(default_factory=Problems)


def load_plugins(folders: Path | Iterable[Path]) -> Plugins:
    """Return the plugins in the sub-folders of *folders* that hold a ``plugin.yaml``.

    Each is imported once more: its modules are ``formwright_plugins.<name>.*``.
    A folder that does not exist holds no plugins.
    """
    plugins = Plugins()
    found: dict[str, Manifest] = {}
    for folder in [folders] if isinstance(folders, Path) else folders:
        for file in sorted(folder.glob("*/plugin.yaml")):
            _find(file.parent, found, plugins.problems)
    for manifest in _in_order(found, plugins.problems):
        if all(name in plugins.manifests for name in manifest.requires) and _load(manifest, plugins):
            plugins.manifests[manifest.name] = manifest
    return plugins


def _find(folder: Path, found: dict[str, Manifest], problems: Problems) -> None:
    try:
        manifest = read_manifest(folder)
    except ProblemError as error:
        problems.extend(error.problems)
        return
    if manifest.name in found:
        sentence = f"There are two plugins called `{manifest.name}`."
        related = (found[manifest.name].place,)
        problems.extend([Problem("duplicate-plugin", sentence, manifest.place, related=related)])
    else:
        found[manifest.name] = manifest


def _in_order(found: dict[str, Manifest], problems: Problems) -> list[Manifest]:
    """Return the plugins behind those they require; note what they require in vain."""
    ordered: dict[str, Manifest] = {}
    waiting = dict(found)
    while waiting:
        ready = [name for name, each in waiting.items() if all(other in ordered for other in each.requires)]
        for name in ready:
            ordered[name] = waiting.pop(name)
        if not ready:
            break
    for manifest in waiting.values():
        missing = next((name for name in manifest.requires if name not in found), "")
        what = f"`{missing}`, which is not there" if missing else "plugins that require it"
        hint = suggest(missing, found) if missing else "break the cycle"
        sentence = f"The plugin `{manifest.name}` requires {what}."
        problems.add("missing-plugin", sentence, manifest.place, hint)
    return list(ordered.values())


def _load(manifest: Manifest, plugins: Plugins) -> bool:
    """Import the entry and let it register; return whether that went well."""
    place = Place(str(manifest.folder / manifest.entry), 1, 1)
    registration = Registration(manifest.name, place)
    try:
        _register_of(_import(manifest))(registration)
    except ProblemError as error:
        plugins.problems.extend(error.problems)
        return False
    except Exception as error:  # noqa: BLE001  # whatever a plugin raises is a report, and the platform starts
        plugins.problems.extend([_broken(manifest, error)])
        return False
    registration.commit(plugins.registry, plugins.problems)
    return True


def _register_of(module: ModuleType) -> Callable[[Registration], object]:
    register: object = getattr(module, "register", None)
    if not callable(register):
        raise TypeError("it has no function `register(registry)`")
    return register


def _import(manifest: Manifest) -> ModuleType:
    """Return the entry module, imported afresh as a part of a package, so that it may import the others."""
    package = f"{PACKAGE}.{manifest.name}"
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    for name, path in ((PACKAGE, None), (package, manifest.folder)):
        if name not in sys.modules:
            module = ModuleType(name)
            module.__path__ = [str(path)] if path else []
            sys.modules[name] = module
    name = f"{package}.{Path(manifest.entry).stem}"
    spec = spec_from_file_location(name, manifest.folder / manifest.entry)
    if spec is None or spec.loader is None:
        raise ImportError(f"{manifest.entry} cannot be imported")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _broken(manifest: Manifest, error: Exception) -> Problem:
    """Return the report of an exception, at the last line of the plugin that it went through."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame for frame in frames if str(manifest.folder) in frame.filename]
    place = Place(lines[-1].filename, lines[-1].lineno or 1, 1) if lines else manifest.place
    if isinstance(error, SyntaxError) and error.filename:
        place = Place(error.filename, error.lineno or 1, error.offset or 1)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Problem("broken-plugin", f"The plugin `{manifest.name}` cannot be loaded: {what[:300]}", place)
