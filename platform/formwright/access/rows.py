"""Row rules as a condition in SQL: the same rules, for queries over many records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, ColumnElement, false, literal_column, or_, true
from sqlalchemy.sql.elements import False_

from formwright.access.actor import Actor
from formwright.access.decision import may
from formwright.expressions.sql.source import SqlSource
from formwright.metadata.model import EntityType

__all__ = ["row_condition"]

NOBODY: ColumnElement[bool] = literal_column("false", Boolean())


def row_condition(
    entity_type: EntityType, action: str, actor: Actor, source: SqlSource, binds: Mapping[str, Any]
) -> ColumnElement[bool]:
    """Return the condition under which *actor* may do *action* with a row of *source*.

    *binds* holds the values of names that are no attributes: ``user``,
    ``today``, ``now``. Denied is ``false``; a rule is true or the row is out,
    because ``where`` never is NULL where the rule does not hold.
    """
    decision = may(entity_type, action, actor)
    if decision.allowed:
        return true()
    condition = or_(false(), *(rule.where(source, binds) for rule in decision.rules))
    # SQLAlchemy drops whatever stands beside a constant false, and with it parameters that callers give.
    return NOBODY if isinstance(condition, False_) else condition
