"""Calls of functions and transforms as SQL: lists by subqueries and arrays, others by their SQL twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, case, cast, func, literal_column, null

from formwright.expressions.calls import as_floats, parameters_for
from formwright.expressions.kinds import common
from formwright.expressions.nodes import Call, Literal, Node, Transform
from formwright.expressions.registry import Cost, Form, Function, Parameter, Role
from formwright.expressions.sql.branches import together
from formwright.expressions.sql.collections import aggregate, array_function
from formwright.expressions.sql.comparing import beside
from formwright.expressions.sql.literals import sql_type
from formwright.expressions.sql.operands import Constant, Mapped, Operand, Record, Rows, Value, as_text
from formwright.expressions.sql.records import NotInSql
from formwright.expressions.types import Kind, Type

if TYPE_CHECKING:
    from formwright.expressions.sql.compiler import Compiler

__all__ = ["Calling"]

INTEGER_ONLY = frozenset({Kind.INTEGER})
LARGEST = 10**9
LARGEST_SQL: ColumnElement[Any] = literal_column(str(LARGEST))
LIST_GROUPS = frozenset({"lists", "logic"})


@dataclass(frozen=True, slots=True)
class Calling:
    """Compiles calls for one compiler."""

    compiler: Compiler

    def call(self, node: Call | Transform) -> Operand:
        """Return the value of a call; NotInSql when it has no SQL form."""
        form = Form.FUNCTION if isinstance(node, Call) else Form.TRANSFORM
        arguments = node.arguments if isinstance(node, Call) else (node.subject, *node.arguments)
        entry = self.compiler.constants.registry.find(form, node.name)
        if entry is None:
            raise NotInSql(f"there is no {form} `{node.name}`")
        if entry.cost is Cost.RECORDS:
            raise NotInSql("it asks for records of another entity type", "use children or a reference")
        if entry.group in LIST_GROUPS and arguments:
            first = self.compiler.operand(arguments[0])
            if _is_list(first):
                return self._of_list(entry, first, arguments[1:])
        return self._twin(entry, arguments, self.compiler.type_of(node))

    def _of_list(self, entry: Function, first: Operand, rest: Sequence[Node]) -> Operand:
        attribute = None
        if len(entry.parameters) > 1 and entry.parameters[1].role in (Role.ATTRIBUTE, Role.ORDER) and rest:
            attribute = str(rest[0].value).lstrip("-") if isinstance(rest[0], Literal) else ""
        if isinstance(first, Value) and attribute is not None:
            first = self.compiler.rows(first)
        if isinstance(first, (Rows, Mapped)):
            if entry.name == "sort":
                return first
            return aggregate(entry.name, first, attribute, self.compiler.records)
        if not isinstance(first, Value):
            raise NotInSql("SQL has no such function of lists")
        separator = None
        if entry.name == "join":
            given = self.compiler.operand(rest[0]) if rest else Constant(", ", Type(Kind.TEXT))
            if not isinstance(given, Constant):
                raise NotInSql("only a fixed separator has an SQL form")
            separator = self.compiler.literals.beside(given.value, Type(Kind.TEXT))
        return array_function(entry.name, first, separator)

    def _twin(self, entry: Function, arguments: Sequence[Node], result: Type) -> Operand:
        operands = [self.compiler.operand(argument) for argument in arguments]
        if entry.sql is None:
            raise NotInSql(f"`{entry.name}` has no SQL form", _hint(entry))
        types = [self.compiler.type_of(argument) for argument in arguments]
        if entry.alike:
            types = as_floats(arguments, types)
            columns = together(self.compiler, operands, common(types))
        else:
            parameters = parameters_for(entry, len(operands))
            columns = [
                self._argument(parameter, operand)
                for parameter, operand in zip(parameters, operands, strict=True)
            ]
        missing = any(isinstance(operand, Constant) and operand.missing for operand in operands)
        if missing and not entry.sees_missing:
            return Value(cast(null(), sql_type(result)), result.maybe())
        return Value(entry.sql(columns, types), result)

    def _argument(self, parameter: Parameter, operand: Operand) -> ColumnElement[Any]:
        whole = parameter.kinds == INTEGER_ONLY
        match operand:
            case Constant():
                kind = Type(Kind.TEXT) if operand.type.kind in (Kind.ANY, Kind.NULL) else operand.type
                if not operand.known or operand.value is None:
                    return cast(null(), sql_type(kind))
                found = beside(operand, kind)
                return self.compiler.literals.value(found)
            case Record(id=identity):
                return as_text(identity).sql
            case Value() if whole:
                # Columns may be bigint and computed integers are numeric, twins take int. What lies
                # outside gives an error in Python, so that any other number will do.
                near = func.least(func.greatest(operand.sql, literal_column(str(-LARGEST))), LARGEST_SQL)
                return cast(case((operand.sql.is_not(None), near)), Integer)
            case Value():
                return as_text(operand).sql
            case _:
                raise NotInSql("SQL takes no list here")


def _is_list(operand: Operand) -> bool:
    return isinstance(operand, (Rows, Mapped)) or (
        isinstance(operand, Value) and operand.type.kind is Kind.LIST
    )


def _hint(entry: Function) -> str:
    if entry.group == "users":
        return "write `… in user.roles` or `… in user.teams`"
    return "compute it into a stored attribute and read that"
