"""What went wrong, where, and what to do about it: as a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

__all__ = ["Place", "Problem", "ProblemError", "Problems", "Severity"]


class Severity(StrEnum):
    """How much a problem stops: an error stops, a warning wants a yes, an info only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a problem is: a position in a file, or a field of an input, or both.

    *line* and *column* count from 1. *field* is a dotted path in the input,
    with the index of a child row in brackets: ``accounts[2].iban``.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    field: str = ""

    def __str__(self) -> str:
        """Return ``file:line:column``, the field, or both; empty when nothing is known."""
        position = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return " ".join(part for part in (position, self.field) if part)

    def shifted(self, columns: int) -> Place:
        """Return the place *columns* further right on the same line."""
        return replace(self, column=self.column + columns)


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Problem:
    """One message.

    *code* is a stable slug with a paragraph of documentation; *sentence* is
    complete and speaks to the reader; *hint* says the way out, or is empty.
    """

    code: str
    sentence: str
    place: Place = NOWHERE
    hint: str = ""
    severity: Severity = Severity.ERROR
    related: tuple[Place, ...] = field(default=())

    def at(self, place: Place) -> Problem:
        """Return the same problem at another place."""
        return replace(self, place=place)

    def in_field(self, name: str) -> Problem:
        """Return the same problem with *name* put before the field of its place."""
        inner = self.place.field
        joined = name + inner if inner.startswith("[") else ".".join(p for p in (name, inner) if p)
        return replace(self, place=replace(self.place, field=joined))


class ProblemError(Exception):
    """Raised once, at the end of a step, with every problem that the step found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep *problems*; there is always at least one."""
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.place}: {p.code}: {p.sentence}" for p in self.problems))


class Problems:
    """Collects problems, so that a step reports all of them and not only the first."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: list[Problem] = []

    def add(
        self,
        code: str,
        sentence: str,
        place: Place = NOWHERE,
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note one problem."""
        self._found.append(Problem(code, sentence, place, hint, severity))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self._found.extend(problems)

    def __iter__(self) -> Iterator[Problem]:
        """Yield what was found, in the order of files and lines, else as found."""
        return iter(sorted(self._found, key=lambda p: (p.place.file, p.place.line, p.place.column)))

    def __len__(self) -> int:
        """Return how many were found, whatever their severity."""
        return len(self._found)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop, in order."""
        return tuple(p for p in self if p.severity is Severity.ERROR)

    def raise_errors(self) -> None:
        """Raise all problems together when at least one of them is an error."""
        if self.errors:
            raise ProblemError(tuple(self))
