"""Write the Python source of calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formwright.expressions.calls import parameters_for
from formwright.expressions.joining import is_constant
from formwright.expressions.nodes import Literal, Name, Node, ObjectLiteral
from formwright.expressions.operator_source import beside
from formwright.expressions.registry import Cost, Form, Function, Parameter, Role
from formwright.expressions.types import Kind, Type

if TYPE_CHECKING:
    from formwright.expressions.writer import Writer

__all__ = ["call", "criteria"]


def call(writer: Writer, form: Form, name: str, arguments: Sequence[Node]) -> str:
    """Return source for a call; it is not made when an argument that it does not want to see is missing."""
    function = writer.registry.find(form, name)
    if function is None:
        raise TypeError(f"the {form} {name} is not registered")
    parameters = parameters_for(function, len(arguments))
    floats = function.alike and any(writer.kind(node) is Kind.NUMBER for node in arguments)
    sources: list[str] = ["C"] if function.reads or function.cost is Cost.RECORDS else []
    guards: list[str] = []
    for place, (parameter, node) in enumerate(zip(parameters, arguments, strict=True)):
        source = _argument(writer, function, parameter, node, floats, first=place == 0)
        if _may_miss(writer, function, parameter, node):
            held = writer.fresh("t")
            guards.append(f"({held} := {source}) is not None")
            source = held
        sources.append(source)
    call = f"{_function(writer, function, form)}({', '.join(sources)})"
    return f"({call} if {' and '.join(guards)} else None)" if guards else call


def _function(writer: Writer, function: Function, form: Form) -> str:
    name = f"{form}_{len(function.name)}_{_safe(function.name)}"
    writer.constants[name] = function.python
    return name


def _safe(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else f"_{ord(sign):x}" for sign in name)


def _argument(
    writer: Writer, function: Function, parameter: Parameter, node: Node, floats: bool, *, first: bool
) -> str:
    if parameter.role is Role.FIELD and isinstance(node, Name):
        return repr(node.name)
    if parameter.role is Role.CRITERIA:
        return criteria(writer, node)
    source = beside(writer, node, Type(Kind.NUMBER)) if floats else writer.value(node)
    if first and function.cost is Cost.LIST:
        writer.lists = True
        return f"spend(B, {source})"
    if writer.kind(node) is Kind.LIST and not function.sees_missing:
        return f"({source} or NIL)"
    return source


def criteria(writer: Writer, node: Node) -> str:
    """Return an object of criteria; a missing value becomes NEVER, a written null stays None."""
    if not isinstance(node, ObjectLiteral):
        raise TypeError("criteria are an object literal")
    parts = []
    for name, value in node.pairs:
        source = writer.value(value)
        if writer.kind(value) is not Kind.NULL:
            held = writer.fresh("t")
            source = f"({held} if ({held} := {source}) is not None else NEVER)"
        parts.append(f"{name!r}: {source}")
    return "{" + ", ".join(parts) + "}"


def _may_miss(writer: Writer, function: Function, parameter: Parameter, node: Node) -> bool:
    if function.sees_missing or parameter.role is not Role.VALUE or isinstance(node, Literal):
        return False
    return writer.kind(node) is not Kind.LIST and not is_constant(node)
