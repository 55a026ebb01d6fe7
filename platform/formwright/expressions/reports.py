"""Where in a text something is, and how the parser says that it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NoReturn

from formwright.problems import Place, Problem, ProblemError

__all__ = ["Report", "locate"]

NOWHERE = Place()
MANY = 100  # problems of one text; nobody reads more


def locate(text: str, offset: int, place: Place = NOWHERE) -> Place:
    """Return the place of *offset* in *text*, which itself begins at *place*.

    Lines and columns count from 1. On the first line the column is added to the
    column of *place*; further lines begin at column 1, because the indentation of
    the surrounding file is not known here.
    """
    lines = text.count("\n", 0, offset)
    column = offset - (text.rfind("\n", 0, offset) + 1)
    if lines == 0:
        column += max(place.column - 1, 0)
    return replace(place, line=max(place.line, 1) + lines, column=column + 1)


@dataclass(slots=True)
class Report:
    """Collects what is wrong with one text."""

    text: str
    place: Place = NOWHERE
    strict: bool = False
    problems: list[Problem] = field(default_factory=list)

    def flag(self, code: str, offset: int, sentence: str, hint: str = "") -> None:
        """Note what the reference accepts and the strict grammar refuses."""
        if self.strict and len(self.problems) < MANY:
            self.problems.append(Problem(code, sentence, locate(self.text, offset, self.place), hint))

    def fail(self, code: str, offset: int, sentence: str, hint: str = "") -> NoReturn:
        """Raise everything noted so far together with a problem that ends the parse."""
        last = Problem(code, sentence, locate(self.text, offset, self.place), hint)
        raise ProblemError((*self.problems, last))

    def finish(self) -> None:
        """Raise what was noted, if anything, in the order of the text."""
        if self.problems:
            raise ProblemError(sorted(self.problems, key=lambda p: (p.place.line, p.place.column)))
