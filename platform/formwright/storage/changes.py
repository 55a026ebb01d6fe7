"""What an apply would do, as values: changes for people, each with the steps that carry it out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from formwright.problems import Problem

__all__ = [
    "Backfill",
    "Change",
    "Failing",
    "Guard",
    "Lock",
    "Online",
    "Plan",
    "Seal",
    "Statement",
    "Step",
    "Symbol",
    "Transact",
]


class Symbol(StrEnum):
    """One sign for each sort of change."""

    CREATE = "+"
    CHANGE = "~"
    REMOVE = "-"  # parks columns and tables; drops constraints and indexes
    RENAME = ">"
    RESTORE = "<"  # brings back what was parked


class Lock(StrEnum):
    """What others have to wait for."""

    NONE = "none"  # reads and writes go on
    BRIEF = "brief"  # reads and writes wait some milliseconds: only the catalog changes
    WRITES = "writes"  # writes wait while the table is read once


@dataclass(frozen=True, slots=True)
class Guard:
    """A count that must be 0 inside a transaction, else the transaction is given up with a problem."""

    sql: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A comment that marks what an apply made: *kind* is ``table``, ``column``, ``constraint`` or ``index``.

    *was* is added to the earlier names; *seal* (if any) is kept together with the
    digest of what PostgreSQL made of the declaration, so that changes by hand show.
    """

    kind: str
    table: str
    name: str = ""
    seal: str = ""
    was: str = ""
    keys: tuple[str, ...] = ()


Statement = str | Guard | Seal


@dataclass(frozen=True, slots=True)
class Transact:
    """Statements in one transaction. *scans*: may take as long as reading the table takes."""

    statements: tuple[Statement, ...]
    scans: bool = False


@dataclass(frozen=True, slots=True)
class Online:
    """One statement outside a transaction that lets reads and writes go on."""

    sql: str


@dataclass(frozen=True, slots=True)
class Backfill:
    """Set *column* of *table* to *value* (SQL) in every row where *where* (SQL) holds, batch by batch."""

    table: str
    column: str
    value: str
    where: str


Step = Transact | Online | Backfill


@dataclass(frozen=True, slots=True)
class Failing:
    """How to find rows that a change would reject: SQL after ``select … from``, and what to say then.

    *stops*: such rows stop the plan; otherwise the change waits (as a note) until there are none.
    """

    source: str
    code: str
    sentence: str
    hint: str = ""
    stops: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change. *phase* orders changes; *rows* and *fails* are counted on live data.

    *touching* is SQL that counts the rows it rewrites. *action* is a stable slug.
    """

    action: str
    symbol: Symbol
    table: str
    subject: str
    sentence: str
    phase: int
    lock: Lock = Lock.BRIEF
    reversible: bool = True
    steps: tuple[Step, ...] = ()
    touching: str = ""
    failing: Failing | None = None
    rows: int = 0
    fails: int = 0
    samples: tuple[str, ...] = ()

    @property
    def problem(self) -> Problem | None:
        """What stops the change, if anything does."""
        if not self.failing or not self.fails or not self.failing.stops:
            return None
        sentence = f"{self.failing.sentence} {rows_in_words(self.fails)}: {', '.join(self.samples)}"
        more = ", …" if self.fails > len(self.samples) else ""
        return Problem(self.failing.code, f"{sentence}{more}.", hint=self.failing.hint)

    @property
    def waits(self) -> bool:
        """Whether rows keep it from being made, though they do not stop the plan."""
        return bool(self.failing and self.fails and not self.failing.stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All changes in the order of an apply. *notes* are what is seen and left alone."""

    changes: tuple[Change, ...] = ()
    notes: tuple[Change, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stops the plan."""
        return tuple(change.problem for change in self.changes if change.problem)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.changes


def rows_in_words(count: int) -> str:
    """Return ``1 row`` or ``1,234 rows``."""
    return "1 row" if count == 1 else f"{count:,} rows"
