"""Where metadata is compiled: the folders, the plugins, and the memory that makes the next compile quick."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from formwright.app.settings import Settings
from formwright.metadata import Memory, Model, compile_metadata, compile_sources
from formwright.metadata.load import read_folders
from formwright.plugins import Plugins, load_plugins
from formwright.problems import Problem, Problems

__all__ = ["Workshop"]


class Workshop:
    """Compiles metadata with the attribute types, functions and calls of all plugins."""

    def __init__(self, folders: tuple[Path, ...], plugins: Plugins) -> None:
        """Compile *folders*; see :meth:`open`."""
        self.folders, self.plugins = folders, plugins
        self._memory = Memory()

    @classmethod
    def open(cls, settings: Settings) -> Workshop:
        """Load the plugins and return a workshop. A broken plugin is a problem of :attr:`problems`."""
        return cls(settings.metadata, load_plugins(settings.plugins))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with plugins; the others are loaded all the same."""
        return tuple(self.plugins.problems)

    def compile(self) -> Model:
        """Return the Model of the files as they are now. Raises ProblemError with every problem."""
        registry = self.plugins.registry
        return compile_metadata(
            self.folders, registry.types, registry.functions, self._memory, calls=registry.calls.keys()
        )

    def compile_texts(self, texts: Mapping[str, str]) -> Model:
        """Return the Model of the files of a release. Raises ProblemError."""
        registry = self.plugins.registry
        return compile_sources(texts, registry.types, registry.functions, calls=registry.calls.keys())

    def texts(self) -> dict[str, str]:
        """Return the files as they are now, path → text: what a release keeps."""
        return {source.path: source.text for source in read_folders(self.folders, Problems())}
