"""One expression language, four meanings: Python, SQL, dependencies, explanations."""

from formwright.expressions.dependencies import ReverseIndex, order
from formwright.expressions.explain import Explanation
from formwright.expressions.expression import Expression, compile_expression, fails_closed
from formwright.expressions.extent import DIALECT_LIMITS, PLAIN_LIMITS, Limits
from formwright.expressions.jexl import JEXL
from formwright.expressions.parser import parse
from formwright.expressions.queries import RECORDS, Question, RecordQuery
from formwright.expressions.registry import Cost, Example, Form, Function, Parameter, Registry, Role, standard
from formwright.expressions.sql.source import Children, SqlSource
from formwright.expressions.types import Kind, Schema, Scope, Type
from formwright.expressions.values import UNDEFINED

__all__ = [
    "DIALECT_LIMITS",
    "JEXL",
    "PLAIN_LIMITS",
    "RECORDS",
    "UNDEFINED",
    "Children",
    "Cost",
    "Example",
    "Explanation",
    "Expression",
    "Form",
    "Function",
    "Kind",
    "Limits",
    "Parameter",
    "Question",
    "RecordQuery",
    "Registry",
    "ReverseIndex",
    "Role",
    "Schema",
    "Scope",
    "SqlSource",
    "Type",
    "compile_expression",
    "fails_closed",
    "order",
    "parse",
    "standard",
]
