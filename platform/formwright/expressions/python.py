"""Compile a checked tree to a Python function.

Dialect value rules (the Python and the SQL compiler both follow this table)
============================================================================

Missing
    A null attribute is stripped from contexts, so "null", "missing" and "not loaded" are one value,
    None here and NULL in SQL. `x == null` asks for it. Anything read from a missing value is missing.
Truth
    False: missing, false, 0 (of any number kind), '' and a duration of zero. Everything else is true, also
    [] and {} (which the checker refuses as conditions). `!x` gives a boolean, never missing.
    `a && b` gives a when a is false, else b. `a || b` gives a when a is true, else b; so does `a ?: b`.
    A compiled expression that `expects` a boolean gives exactly true or false (missing becomes false).
Equality `==` `!=`
    Never missing. missing == missing is true, missing == anything else is false. Numbers compare by value
    across integer and decimal (2 == 2.00); a boolean never equals a number; texts by code point; records by
    their id, with each other and with a text (`owner == user.id`); lists element by element.
Order `<` `<=` `>` `>=`
    False when a side is missing. Numbers by value; texts by code point (COLLATE "C"); date with date,
    datetime with datetime, time with time, duration with duration. date with datetime, text with number,
    booleans, records and lists are refused.
`in`
    `x in list`: some element equals x (records by id); false when the list is missing; a missing x is in no
    list. `'a' in text`: the text occurs, case counts, '' occurs in every text; false when a side is missing.
Literals
    An integer literal is an integer, a literal with a fraction is a decimal with exactly its digits. Beside a
    float (kind `number`) a literal joins as float. Beside a date, datetime or time a text literal is read as
    ISO 8601 when it is checked (`due < '2027-01-31'`); without a zone a datetime literal is UTC (joining.py).
Arithmetic
    Missing when a side is missing. Decimal with float refuses.
    + - *     integer with integer: integer, unbounded (SQL: numeric). decimal with either: decimal,
              exact. float with float or integer: float.
    /         integer or decimal: decimal, rounded half away from zero to 20 digits after the point
              (SQL: round((a + 0.0000000000000000000000000) / nullif(b, 0), 20)). float: float.
    //        the floor of the exact quotient: integer; for floats a float.
    %         the remainder with the sign of the left side; integer, decimal or float.
    ^         computed in double precision from the two values: float.
    Division by zero (`/`, `//`, `%`), `^` of a negative base with a fraction, and every float result that is
    not finite are missing. A decimal result of more than 400 digits is a problem at run time.
Text `+`
    text + text only; missing when a side is missing (the checker refuses an optional side, use `?:`).
Dates
    date - date: integer, whole days. datetime - datetime: duration. datetime + duration, datetime - duration:
    datetime. duration + duration, duration - duration: duration. Everything else: add_days and its kin.
Lists
    `list[0]` counts from 0; outside, and negative: missing. A filter keeps the elements for which its
    condition is true; of a missing list it gives []. List functions read a missing list as an empty one:
    `length`, `count` and `sum` give 0, `any` false, `all` true; `first`, `last`, `min`, `max` give missing.
    `sum`, `min`, `max`, `map`, `unique` and `join` pass over missing elements.
Functions
    Every other function gives missing when an argument is missing, unless its entry says it `sees_missing`
    (`empty`, `coalesce`). Rounding is half away from zero.
Fails
    What the types could not exclude (a json attribute with another kind of value) is a ProblemError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

from formwright.expressions import arithmetic, equality
from formwright.expressions.call_source import criteria as criteria_source
from formwright.expressions.joining import as_moment
from formwright.expressions.limits import ELEMENTS, charge, spend
from formwright.expressions.nodes import Node
from formwright.expressions.queries import NEVER
from formwright.expressions.registry import Registry
from formwright.expressions.types import Kind, Type
from formwright.expressions.writer import Writer
from formwright.problems import ProblemError

__all__ = ["Evaluate", "compile_tree"]

Evaluate = Callable[[Mapping[str, Any]], Any]

# All that generated code can reach: no builtins beyond the three that it names.
TOOLS: dict[str, Any] = {
    "__builtins__": {"type": type, "dict": dict, "int": int, "float": float, "Exception": Exception},
    "NEVER": NEVER,
    "NIL": [],
    "ProblemError": ProblemError,
    "spend": spend,
    "add": arithmetic.add,
    "as_moment": as_moment,
    "charge": charge,
    "concat": arithmetic.concat,
    "contains": equality.contains,
    "divide": arithmetic.divide,
    "equal": equality.equal,
    "floor_divide": arithmetic.floor_divide,
    "index": equality.index,
    "multiply": arithmetic.multiply,
    "order": equality.order,
    "power": arithmetic.power,
    "remainder": arithmetic.remainder,
    "subtract": arithmetic.subtract,
    "to_decimal": arithmetic.to_decimal,
    "to_float": arithmetic.to_float,
    "truth": equality.truth,
}

MOMENTS = {Kind.DATE: "date", Kind.DATETIME: "datetime", Kind.TIME: "time"}


def compile_tree(
    node: Node,
    types: Mapping[int, Type],
    registry: Registry,
    failed: Callable[[Exception], ProblemError],
    *,
    expects: Type | None = None,
    decides: bool = False,
    criteria: bool = False,
) -> Evaluate:
    """Return a function from a context to the value of *node*, or to its truth when it *decides*.

    With *criteria* the node is the object of a question to records, in which a
    missing value is told from a written null.

    The function raises only ProblemError: whatever happens inside goes through *failed*.
    """
    writer = Writer(types, registry)
    if decides:
        result = f"not not {writer.test(node)}"
    elif criteria:
        result = criteria_source(writer, node)
    else:
        result = _converted(writer.value(node), types[id(node)], expects)
    budget = f"    B = [{ELEMENTS}]\n" if writer.lists else ""
    source = (
        "".join(writer.helpers)
        + f"def run(C):\n{budget}    try:\n        return {result}\n"
        + "    except Exception as error:\n        raise failed(error) from error\n"
    )
    namespace = {**TOOLS, **writer.constants, "failed": failed}
    # The source holds names made here and `repr` of constants, never text of the expression.
    exec(_code(source), namespace)  # noqa: S102
    run: Evaluate = namespace["run"]
    return run


@lru_cache(maxsize=4096)
def _code(source: str) -> CodeType:
    return compile(source, "<expression>", "exec")


def _converted(source: str, found: Type, expects: Type | None) -> str:
    """Return *source* wrapped so that an integer becomes the decimal or float that is expected, and so on."""
    if expects is None:
        return source
    match expects.kind:
        case Kind.DECIMAL:
            return f"to_decimal({source})"
        case Kind.NUMBER:
            return f"to_float({source})"
        case kind if kind in MOMENTS and found.kind is not kind:
            return f"as_moment({source}, {MOMENTS[kind]!r})"
        case _:
            return source
