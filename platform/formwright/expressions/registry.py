"""The typed registry: every function and transform an expression may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement

from formwright.expressions.types import Kind, Type
from formwright.problems import Problem, ProblemError

__all__ = ["Cost", "Example", "Form", "Function", "Parameter", "Registry", "Role", "standard"]

SqlTwin = Callable[[Sequence["ColumnElement[Any]"], Sequence[Type]], "ColumnElement[Any]"]


class Form(StrEnum):
    """How a function is written."""

    FUNCTION = "function"  # f(x, y)
    TRANSFORM = "transform"  # x|f(y)


class Cost(StrEnum):
    """What a call costs."""

    CONSTANT = "constant"
    LIST = "list"  # visits every element of its first argument; charged to the element budget
    RECORDS = "records"  # needs records of another entity type, fetched before evaluation


class Role(StrEnum):
    """What an argument stands for."""

    VALUE = "value"
    ATTRIBUTE = "attribute"  # literal text: an attribute of the elements of the first argument
    ORDER = "order"  # the same, `-name` for descending
    FIELD = "field"  # an attribute of the record: literal text or the bare name
    ENTITY = "entity"  # literal text: an entity type
    TARGET = "target"  # literal text: an attribute of the entity type named before
    CRITERIA = "criteria"  # object literal: attribute of that entity type -> value, or list of values


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. No *kinds* means any value; *of* narrows what a list may hold."""

    name: str
    kinds: frozenset[Kind] = frozenset()
    role: Role = Role.VALUE
    optional: bool = False
    variadic: bool = False
    of: frozenset[Kind] = frozenset()
    only: tuple[str, ...] = ()  # the only literal texts allowed

    def __str__(self) -> str:
        """Return the parameter as the catalogue shows it."""
        shown = f"{self.name}…" if self.variadic else self.name
        return f"[{shown}]" if self.optional else shown


@dataclass(frozen=True, slots=True)
class Example:
    """An expression, a context for it and what it gives; each is a test and a line of the catalogue."""

    text: str
    context: Mapping[str, Any]
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One entry.

    *result* is a type, or is called with the types of the arguments; for an
    attribute name, the type of that attribute stands in its place. Unless it
    *sees_missing*, a function is not called when an argument is missing and
    gives missing (a LIST function gets an empty list for a missing one).
    *reads* are names of the context it looks at besides its arguments; then
    *python* gets the whole context first. *sql* gives the same value from
    columns, or is None; aggregates over children are the SQL compiler's own.
    """

    name: str
    forms: frozenset[Form]
    parameters: tuple[Parameter, ...]
    result: Type | Callable[[Sequence[Type]], Type]
    python: Callable[..., Any]
    doc: str
    examples: tuple[Example, ...]
    group: str = "plugins"
    pure: bool = True
    cost: Cost = Cost.CONSTANT
    sql: SqlTwin | None = None
    sees_missing: bool = False
    reads: tuple[str, ...] = ()
    keeps: bool = False  # the result holds elements of the first argument: paths go on through it
    picks: bool = False  # the result is an element of the first argument
    alike: bool = False  # the arguments must be comparable with each other

    def result_of(self, types: Sequence[Type]) -> Type:
        """Return the type of a call with arguments of *types*."""
        return self.result(types) if callable(self.result) else self.result

    @property
    def signature(self) -> str:
        """The ways to write a call: ``round(number, [digits])``, ``number|round([digits])``."""
        names = [str(parameter) for parameter in self.parameters]
        ways = []
        if Form.FUNCTION in self.forms:
            ways.append(f"{self.name}({', '.join(names)})")
        if Form.TRANSFORM in self.forms:
            rest = f"({', '.join(names[1:])})" if names[1:] else ""
            ways.append(f"{names[0]}|{self.name}{rest}")
        return ", ".join(f"`{way}`" for way in ways)


@dataclass
class Registry:
    """The known functions, by form and name. Frozen after start-up by convention: fill it, then compile."""

    _entries: dict[tuple[Form, str], Function] = field(default_factory=dict)

    def add(self, function: Function) -> None:
        """Register *function* in each of its forms.

        Raises ProblemError when a form of that name is taken.
        """
        for form in sorted(function.forms):
            if (form, function.name) in self._entries:
                raise ProblemError(
                    [Problem("duplicate-function", f"The {form} `{function.name}` is registered twice.")]
                )
        for form in function.forms:
            self._entries[form, function.name] = function

    def find(self, form: Form, name: str) -> Function | None:
        """Return the entry for `name` written in *form*, or None."""
        return self._entries.get((form, name))

    def names(self, form: Form) -> tuple[str, ...]:
        """Return the names known in *form*, sorted."""
        return tuple(sorted(name for known, name in self._entries if known is form))

    def __iter__(self) -> Iterator[Function]:
        """Yield every entry once, in the order of registration."""
        return iter({id(entry): entry for entry in self._entries.values()}.values())

    def extended(self, functions: Iterable[Function]) -> Registry:
        """Return a new registry with *functions* added."""
        registry = Registry(dict(self._entries))
        for function in functions:
            registry.add(function)
        return registry


@cache
def standard() -> Registry:
    """Return the registry of the built-in functions; plugins extend a copy."""
    from formwright.expressions.functions import BUILT_IN

    return Registry().extended(BUILT_IN)
