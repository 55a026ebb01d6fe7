"""What a table looks like, as plain values: the same for declared tables and for live ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "SPARSE",
    "CheckShape",
    "ColumnShape",
    "ForeignKeyShape",
    "IndexShape",
    "Parked",
    "TableShape",
]


SPARSE = "sparse"
"""The jsonb column that holds the attributes declared ``sparse: true``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShape:
    """A column. *type* is spelled as ``format_type`` spells it: ``numeric(18,2)``, ``text[]``.

    *seal* stands for the declared default. A live column has it only while its
    default is still what was made from that declaration. *was* are earlier
    names: declared, or noted by an earlier rename. *fill* is the SQL of the
    value that rows without one get when the column must have one. *keys* are
    the attributes that a column of sparse attributes holds. *many*: the values are
    ``entity/id``, references to records of several entity types.
    """

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    seal: str = ""
    was: tuple[str, ...] = ()
    fill: str = ""
    keys: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckShape:
    """A check constraint. *rule*: from a rule of the metadata, which old rows may not keep yet."""

    name: str
    sql: str
    columns: frozenset[str] = frozenset()
    validated: bool = True
    seal: str = ""
    rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKeyShape:
    """A foreign key from *column* to the id of *target*. *action* is the letter of ``confdeltype``."""

    name: str
    column: str
    target: str
    action: str = "a"
    validated: bool = True

    @property
    def meaning(self) -> tuple[str, str, str]:
        """What must be equal for two foreign keys to be the same, whatever their names."""
        return (self.column, self.target, self.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexShape:
    """An index. *columns* are names, with `` desc`` where the order is descending.

    *where* is the condition of a partial index, *touches* every column that
    the index reads, *owned* whether a constraint owns it, *ours* whether
    an apply made it.
    """

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    method: str = "btree"
    where: str = ""
    seal: str = ""
    touches: frozenset[str] = frozenset()
    valid: bool = True
    owned: bool = False
    ours: bool = True

    @property
    def meaning(self) -> tuple[object, ...]:
        """What must be equal for two indexes to be the same, whatever their names."""
        return (self.columns, self.unique, self.method, bool(self.where), self.seal if self.where else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """A table with all that hangs on it, each by name.

    *key* is the name of its primary key on ``id``; *ours* whether an apply made it.
    """

    name: str
    columns: Mapping[str, ColumnShape]
    checks: Mapping[str, CheckShape] = field(default_factory=dict)
    foreign_keys: Mapping[str, ForeignKeyShape] = field(default_factory=dict)
    indexes: Mapping[str, IndexShape] = field(default_factory=dict)
    key: str = ""
    fillfactor: int = 100
    was: tuple[str, ...] = ()
    ours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A column or (*column* empty) a table that is kept aside. *reason* is ``removed`` or ``converted``."""

    table: str
    column: str
    entity: str
    attribute: str
    type: str
    reason: str = "removed"
