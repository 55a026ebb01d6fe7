"""What an expression reads, who must run again after a change, and in which order values are computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formwright.expressions.calls import parameters_for
from formwright.expressions.nodes import (
    Binary,
    Call,
    Conditional,
    Filter,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Transform,
    children,
)
from formwright.expressions.registry import Cost, Form, Registry, Role
from formwright.problems import Place, Problem, ProblemError

if TYPE_CHECKING:
    from formwright.expressions.expression import Expression

__all__ = ["ReverseIndex", "order", "paths_read"]

NOWHERE = Place()


def paths_read(node: Node, registry: Registry) -> frozenset[str]:
    """Return every path that *node* reads, each as long as it is known.

    Shapes: ``total``, ``segment.code``, ``lines`` with ``lines[].qty``,
    ``old.status``, ``user.roles``, ``today``. Records of other entity types are
    ``$invoice`` with ``$invoice[].total``.
    """
    reader = _Reader(registry, set(), [])
    reader.read(node)
    return frozenset(reader.found)


@dataclass(slots=True)
class _Reader:
    """Walks a tree; *elements* are the paths of what the filters around the node look at."""

    registry: Registry
    found: set[str]
    elements: list[tuple[str, ...]]

    def read(self, node: Node) -> None:
        """Note what *node* reads."""
        match node:
            case Binary(left=left, right=right):
                self.read(left)
                self.read(right)
            case Name() | Member() | Index() | Filter():
                self.found.update(self.paths(node))
            case Call(name=name, arguments=arguments):
                self._call(Form.FUNCTION, name, arguments)
            case Transform(name=name, subject=subject, arguments=arguments):
                self._call(Form.TRANSFORM, name, (subject, *arguments))
            case _:
                for child in children(node):
                    self.read(child)

    def paths(self, node: Node) -> tuple[str, ...]:
        """Return where the value of *node* lives, noting what is read on the way; empty if computed."""
        match node:
            case Name(name=name, relative=False):
                return (name,)
            case Name(name=name):
                return tuple(f"{path}[].{name}" for path in self.elements[-1]) if self.elements else ()
            case Member(subject=subject, name=name):
                return tuple(f"{path}.{name}" for path in self.paths(subject))
            case Index(subject=subject, key=key):
                return self._index(subject, key)
            case Filter(subject=subject, condition=condition):
                paths = self.paths(subject)
                self.found.update(paths)
                self.elements.append(paths)
                self.read(condition)
                self.elements.pop()
                return paths
            case Conditional(test=test, then=then, otherwise=otherwise):
                self.read(test)
                return (*self.paths(test if then is None else then), *self.paths(otherwise))
            case Binary(operator="&&" | "||", left=left, right=right):
                self.read(left)
                return (*self.paths(left), *self.paths(right))
            case Call(name=name, arguments=arguments):
                return self._call(Form.FUNCTION, name, arguments)
            case Transform(name=name, subject=subject, arguments=arguments):
                return self._call(Form.TRANSFORM, name, (subject, *arguments))
            case _:
                self.read(node)
                return ()

    def _index(self, subject: Node, key: Node) -> tuple[str, ...]:
        paths = self.paths(subject)
        if isinstance(key, Literal) and isinstance(key.value, str):
            return tuple(f"{path}.{key.value}" for path in paths)
        self.read(key)
        self.found.update(paths)
        return tuple(f"{path}[]" for path in paths)

    def _call(self, form: Form, name: str, arguments: tuple[Node, ...]) -> tuple[str, ...]:
        function = self.registry.find(form, name)
        if function is None:
            return ()
        if function.cost is Cost.RECORDS:
            return self._records(arguments)
        held: tuple[str, ...] = ()
        for place, (parameter, node) in enumerate(
            zip(parameters_for(function, len(arguments)), arguments, strict=True)
        ):
            if parameter.role is Role.FIELD:
                field = node.name if isinstance(node, Name) else literal_text(node)
                self.found.update((field, f"old.{field}"))
            elif parameter.role in (Role.ATTRIBUTE, Role.ORDER):
                self.found.update(f"{path}[].{literal_text(node).lstrip('-')}" for path in held)
            elif place == 0:
                held = self.paths(node)
                self.found.update(held)
            else:
                self.read(node)
        if name in ("has_role", "in_team"):
            self._user(form, name, held)
        elif function.reads:
            self.found.update(read for read in function.reads if read != "old")
        if function.picks:
            return tuple(f"{path}[]" for path in held)
        return held if function.keeps else ()

    def _user(self, form: Form, name: str, held: tuple[str, ...]) -> None:
        key = "roles" if name == "has_role" else "teams"
        self.found.difference_update(held)
        self.found.update(f"{path}.{key}" for path in (held if form is Form.TRANSFORM else ("user",)))

    def _records(self, arguments: tuple[Node, ...]) -> tuple[str, ...]:
        entity = f"${literal_text(arguments[0])}"
        self.found.add(entity)
        for node in arguments[1:]:
            if isinstance(node, Literal):
                self.found.add(f"{entity}[].{node.value}")
            else:
                self.read(node)
                self.found.update(f"{entity}[].{name}" for name, _ in getattr(node, "pairs", ()))
        return (f"{entity}[]",)


def literal_text(node: Node) -> str:
    """Return the text of a literal, or an empty one."""
    return str(node.value) if isinstance(node, Literal) else ""


class ReverseIndex:
    """From an attribute to the expressions that read it."""

    def __init__(self, expressions: Mapping[str, Expression]) -> None:
        """Index *expressions*, which are known by the keys of the mapping."""
        self._by_name: dict[str, list[str]] = {}
        for key, expression in expressions.items():
            for name in dict.fromkeys(map(root, sorted(expression.dependencies))):
                self._by_name.setdefault(name, []).append(key)

    def affected(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the keys of the expressions that read any of *names*, each once."""
        return tuple(dict.fromkeys(key for name in names for key in self._by_name.get(name, ())))


def root(path: str) -> str:
    """Return the attribute a path begins with; what is read through ``record.`` is the attribute itself."""
    if path.startswith("record."):
        path = path.removeprefix("record.")
    return path.replace("[", ".").split(".", 1)[0]


def order(expressions: Mapping[str, Expression]) -> tuple[str, ...]:
    """Return the names of computed values so that each comes after those it reads.

    Raises ProblemError `computed-cycle` with the path of a cycle, at the place
    of the expression where it begins.
    """
    needs = {
        name: [read for read in sorted(map(root, expression.dependencies)) if read in expressions]
        for name, expression in expressions.items()
    }
    done: dict[str, None] = {}
    for name in expressions:
        _visit(name, needs, done, expressions)
    return tuple(done)


def _visit(
    start: str, needs: Mapping[str, list[str]], done: dict[str, None], expressions: Mapping[str, Expression]
) -> None:
    """Put *start* and all it needs into *done*, depth first with a stack of its own."""
    if start in done:
        return
    path: list[str] = [start]
    waiting: list[Iterator[str]] = [iter(needs[start])]
    while path:
        following = next((name for name in waiting[-1] if name not in done), None)
        if following is None:
            done[path.pop()] = None
            waiting.pop()
        elif following in path:
            raise ProblemError([_cycle([*path[path.index(following) :], following], expressions)])
        else:
            path.append(following)
            waiting.append(iter(needs[following]))


def _cycle(names: list[str], expressions: Mapping[str, Expression]) -> Problem:
    shown = " → ".join(f"`{name}`" for name in names)
    places = tuple(expressions[name].place for name in names[1:-1])
    return Problem(
        "computed-cycle",
        f"These values are computed from each other: {shown}.",
        expressions[names[0]].place,
        "let one of them be entered, or computed from something else",
        related=places,
    )
