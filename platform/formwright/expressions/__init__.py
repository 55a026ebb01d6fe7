"""One expression language, four meanings: Python, SQL, dependencies, explanations."""

from formwright.expressions.extent import DIALECT_LIMITS, PLAIN_LIMITS, Limits
from formwright.expressions.parser import parse
from formwright.expressions.types import Kind, Schema, Scope, Type

__all__ = ["DIALECT_LIMITS", "PLAIN_LIMITS", "Kind", "Limits", "Schema", "Scope", "Type", "parse"]
