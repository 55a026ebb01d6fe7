"""Expressions as SQL: conditions that are exact under NULL, values, checks and partial indexes."""

from formwright.expressions.sql.constants import Binds
from formwright.expressions.sql.entry import check, column, falsity, inline, truth, unsupported
from formwright.expressions.sql.source import Children, SqlSource

__all__ = ["Binds", "Children", "SqlSource", "check", "column", "falsity", "inline", "truth", "unsupported"]
