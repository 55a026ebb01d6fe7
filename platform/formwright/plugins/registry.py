"""What plugins add to the platform, and the object on which they register it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from formwright.attributes import AttributeType, Catalogue, Format, builtin, builtin_formats
from formwright.expressions import Function, standard
from formwright.expressions import Registry as Functions
from formwright.problems import Place, Problem, ProblemError, Problems, suggest

__all__ = ["EVENTS", "Registration", "Registry"]

Anything = TypeVar("Anything", bound=Callable[..., Any])
PluginFunction = Callable[..., Awaitable[Any]]
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
EVENTS = ("started", "stopped", "saved", "removed", "released")

_formats_of: dict[str, str] = {}  # format -> plugin; formats are known to the whole process


@dataclass(slots=True)
class Registry:
    """Everything that is registered, of the built-ins and of all plugins.

    *types* are attribute types, *functions* those of expressions, *calls* what
    effects and actions call (``crm.merge``), *demos* generators of demo records,
    *hooks* what is told of events.
    """

    types: Catalogue = field(default_factory=builtin)
    functions: Functions = field(default_factory=lambda: standard().extended(()))
    calls: dict[str, PluginFunction] = field(default_factory=dict)
    demos: dict[str, Callable[..., Any]] = field(default_factory=dict)
    hooks: dict[str, list[Callable[..., Any]]] = field(default_factory=dict)


@dataclass(slots=True)
class Registration:
    """What one plugin registers: handed to its ``register``. Nothing counts until that has returned."""

    plugin: str
    place: Place
    settings: Mapping[str, Any] = field(default_factory=dict)
    _types: list[AttributeType] = field(default_factory=list)
    _formats: list[Format] = field(default_factory=list)
    _functions: list[Function] = field(default_factory=list)
    _calls: list[tuple[str, PluginFunction]] = field(default_factory=list)
    _demos: list[tuple[str, Callable[..., Any]]] = field(default_factory=list)
    _hooks: list[tuple[str, Callable[..., Any]]] = field(default_factory=list)

    def attribute_type(self, kind: type[AttributeType]) -> type[AttributeType]:
        """Register an attribute type; usable as a class decorator."""
        self._types.append(kind())
        return kind

    def format(self, found: Format) -> None:
        """Register a checked format of texts."""
        self._formats.append(found)

    def function(self, found: Function) -> None:
        """Register a function or transform of expressions."""
        self._functions.append(found)

    def call(self, name: str) -> Callable[[Anything], Anything]:
        """Return a decorator for an async function that effects and actions call by ``plugin.name``."""

        def decorate(function: Anything) -> Anything:
            self._calls.append((name, function))
            return function

        return decorate

    def demo(self, name: str) -> Callable[[Anything], Anything]:
        """Return a decorator for a generator of demo records."""

        def decorate(function: Anything) -> Anything:
            self._demos.append((name, function))
            return function

        return decorate

    def on(self, event: str) -> Callable[[Anything], Anything]:
        """Return a decorator for a function that is told of *event*, one of ``EVENTS``."""

        def decorate(function: Anything) -> Anything:
            self._hooks.append((event, function))
            return function

        return decorate

    def commit(self, registry: Registry, problems: Problems) -> None:
        """Put everything into *registry*; what clashes or is misnamed is noted and left out."""
        for kind in self._types:
            self._try(problems, partial(registry.types.register, kind, self.place))
        for found in self._functions:
            self._try(problems, partial(registry.functions.add, found))
        for one in self._formats:
            self._add_format(one, problems)
        for name, function in self._calls:
            self._add_call(name, function, registry, problems)
        for name, generator in self._demos:
            self._add(registry.demos, name, generator, problems)
        for event, hook in self._hooks:
            if event in EVENTS:
                registry.hooks.setdefault(event, []).append(hook)
            else:
                self._note(problems, f"There is no event `{event[:60]}`.", suggest(event, EVENTS))

    def _add_call(self, name: str, function: PluginFunction, registry: Registry, problems: Problems) -> None:
        prefix, _, rest = name.partition(".")
        if prefix != self.plugin or not NAME.fullmatch(rest):
            hint = f"write `{self.plugin}.{rest or name}`"
            self._note(problems, f"The call `{name[:60]}` is not named after its plugin.", hint)
        else:
            self._add(registry.calls, name, function, problems)

    def _add(self, into: dict[str, Any], name: str, thing: Any, problems: Problems) -> None:
        if name in into:
            self._note(problems, f"`{name[:60]}` is registered twice.", "give one of them another name")
        else:
            into[name] = thing

    def _add_format(self, found: Format, problems: Problems) -> None:
        owner = _formats_of.get(found.name)
        if owner == self.plugin:
            return  # the same plugin, loaded again in this process
        try:
            builtin_formats().register(found)
            _formats_of[found.name] = self.plugin
        except ValueError as error:
            self._note(problems, str(error), "give the format another name")

    def _try(self, problems: Problems, register: Callable[[], None]) -> None:
        try:
            register()
        except ProblemError as error:
            problems.extend(problem.at(self.place) for problem in error.problems)

    def _note(self, problems: Problems, sentence: str, hint: str) -> None:
        problems.extend([Problem("bad-registration", sentence, self.place, hint)])
