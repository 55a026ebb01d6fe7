"""The catalogue of attribute types. Built-in types enter it exactly as those of plugins do."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from re import fullmatch
from typing import Final

from formwright.attributes import types
from formwright.attributes.base import AttributeType
from formwright.problems import Place, Problem, ProblemError, suggest

__all__ = ["KINDS", "Catalogue", "builtin"]

KINDS: Final = frozenset(
    {"any", "boolean", "integer", "decimal", "number", "text"}
    | {"date", "datetime", "time", "duration", "list", "record", "object"}
)  # of `formwright.expressions.types`, which this package must not import


class Catalogue:
    """Attribute types by name."""

    def __init__(self) -> None:
        """Start with none."""
        self._known: dict[str, AttributeType] = {}

    def register(self, found: AttributeType, place: Place | None = None) -> None:
        """Add a type; raises ProblemError when its name is taken or it lacks what every type has."""
        place = place or Place(file=type(found).__module__)
        name = getattr(found, "name", "")
        wrong = self._wrong(found, name)
        if wrong:
            raise ProblemError([Problem("bad-attribute-type", wrong, place)])
        if name in self._known:
            other = type(self._known[name]).__module__
            raise ProblemError(
                [
                    Problem(
                        "duplicate-attribute-type",
                        f"The attribute type `{name}` is already registered by `{other}`.",
                        place,
                        "give the type another name",
                    )
                ]
            )
        self._known[name] = found

    def _wrong(self, found: AttributeType, name: str) -> str:
        if not isinstance(found, AttributeType):
            return "An attribute type is an instance of a subclass of AttributeType."
        if not fullmatch(r"[a-z][a-z0-9_]{0,30}", name):
            return "An attribute type has a name of lower case letters, digits and underscores."
        if not getattr(found, "label", ""):
            return f"The attribute type `{name}` has no label."
        if getattr(found, "kind", "") not in KINDS:
            return f"The attribute type `{name}` has no known kind; kinds are {', '.join(sorted(KINDS))}."
        missing = [key for key in found.needs if key not in found.keys]
        return f"The attribute type `{name}` needs `{missing[0]}` but does not declare it." if missing else ""

    def find(self, name: str) -> AttributeType | None:
        """Return the type called *name*, None when there is none."""
        return self._known.get(name)

    def get(self, name: str, place: Place | None = None) -> AttributeType:
        """Return the type called *name*; raises ProblemError ``unknown-attribute-type`` at *place*."""
        found = self._known.get(name)
        if found is None:
            sentence = f"There is no attribute type `{name}`."
            problem = Problem(
                "unknown-attribute-type", sentence, place or Place(), suggest(name, self._known)
            )
            raise ProblemError([problem])
        return found

    def names(self) -> list[str]:
        """Return all names in order."""
        return sorted(self._known)

    def __iter__(self) -> Iterator[AttributeType]:
        """Yield the types by name."""
        return (self._known[name] for name in self.names())

    def __contains__(self, name: object) -> bool:
        """Return whether there is a type called *name*."""
        return name in self._known


def builtin() -> Catalogue:
    """Return a new catalogue of the built-in types: one of each public class in ``attributes.types``."""
    catalogue = Catalogue()
    for module in sorted(iter_modules(types.__path__), key=lambda found: found.name):
        loaded = import_module(f"{types.__name__}.{module.name}")
        for public in loaded.__all__:
            cls = getattr(loaded, public)
            if isinstance(cls, type) and issubclass(cls, AttributeType):
                catalogue.register(cls())
    return catalogue
