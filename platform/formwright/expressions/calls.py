"""Check calls of functions and transforms against the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formwright.expressions.comparisons import comparable
from formwright.expressions.joining import is_constant
from formwright.expressions.kinds import ANY, NUMBER, TEXT, common, described
from formwright.expressions.nodes import (
    Call,
    ListLiteral,
    Literal,
    Name,
    Node,
    ObjectLiteral,
    Transform,
    walk,
)
from formwright.expressions.registry import Cost, Form, Function, Parameter, Role
from formwright.expressions.types import Kind, Type
from formwright.problems import suggest

if TYPE_CHECKING:
    from formwright.expressions.checks import Checker

__all__ = ["as_floats", "call", "parameters_for", "transform"]

UNKNOWN = ANY.maybe()
OTHER = {Form.FUNCTION: Form.TRANSFORM, Form.TRANSFORM: Form.FUNCTION}


def call(checker: Checker, node: Call) -> Type:
    """Return the type of ``f(x)``."""
    return _checked(checker, node, Form.FUNCTION, node.start, node.arguments)


def transform(checker: Checker, node: Transform) -> Type:
    """Return the type of ``x|f``."""
    # The name stands after the subject and the sign, with white space anywhere.
    offset = checker.report.text.find(node.name, node.subject.end)
    return _checked(checker, node, Form.TRANSFORM, max(offset, node.start), (node.subject, *node.arguments))


def _checked(
    checker: Checker, node: Call | Transform, form: Form, offset: int, arguments: Sequence[Node]
) -> Type:
    function = checker.registry.find(form, node.name)
    if function is None:
        for argument in arguments:
            checker.of(argument)
        return _unknown(checker, node.name, form, offset)
    if not _count_fits(checker, function, len(arguments), offset):
        for argument in arguments:
            checker.of(argument)
        return UNKNOWN
    for name in function.reads:
        if name not in checker.names and function.cost is not Cost.RECORDS:
            sentence = f"`{function.name}` reads `{name}`, which is not known here."
            return checker.flag("function-needs-name", offset, sentence)
    if function.cost is Cost.RECORDS and isinstance(node, Call):
        _note_query(checker, node)
    types = _arguments(checker, function, arguments)
    _element_fits(checker, function, arguments, types)
    if function.alike:
        types = as_floats(arguments, types)
    if function.alike and common(types).kind is Kind.ANY and all(t.kind is not Kind.ANY for t in types):
        sentence = "These cannot be compared: " + ", ".join(described(each) for each in types) + "."
        return checker.flag("argument-type", offset, sentence)
    result = function.result_of(types)
    missing = any(each.optional and each.kind is not Kind.LIST for each in _values(function, types))
    return result.maybe() if missing and not function.sees_missing else result


def _unknown(checker: Checker, name: str, form: Form, offset: int) -> Type:
    other = checker.registry.find(OTHER[form], name)
    hint = f"write {other.signature}" if other else suggest(name, checker.registry.names(form))
    return checker.flag(f"unknown-{form}", offset, f"There is no {form} `{name}`.", hint)


def _count_fits(checker: Checker, function: Function, count: int, offset: int) -> bool:
    least = sum(not parameter.optional for parameter in function.parameters)
    most = None if any(p.variadic for p in function.parameters) else len(function.parameters)
    if least <= count and (most is None or count <= most):
        return True
    checker.flag(
        "argument-count",
        offset,
        f"`{function.name}` does not take {count} argument{'' if count == 1 else 's'}.",
        f"write {function.signature}",
    )
    return False


def parameters_for(function: Function, count: int) -> list[Parameter]:
    """Return the parameter of each of *count* arguments; the variadic one repeats."""
    parameters = list(function.parameters)
    return (parameters + parameters[-1:] * (count - len(parameters)))[:count]


def _values(function: Function, types: Sequence[Type]) -> list[Type]:
    pairs = zip(parameters_for(function, len(types)), types, strict=True)
    return [each for parameter, each in pairs if parameter.role is Role.VALUE]


def _arguments(checker: Checker, function: Function, arguments: Sequence[Node]) -> list[Type]:
    types: list[Type] = []
    for parameter, node in zip(parameters_for(function, len(arguments)), arguments, strict=True):
        types.append(_argument(checker, parameter, node, types))
    return types


def _argument(checker: Checker, parameter: Parameter, node: Node, before: Sequence[Type]) -> Type:
    match parameter.role:
        case Role.VALUE:
            return _value(checker, parameter, node)
        case Role.FIELD:
            return _field(checker, node)
        case Role.CRITERIA:
            return _criteria(checker, node, before[0])
        case Role.ENTITY:
            return _entity(checker, node)
        case Role.TARGET:
            return _named(checker, parameter, node, before[0])
        case _:
            return _named(checker, parameter, node, before[0].of or ANY)


def _value(checker: Checker, parameter: Parameter, node: Node) -> Type:
    found = checker.of(node)
    if parameter.kinds and found.kind not in parameter.kinds and found.kind is not Kind.ANY:
        wanted = " or ".join(sorted(described(kind) for kind in parameter.kinds))
        sentence = f"`{parameter.name}` must be {wanted}, this is {described(found)}."
        return checker.flag("argument-type", node, sentence)
    inner = found.of.kind if found.of else Kind.ANY
    if parameter.of and inner not in parameter.of and inner is not Kind.ANY:
        return checker.flag(
            "argument-type",
            node,
            f"The elements of this list are each {described(inner)}; name an attribute.",
            "use `|map('…')` first",
        )
    if parameter.only and isinstance(node, Literal) and node.value not in parameter.only:
        sentence = f"`{node.value}` is not a {parameter.name}."
        return checker.flag("argument-type", node, sentence, suggest(str(node.value), parameter.only))
    return found


def _text(checker: Checker, node: Node, what: str) -> str | None:
    """Return the text of a literal; flag anything else, whose meaning would not be known before it runs."""
    checker.types[id(node)] = TEXT
    if isinstance(node, Literal) and isinstance(node.value, str):
        return node.value
    checker.of(node)
    checker.flag("argument-not-literal", node, f"{what} is written as a text in quotes.")
    return None


def _named(checker: Checker, parameter: Parameter, node: Node, holder: Type) -> Type:
    name = _text(checker, node, "The name of an attribute")
    if name is None:
        return UNKNOWN
    falling = parameter.role is Role.ORDER and name.startswith("-")
    found = checker.attribute(holder, name[falling:], node.start)
    if parameter.kinds and found.kind not in parameter.kinds and found.kind is not Kind.ANY:
        wanted = " or ".join(sorted(described(kind) for kind in parameter.kinds))
        sentence = f"`{name}` must be {wanted}, it is {described(found)}."
        return checker.flag("argument-type", node, sentence)
    return found


def as_floats(arguments: Sequence[Node], types: list[Type]) -> list[Type]:
    """Return *types* with those of number literals made float when they stand beside a float."""
    if all(each.kind is not Kind.NUMBER for each in types):
        return types
    return [NUMBER if is_constant(node) else each for node, each in zip(arguments, types, strict=True)]


def _element_fits(
    checker: Checker, function: Function, arguments: Sequence[Node], types: Sequence[Type]
) -> None:
    """Check the elements themselves where an attribute could have been named and was not."""
    if len(arguments) != 1 or len(function.parameters) < 2 or types[0].of is None:
        return
    parameter = function.parameters[1]
    kind = types[0].of.kind
    if parameter.role not in (Role.ATTRIBUTE, Role.ORDER) or not parameter.kinds:
        return
    if kind not in parameter.kinds and kind is not Kind.ANY:
        sentence = f"`{function.name}` needs other elements; each here is {described(kind)}."
        checker.flag("argument-type", arguments[0], sentence, f"name an attribute: `{function.name}('…')`")


def _field(checker: Checker, node: Node) -> Type:
    fields = checker.scope.schema.fields(checker.scope.entity) if checker.scope.entity else checker.names
    if isinstance(node, Name) and not node.relative:
        name = node.name
        checker.types[id(node)] = TEXT
    else:
        name = _text(checker, node, "The name of an attribute") or ""
    if name and name not in fields:
        sentence = f"`{name}` is no attribute of the record."
        return checker.flag("unknown-attribute", node, sentence, suggest(name, fields))
    return TEXT


def _entity(checker: Checker, node: Node) -> Type:
    name = _text(checker, node, "The name of an entity type")
    known = checker.scope.schema.entities()
    if name is not None and name not in known and known:
        sentence = f"There is no entity type `{name}`."
        checker.flag("unknown-entity", node, sentence, suggest(name, known))
        return Type(Kind.RECORD)
    return Type(Kind.RECORD, entity=name or "")


def _criteria(checker: Checker, node: Node, entity: Type) -> Type:
    checker.types[id(node)] = Type(Kind.OBJECT)
    if not isinstance(node, ObjectLiteral):
        checker.of(node)
        sentence = "What the records must have is written as an object."
        return checker.flag("argument-not-literal", node, sentence, "write `{attribute: value}`")
    for name, value in node.pairs:
        wanted = checker.attribute(entity, name, node.start)
        found = checker.of(value)
        if isinstance(value, ListLiteral):
            for item in value.items:
                comparable(checker, value, wanted, item, checker.types[id(item)])
        elif found.kind is Kind.LIST:
            comparable(checker, node, wanted, value, found.of or ANY)
        else:
            comparable(checker, node, wanted, value, found)
    return Type(Kind.OBJECT)


def _note_query(checker: Checker, node: Call) -> None:
    if any(isinstance(part, Name) and part.relative for part in walk(node)):
        checker.flag(
            "query-in-filter",
            node,
            f"`{node.name}` asks before the filter runs, so it cannot read from the element.",
            "ask for all, and filter the result",
        )
    checker.queries.append(node)
