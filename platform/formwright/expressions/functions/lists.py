"""Functions of lists. A missing list is an empty one; missing elements are passed over."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func

from formwright.expressions.arithmetic import add
from formwright.expressions.equality import identity, truth
from formwright.expressions.functions.shapes import (
    BOOLEAN,
    BOTH,
    INTEGER,
    TEXT,
    TRANSFORM,
    element,
    first_type,
    list_of,
    text,
)
from formwright.expressions.kinds import NUMERIC, ORDERED
from formwright.expressions.limits import checked_text, fault
from formwright.expressions.registry import Cost, Example, Function, Parameter, Role
from formwright.expressions.types import Kind, Type

__all__ = ["FUNCTIONS"]


def read(items: list[Any], name: str | None) -> list[Any]:
    """Return the present elements, or the present values of attribute *name* of the elements."""
    if name is None:
        return [item for item in items if item is not None]
    return [value for item in items if type(item) is dict and (value := item.get(name)) is not None]


def _length(value: Any) -> int:
    if type(value) not in (str, list):
        raise TypeError(f"a text or a list is needed, this is {type(value).__name__}")
    return len(value)


def _sum(items: list[Any], name: str | None = None) -> Any:
    total: Any = 0
    for value in read(items, name):
        total = value if total == 0 and type(total) is int else add(total, value)
        if total is None:
            return None
    return total


def _min(items: list[Any], name: str | None = None) -> Any:
    return min(read(items, name), default=None)


def _max(items: list[Any], name: str | None = None) -> Any:
    return max(read(items, name), default=None)


def _any(items: list[Any], name: str | None = None) -> bool:
    return any(truth(value) for value in read(items, name))


def _all(items: list[Any], name: str | None = None) -> bool:
    values = read(items, name)
    return len(values) == len(items) and all(truth(value) for value in values)


def _count(items: list[Any], name: str | None = None) -> int:
    return len(read(items, name))


def _sort(items: list[Any], order: str | None = None) -> list[Any]:
    """Missing values go last, whatever the direction; equal ones keep their order."""
    falling = order is not None and order.startswith("-")
    name = order[1:] if falling and order else order
    if name is None:
        return sorted(read(items, None))
    having = [item for item in items if type(item) is dict and item.get(name) is not None]
    without = [item for item in items if type(item) is not dict or item.get(name) is None]
    return sorted(having, key=lambda item: item[name], reverse=falling) + without


def _unique(items: list[Any], name: str | None = None) -> list[Any]:
    found: dict[Any, Any] = {}
    for item in read(items, None):
        value = item if name is None else item.get(name) if type(item) is dict else None
        if value is not None:
            found.setdefault(identity(value), item)
    return list(found.values())


def _join(items: list[Any], separator: str = ", ") -> str:
    """Numbers are written plainly, dates as ISO 8601."""
    parts = [_written(value) for value in read(items, None)]
    checked_text(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def _written(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            if value.bit_length() > 10_000:
                raise fault("number-too-large", "A number to join with text is too large.")
            return str(value)
        case Decimal():
            return format(value, "f") if abs(value.adjusted()) < 1000 else str(value)
        case float():
            return repr(value)
        case dict() | list():
            raise TypeError("records and lists have no text; name an attribute with map")
        case _:
            return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _sum_type(types: Sequence[Type]) -> Type:
    return element(types).surely()


def _mapped(types: Sequence[Type]) -> Type:
    return Type(Kind.LIST, of=types[1].surely())


def _by(
    name: str = "attribute", role: Role = Role.ATTRIBUTE, kinds: frozenset[Kind] = frozenset()
) -> Parameter:
    return Parameter(name, kinds, role=role, optional=True)


LINES = {"lines": [{"qty": 2, "ok": True}, {"qty": 1}]}
ITEMS = list_of("list")
SIZED = Parameter("value", frozenset({Kind.TEXT, Kind.LIST}))


def _length_of(name: str) -> Function:
    return Function(
        name=name,
        forms=BOTH,
        parameters=(SIZED,),
        result=INTEGER,
        python=_length,
        sql=lambda columns, _: func.char_length(columns[0]),
        doc="How many characters the text has, or elements the list.",
        examples=(
            Example(f"name|{name}", {"name": "Žofie"}, 5),
            Example(f"{name}(tags) > 0", {"tags": []}, False),
        ),
        group="lists",
    )


def _listed(
    name: str,
    parameters: tuple[Parameter, ...],
    result: Any,
    python: Any,
    doc: str,
    *examples: Example,
    forms: frozenset[Any] = TRANSFORM,
    keeps: bool = False,
    picks: bool = False,
) -> Function:
    return Function(
        name=name,
        forms=forms,
        parameters=parameters,
        result=result,
        python=python,
        doc=doc,
        examples=examples,
        group="lists",
        cost=Cost.LIST,
        keeps=keeps,
        picks=picks,
    )


FUNCTIONS = (
    _length_of("length"),
    _length_of("len"),
    _listed(
        "first",
        (ITEMS,),
        element,
        lambda items: items[0] if items else None,
        "The first element; missing when there is none.",
        Example("(lines|first).qty", LINES, 2),
        forms=BOTH,
        picks=True,
    ),
    _listed(
        "last",
        (ITEMS,),
        element,
        lambda items: items[-1] if items else None,
        "The last element; missing when there is none.",
        Example("(lines|last).qty", LINES, 1),
        forms=BOTH,
        picks=True,
    ),
    _listed(
        "any",
        (ITEMS, _by()),
        BOOLEAN,
        _any,
        "Whether some element, or its attribute, is true.",
        Example("lines|any('ok')", LINES, True),
    ),
    _listed(
        "all",
        (ITEMS, _by()),
        BOOLEAN,
        _all,
        "Whether every element, or its attribute, is true; true for an empty list.",
        Example("lines|all('ok')", LINES, False),
    ),
    _listed(
        "sum",
        (ITEMS, _by(kinds=NUMERIC)),
        _sum_type,
        _sum,
        "The sum of the numbers, or of a number attribute of the elements; 0 for an empty list.",
        Example("lines|sum('qty')", LINES, 3),
        Example("[1, 2]|sum", {}, 3),
    ),
    _listed(
        "min",
        (ITEMS, _by(kinds=ORDERED)),
        element,
        _min,
        "The smallest element, or attribute of the elements; missing for an empty list.",
        Example("lines|min('qty')", LINES, 1),
    ),
    _listed(
        "max",
        (ITEMS, _by(kinds=ORDERED)),
        element,
        _max,
        "The greatest element, or attribute of the elements; missing for an empty list.",
        Example("lines|max('qty')", LINES, 2),
    ),
    _listed(
        "map",
        (ITEMS, Parameter("attribute", role=Role.ATTRIBUTE)),
        _mapped,
        read,
        "The values of an attribute of the elements.",
        Example("lines|map('qty')", LINES, [2, 1]),
    ),
    _listed(
        "sort",
        (ITEMS, _by("order", Role.ORDER, ORDERED)),
        first_type,
        _sort,
        "The elements in rising order, or by an attribute; `-name` falls. Missing values go last.",
        Example("lines|sort('qty')|map('qty')", LINES, [1, 2]),
        Example("lines|sort('-qty')|map('qty')", LINES, [2, 1]),
        keeps=True,
    ),
    _listed(
        "unique",
        (ITEMS, _by()),
        first_type,
        _unique,
        "The elements without repetition, or the first element for each value of an attribute.",
        Example("[1, 2, 1]|unique", {}, [1, 2]),
        keeps=True,
    ),
    _listed(
        "count",
        (ITEMS, _by()),
        INTEGER,
        _count,
        "How many elements there are, or how many have the attribute.",
        Example("lines|count('ok')", LINES, 1),
        Example("lines|count", LINES, 2),
    ),
    _listed(
        "join",
        (
            list_of(
                "list",
                Kind.TEXT,
                Kind.INTEGER,
                Kind.DECIMAL,
                Kind.NUMBER,
                Kind.DATE,
                Kind.DATETIME,
                Kind.TIME,
                Kind.BOOLEAN,
            ),
            text("separator", optional=True),
        ),
        TEXT,
        _join,
        "The elements as one text, with a separator between them (`, `).",
        Example("['a', 1]|join('-')", {}, "a-1"),
    ),
)
