"""What the parser says about unexpected tokens and about operators mixed without brackets."""

from __future__ import annotations

from typing import NoReturn

from formwright.expressions import nodes
from formwright.expressions.frames import Frame, Operand, Pending
from formwright.expressions.reports import Report
from formwright.expressions.tokens import Token

__all__ = ["check_binary", "unexpected"]

LOGIC = frozenset({"&&", "||"})
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
POWERS = frozenset({"%", "^"})
PRODUCTS = frozenset({"*", "/", "//"})

EXPECTED = {
    "operand": "a value or a name",
    "pipe": "the name of a transform",
    "dot": "a name",
    "key": "a key or `}`",
    "colon": "`:`",
}
CLOSING = {
    "group": ")",
    "call": ")",
    "transform": ")",
    "list": "]",
    "object": "}",
    "filter": "]",
    "then": ":",
}


def unexpected(report: Report, frame: Frame, token: Token) -> NoReturn:
    """Fail because *token* cannot come in *frame*, which its end cannot close either."""
    closing = CLOSING.get(frame.part_of.kind, "")
    rest = f"an operator or `{closing}`" if closing else "an operator or the end"
    expected = EXPECTED.get(frame.state, rest)
    if token.kind == "end":
        sentence = f"The expression ends where {expected} is expected."
        report.fail("expression-syntax", token.start, sentence)
    shown = token.text if len(token.text) <= 40 else token.text[:40] + "…"
    shown = shown if shown.isprintable() else ascii(shown)[1:-1]
    sentence = f"`{shown}` cannot stand here, where {expected} is expected."
    report.fail("expression-syntax", token.start, sentence, _hint(frame, token))


def _hint(frame: Frame, token: Token) -> str:
    """Return the way out for the mistakes that are easily made."""
    if token.kind == "reserved":
        return f"`{token.text}` is reserved, use another name"
    if token.kind == "?" and frame.state in {"transform", "call"}:
        return "put brackets around what stands before `?`"
    if token.kind == "[" and frame.state == "after":
        return "brackets can follow a name or a call only; use a transform"
    if token.text == "-" and frame.state == "operand":
        return "put brackets around the negative number: `(-1)`"
    if token.text == "in" and frame.state in {"dot", "key", "pipe"}:
        return "`in` is an operator and cannot be a name"
    if token.kind == "literal" and token.text in {"true", "false"}:
        return f"`{token.text}` is a value and cannot be a name"
    if token.kind == "|" and frame.state == "pipe":
        return "write `||` without space for or"
    return ""


def check_binary(report: Report, operator: Pending, left: Operand, right: Operand) -> None:
    """Flag an operator whose order with its neighbours differs from what most readers expect."""
    for node, bracketed in ((left.node, left.bracketed), (right.node, right.bracketed)):
        if isinstance(node, nodes.Binary) and not bracketed:
            _check_inner(report, operator.symbol, node.operator, operator.start)
    base = left.node
    if (
        operator.symbol == "^"
        and isinstance(base, nodes.Literal)
        and not left.bracketed
        and base.text[:1] == "-"
    ):
        report.flag(
            "mixed-power",
            operator.start,
            "The minus sign belongs to the number, so this is the power of a negative number.",
            "put brackets around the negative number or around the power",
        )


def _check_inner(report: Report, symbol: str, inner: str, offset: int) -> None:
    """Flag *symbol* beside an operation that *inner* joins without brackets."""
    if symbol in LOGIC and inner in LOGIC and inner != symbol:
        report.flag(
            "mixed-and-or",
            offset,
            "`&&` and `||` bind equally tight and go from left to right.",
            "put brackets around one of the two",
        )
    elif symbol in COMPARISONS and inner in COMPARISONS:
        report.flag(
            "chained-comparison",
            offset,
            "A comparison of a comparison compares with true or false.",
            "join two comparisons with `&&`, or put brackets around the first",
        )
    elif (symbol in POWERS and inner in POWERS | PRODUCTS) or (symbol in PRODUCTS and inner in POWERS):
        report.flag(
            "mixed-power",
            offset,
            "`%` and `^` bind tighter than `*` and `/`, and go from left to right.",
            "put brackets around the part that comes first",
        )
