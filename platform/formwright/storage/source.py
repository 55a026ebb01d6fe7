"""Tables by entity type, for whoever builds statements and for expressions that become SQL."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, true

from formwright.expressions.sql.source import Children
from formwright.metadata.model import Attribute, EntityType, Model
from formwright.storage import system_tables
from formwright.storage.tables import build_tables, sparse_attributes

__all__ = ["USER", "ModelSource", "source_of"]

USER = "$user"
"""The name under which expressions know the users of the platform."""

KEPT = 8


class ModelSource:
    """The tables of one Model; implements ``SqlSource`` of the expressions.

    *columns* of an entity type are the attributes with a column of their own,
    *sparse* those that share one jsonb column.
    """

    def __init__(self, model: Model) -> None:
        """Build the tables once; they are shared by all requests that *model* serves."""
        self.model = model
        self.tables: Mapping[str, Table] = build_tables(model, rules=False).tables
        self._sparse = {name: sparse_attributes(entity) for name, entity in model.entities.items()}

    def table(self, entity: str) -> Table:
        """Return the table of an entity type, or of ``$user``; KeyError when it has none."""
        return system_tables.user if entity == USER else self.tables[entity]

    def sparse(self, entity: str) -> Mapping[str, Attribute]:
        """Return the attributes of *entity* that share one column."""
        return self._sparse.get(entity, {})

    def reference(self, entity: str, attribute: str) -> str | None:
        """Return what a reference, several references or a user attribute point at."""
        found = self._attribute(entity, attribute)
        if found is None or not found.type.stored:
            return None
        if found.type.name == "user":
            return USER
        return found.target or None

    def children(self, entity: str, attribute: str) -> Children | None:
        """Return where the rows of a children attribute are."""
        found = self._attribute(entity, attribute)
        if found is None or found.type.stored or not found.target:
            return None
        return Children(found.target, str(found.options["by"]))

    def polymorphic(self, entity: str, attribute: str) -> bool:
        """Tell whether the attribute points at one of several entity types."""
        found = self._attribute(entity, attribute)
        return found is not None and found.type.name == "any"

    def live(self, row: FromClause) -> ColumnElement[Any]:
        """Return the condition that *row* is not deleted."""
        return row.c.deleted_at.is_(None) if "deleted_at" in row.c else true()

    def _attribute(self, entity: str, attribute: str) -> Attribute | None:
        found: EntityType | None = self.model.entities.get(entity)
        return found.attributes.get(attribute) if found else None


_sources: OrderedDict[str, ModelSource] = OrderedDict()


def source_of(model: Model) -> ModelSource:
    """Return the tables of *model*, built once for each state of the metadata."""
    found = _sources.get(model.checksum)
    if found is None or found.model is not model:
        found = _sources[model.checksum] = ModelSource(model)
    _sources.move_to_end(model.checksum)
    while len(_sources) > KEPT:
        _sources.popitem(last=False)
    return found
