"""`a ? b : c`, `a ?: b`, `a && b` and `a || b` where their value is wanted, not only their truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, case, func

from formwright.expressions.nodes import Binary, Conditional, Node
from formwright.expressions.sql.collections import falsy
from formwright.expressions.sql.comparing import beside, uuid_of
from formwright.expressions.sql.operands import Constant, Operand, Record, Value, as_text
from formwright.expressions.sql.records import NotInSql
from formwright.expressions.types import Kind, Type

if TYPE_CHECKING:
    from formwright.expressions.sql.compiler import Compiler

__all__ = ["chosen", "together"]


def chosen(compiler: Compiler, node: Node) -> Operand:
    """Return the value of a node that chooses between two."""
    match node:
        case Conditional(then=Node()) if (taken := compiler.constants.taken(node)) is not None:
            return compiler.operand(taken)
        case Conditional(test=test, then=Node() as then, otherwise=otherwise):
            test_holds = compiler.condition(test, True)
            one, other = compiler.operand(then), compiler.operand(otherwise)
            kind = compiler.type_of(node)
            first, second = together(compiler, [one, other], kind)
            return _result(case((test_holds, first), else_=second), kind, one, other)
        case Conditional(test=left, otherwise=right) | Binary(operator="||", left=left, right=right):
            return _first_true(compiler, node, left, right)
        case Binary(left=left, right=right):
            left_holds = compiler.condition(left, True)
            one, other = compiler.operand(left), compiler.operand(right)
            kind = compiler.type_of(node)
            first, second = together(compiler, [one, other], kind)
            return _result(case((left_holds, second), else_=first), kind, one, other)
    raise TypeError(type(node).__name__)


def _first_true(compiler: Compiler, node: Node, left: Node, right: Node) -> Operand:
    """Return *left* when it is true, else *right*; without writing *left* twice."""
    one, other = compiler.operand(left), compiler.operand(right)
    kind = compiler.type_of(node)
    first, second = together(compiler, [one, other], kind)
    left_kind = compiler.type_of(left).kind
    empty = falsy(left_kind)
    present = first if empty is None else func.nullif(first, empty, type_=first.type)
    return _result(func.coalesce(present, second, type_=first.type), kind, one, other)


def together(compiler: Compiler, operands: list[Operand], kind: Type) -> list[ColumnElement[Any]]:
    """Return *operands* as SQL that has one type: the sides of a choice, or arguments that are compared."""
    if kind.kind is Kind.ANY:
        raise NotInSql("its two sides are of different kinds")
    if kind.kind is Kind.LIST:
        raise NotInSql("SQL does not choose between lists")
    plain = [operand.id if isinstance(operand, Record) else operand for operand in operands]
    values = [operand for operand in plain if isinstance(operand, Value)]
    ids = bool(values) and all(value.is_uuid for value in values) and kind.kind is Kind.RECORD
    sides = [operand for operand in plain if isinstance(operand, (Value, Constant))]
    if len(sides) < len(plain):
        raise NotInSql("SQL does not choose between lists")
    return [_side(compiler, operand, kind, ids) for operand in sides]


def _side(compiler: Compiler, operand: Value | Constant, kind: Type, ids: bool) -> ColumnElement[Any]:
    if isinstance(operand, Value):
        return operand.sql if ids else as_text(operand).sql
    found = beside(operand, kind)
    if ids:
        return compiler.literals.beside(uuid_of(found), kind)
    return compiler.literals.beside(found, kind if kind.kind is not Kind.RECORD else Type(Kind.TEXT))


def _result(sql: ColumnElement[Any], kind: Type, one: Operand, other: Operand) -> Operand:
    found = Value(sql, kind)
    entities = {side.entity for side in (one, other) if isinstance(side, Record)}
    if kind.kind is Kind.RECORD and len(entities) == 1 and found.is_uuid:
        return Record(found, entities.pop())
    return found
