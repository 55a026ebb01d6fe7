"""Tokens to a tree: a state machine with its own stack, in time linear in the text."""

from __future__ import annotations

from collections.abc import Callable

from formwright.expressions import nodes
from formwright.expressions.extent import PLAIN_LIMITS, Limits
from formwright.expressions.frames import Construct, Frame, Operand, Pending
from formwright.expressions.grammar import JEXL_GRAMMAR, Grammar
from formwright.expressions.manners import check_binary, unexpected
from formwright.expressions.nodes import Node
from formwright.expressions.reports import Report
from formwright.expressions.tokens import Token, tokenize
from formwright.problems import Place

__all__ = ["parse"]

UNARY_PRECEDENCE = float("inf")
NOWHERE = Place()

STOPS = {
    "group": frozenset({")"}),
    "arguments": frozenset({",", ")"}),
    "list": frozenset({",", "]"}),
    "object": frozenset({",", "}"}),
    "filter": frozenset({"]"}),
    "then": frozenset({":"}),
}


def parse(
    text: str,
    *,
    limits: Limits = PLAIN_LIMITS,
    grammar: Grammar = JEXL_GRAMMAR,
    strict: bool = False,
    place: Place = NOWHERE,
) -> Node:
    """Return the tree of *text*; raise ProblemError with line and column of what is wrong.

    Accepts what npm jexl 2.3.0 accepts. With *strict* everything that the
    reference accepts but that hardly anybody means is a problem, too, and all of
    those are reported together. *place* is where the text begins in its file.
    """
    report = Report(text, place, strict)
    if len(text) > limits.characters:
        report.fail(
            "expression-too-long",
            limits.characters,
            f"The expression has {len(text)} characters, {limits.characters} are allowed.",
            "split it, for example into computed attributes",
        )
    tree = _Parser(tokenize(text, grammar, report), grammar, limits, report).tree()
    report.finish()
    return tree


class _Parser:
    """Reads tokens one by one; the frame on top of the stack says what may come."""

    def __init__(self, tokens: list[Token], grammar: Grammar, limits: Limits, report: Report) -> None:
        self.tokens = tokens
        self.precedence = grammar.precedence
        self.limits = limits
        self.report = report
        self.count = 0
        self.frames = [Frame(frozenset())]

    def tree(self) -> Node:
        """Return the root of the whole text."""
        for token in self.tokens:
            self.read(token)
        root = self.frames[0]
        if not root.operands:
            self.report.fail("expression-empty", 0, "The expression is empty.", "write a value or a name")
        self.claim_none(root.relatives)
        return root.operands[0].node

    def read(self, token: Token) -> None:
        """Let the top frame take *token*, or close it when the token ends it."""
        kind = token.kind
        while True:
            frame = self.frames[-1]
            step = STEPS[frame.state].get(kind)
            if step is not None:
                step(self, frame, token)
                return
            if kind == "end":
                self.finish(token)
                return
            if kind not in frame.stops:
                unexpected(self.report, frame, token)
            if self.close(token):
                return

    # -- operands ---------------------------------------------------------

    def put(self, node: Node, start: int, end: int, height: int = 1) -> Operand:
        """Count *node* and return it as operand; fail when there are too many or they are too high."""
        self.count += 1
        if self.count > self.limits.nodes:
            self.report.fail(
                "expression-too-large",
                start,
                f"The expression has more than {self.limits.nodes} parts.",
                "split it, for example into computed attributes",
            )
        if height > self.limits.height:
            self.too_deep(start)
        return Operand(node, start, end, height)

    def too_deep(self, offset: int) -> None:
        """Fail because brackets, branches or chains are too deep."""
        self.report.fail(
            "expression-too-deep",
            offset,
            "The expression is nested too deeply, or one chain in it is too long.",
            "split it, or write long chains of `||` as `… in […]`",
        )

    def literal(self, frame: Frame, token: Token) -> None:
        """Take a literal as operand."""
        node = nodes.Literal(token.value, token.text, start=token.start, end=token.end)
        frame.operands.append(self.put(node, token.start, token.end))
        frame.state = "after"

    def identifier(self, frame: Frame, token: Token) -> None:
        """Take a name as operand."""
        node = nodes.Name(token.text, start=token.start, end=token.end)
        frame.operands.append(self.put(node, token.start, token.end))
        frame.state = "name"

    def unary(self, frame: Frame, token: Token) -> None:
        """Take an operator before an operand."""
        if len(frame.operators) > self.limits.height:
            self.too_deep(token.start)
        frame.operators.append(Pending(token.text, UNARY_PRECEDENCE, token.start, unary=True))

    def binary(self, frame: Frame, token: Token) -> None:
        """Take an operator between operands: first finish what binds at least as tight before it."""
        if frame.hole:
            unexpected(self.report, frame, token)
        precedence = self.precedence[token.text]
        self.reduce(frame, precedence)
        frame.operators.append(Pending(token.text, precedence, token.start, unary=False))
        frame.state = "operand"

    def reduce(self, frame: Frame, precedence: float) -> None:
        """Build the nodes of all waiting operators of at least *precedence*."""
        operators, operands = frame.operators, frame.operands
        while operators and operators[-1].precedence >= precedence:
            operator = operators.pop()
            right = operands.pop()
            if operator.unary:
                start = operator.start
                node: Node = nodes.Unary(operator.symbol, right.node, start=start, end=right.end)
                operands.append(self.put(node, start, right.end, right.height + 1))
                continue
            left = operands.pop()
            check_binary(self.report, operator, left, right)
            node = nodes.Binary(operator.symbol, left.node, right.node, start=left.start, end=right.end)
            height = max(left.height, right.height) + 1
            operands.append(self.put(node, left.start, right.end, height))

    # -- what follows an operand -------------------------------------------

    def dot(self, frame: Frame, token: Token) -> None:
        """Take the dot before a relative name or before the name of a member."""
        last = frame.operands[-1] if frame.state != "operand" and frame.operands else None
        if last is not None and isinstance(last.node, nodes.Unary):
            # The reference loses the operand of `(!a).b` and reads `!.b`.
            self.report.flag(
                "member-of-operator",
                token.start,
                "A name after `(!…)` replaces what stands in the brackets.",
                "put the name inside the brackets",
            )
            frame.operands.pop()
            frame.operators.append(Pending(last.node.operator, UNARY_PRECEDENCE, last.start, unary=True))
            last = None
        frame.dangling = last is None
        if last is None:
            frame.relative = True
            frame.relatives.append(token.start)
        frame.hole = False
        frame.state = "dot"

    def member(self, frame: Frame, token: Token) -> None:
        """Take the name after a dot."""
        frame.state = "name"
        if frame.dangling:
            start = frame.relatives[-1]
            node: Node = nodes.Name(token.text, relative=True, start=start, end=token.end)
            frame.operands.append(self.put(node, start, token.end))
            return
        subject = frame.operands.pop()
        node = nodes.Member(subject.node, token.text, start=subject.start, end=token.end)
        frame.operands.append(self.put(node, subject.start, token.end, subject.height + 1))

    def pipe(self, frame: Frame, token: Token) -> None:
        """Take the sign before a transform."""
        if frame.hole:
            unexpected(self.report, frame, token)
        frame.state = "pipe"

    def transform(self, frame: Frame, token: Token) -> None:
        """Take the name of a transform, which may be all of it."""
        subject = frame.operands.pop()
        node = nodes.Transform(token.text, subject.node, (), start=subject.start, end=token.end)
        frame.operands.append(self.put(node, subject.start, token.end, subject.height + 1))
        frame.state = "transform"

    def transform_arguments(self, frame: Frame, token: Token) -> None:
        """Begin the arguments of the transform just read."""
        operand = frame.operands.pop()
        assert isinstance(operand.node, nodes.Transform)
        self.count -= 1
        subject = Operand(operand.node.subject, operand.start, operand.end, operand.height - 1)
        self.open(frame, Construct("arguments", token.start, operand.node.name, subject, transform=True))

    def call(self, frame: Frame, token: Token) -> None:
        """Begin the arguments of a function; whatever stands before its name is lost."""
        operand = frame.operands.pop()
        named = isinstance(operand.node, nodes.Name | nodes.Member)
        name = operand.node.name if isinstance(operand.node, nodes.Name | nodes.Member) else ""
        if not isinstance(operand.node, nodes.Name) or operand.node.relative:
            self.report.flag(
                "call-on-value",
                token.start,
                "A function is called by its name alone; what stands before the name is lost.",
                f"write `{name}(…)`, or `…|{name}` for a transform" if named else "name a function",
            )
        subject = Operand(nodes.Missing(), operand.start, operand.end, 0)
        self.open(frame, Construct("arguments", token.start, name, subject))

    def open_filter(self, frame: Frame, token: Token) -> None:
        """Begin an index or a filter."""
        self.open(frame, Construct("filter", token.start, subject=frame.operands.pop()))

    def open_group(self, frame: Frame, token: Token) -> None:
        """Begin an expression in brackets."""
        self.open(frame, Construct("group", token.start))

    def open_list(self, frame: Frame, token: Token) -> None:
        """Begin a list."""
        self.open(frame, Construct("list", token.start))

    def open_object(self, frame: Frame, token: Token) -> None:
        """Begin an object; its first key comes before a frame is needed."""
        frame.building = Construct("object", token.start)
        frame.state = "key"

    def key(self, frame: Frame, token: Token) -> None:
        """Take a key of an object."""
        assert frame.building is not None
        if token.text in frame.building.keys:
            self.report.flag("duplicate-key", token.start, f"The key `{token.text}` stands here twice.")
        frame.building.keys.append(token.text)
        frame.state = "colon"

    def colon(self, frame: Frame, token: Token) -> None:
        """Begin the value of a key."""
        assert frame.building is not None
        self.open(frame, frame.building)

    def object_end(self, frame: Frame, token: Token) -> None:
        """Finish an object that is empty or ends with a comma."""
        assert frame.building is not None
        if frame.building.commas:
            self.empty_part(token.start)
        self.build(frame, token.end)

    def question(self, frame: Frame, token: Token) -> None:
        """Make the whole frame the test of a condition."""
        if frame.hole:
            self.empty_part(token.start)
            test = self.missing(token.start)
        else:
            self.reduce(frame, float("-inf"))
            test = frame.operands.pop()
        frame.hole = False
        self.open(frame, Construct("then", token.start, subject=test))

    # -- frames -------------------------------------------------------------

    def open(self, frame: Frame, construct: Construct, stops: frozenset[str] | None = None) -> None:
        """Put a frame for the next part of *construct* on the stack."""
        if len(self.frames) > self.limits.depth:
            self.too_deep(construct.start)
        frame.building = construct
        self.frames.append(Frame(STOPS[construct.kind] if stops is None else stops))

    def missing(self, offset: int) -> Operand:
        """Return an operand for a part that is not there."""
        return self.put(nodes.Missing(start=offset, end=offset), offset, offset)

    def empty_part(self, offset: int) -> None:
        """Note that something is left out that has no meaning when left out."""
        self.report.flag(
            "empty-part",
            offset,
            "Something is missing here.",
            "write a value, or remove the comma or brackets",
        )

    def result(self, frame: Frame, token: Token) -> Operand | None:
        """Return what *frame* holds, None for nothing; fail when it is not complete."""
        if frame.empty:
            return None
        if frame.state not in COMPLETE:
            unexpected(self.report, frame, token)
        self.reduce(frame, float("-inf"))
        return frame.operands[0]

    def close(self, token: Token) -> bool:
        """End the top frame at *token*; return False when the token ends the frame below as well."""
        top = self.frames[-1]
        part = self.result(top, token)
        self.frames.pop()
        frame = self.frames[-1]
        construct = frame.building
        assert construct is not None
        if construct.kind != "filter":
            frame.relatives.extend(top.relatives)
        if construct.kind == "else":
            self.branch_end(frame, construct, part, token)
            return False
        if construct.kind == "filter":
            self.filter_end(frame, construct, part, top, token)
        elif construct.kind == "group":
            self.group_end(frame, construct, part, token)
        elif construct.kind == "then":
            construct.parts = [] if part is None else [part]
            construct.kind = "else"
            self.open(frame, construct, frame.stops)
        else:
            self.part_end(frame, construct, part, top, token)
        return True

    def part_end(
        self, frame: Frame, construct: Construct, part: Operand | None, inner: Frame, token: Token
    ) -> None:
        """Take one argument, element or value; build the construct after the last."""
        comma = token.kind == ","
        if part is not None:
            construct.parts.append(part)
        elif construct.kind == "object":
            self.empty_part(token.start)
            construct.parts.append(self.missing(token.start))
        elif comma or construct.commas or inner.hole or inner.dangling:
            self.empty_part(token.start)
        construct.commas += comma
        if not comma:
            self.build(frame, token.end)
        elif construct.kind == "object":
            frame.state = "key"
        else:
            self.open(frame, construct)

    def build(self, frame: Frame, end: int) -> None:
        """Make the node of the list, object or call that *frame* has finished."""
        construct = frame.building
        assert construct is not None
        parts = tuple(part.node for part in construct.parts)
        height = max((part.height for part in construct.parts), default=0)
        start, subject = construct.start, construct.subject
        if construct.kind == "list":
            node: Node = nodes.ListLiteral(parts, start=start, end=end)
            frame.state = "after"
        elif construct.kind == "object":
            pairs = tuple(dict(zip(construct.keys, parts, strict=True)).items())
            node = nodes.ObjectLiteral(pairs, start=start, end=end)
            frame.state = "after"
        else:
            assert subject is not None
            start, height = subject.start, max(height, subject.height)
            if construct.transform:
                node = nodes.Transform(construct.name, subject.node, parts, start=start, end=end)
            else:
                node = nodes.Call(construct.name, parts, start=start, end=end)
            frame.state = "call"
        frame.building = None
        frame.operands.append(self.put(node, start, end, height + 1))

    def filter_end(
        self, frame: Frame, construct: Construct, part: Operand | None, inner: Frame, token: Token
    ) -> None:
        """Build an index or, when a relative name stands directly in the brackets, a filter."""
        subject = construct.subject
        assert subject is not None
        if part is None:
            self.empty_part(token.start)
            part = self.missing(token.start)
        if not inner.relative:
            self.unclaimed(inner.relatives)
        kind = nodes.Filter if inner.relative else nodes.Index
        node = kind(subject.node, part.node, start=subject.start, end=token.end)
        frame.building = None
        height = max(subject.height, part.height) + 1
        frame.operands.append(self.put(node, subject.start, token.end, height))
        frame.state = "name"

    def group_end(self, frame: Frame, construct: Construct, part: Operand | None, token: Token) -> None:
        """Take the contents of brackets as operand."""
        frame.building = None
        frame.state = "after"
        if part is not None:
            frame.operands.append(Operand(part.node, construct.start, token.end, part.height, bracketed=True))
            return
        if not frame.empty:
            self.report.fail(
                "expression-syntax", token.start, "The brackets are empty.", "write a value in them"
            )
        self.empty_part(token.start)
        frame.hole = True

    def branch_end(self, frame: Frame, construct: Construct, part: Operand | None, token: Token) -> None:
        """Build a condition, whose last branch ends where the whole frame ends."""
        test = construct.subject
        assert test is not None
        if part is None:
            self.report.flag(
                "missing-alternate", token.start, "The value after `:` is missing.", "write `: null` for none"
            )
            part = self.missing(token.start)
        then = construct.parts[0] if construct.parts else None
        node = nodes.Conditional(
            test.node, then.node if then else None, part.node, start=test.start, end=part.end
        )
        height = max(test.height, part.height, then.height if then else 0) + 1
        frame.building = None
        frame.operands.append(self.put(node, test.start, part.end, height))
        frame.state = "condition"

    def finish(self, token: Token) -> None:
        """Close all frames at the end of the text; brackets at the very start need no end."""
        while len(self.frames) > 1:
            outer = self.frames[-2]
            construct = outer.building
            assert construct is not None
            opening = construct.kind == "group" and not outer.operands and not outer.operators
            if construct.kind != "else" and not opening:
                unexpected(self.report, self.frames[-1], token, construct)
            if opening:
                self.report.flag(
                    "unclosed-bracket",
                    construct.start,
                    "This bracket is not closed.",
                    "add `)` where it ends",
                )
            self.close(token)
        self.result(self.frames[0], token)

    # -- relative names -----------------------------------------------------

    def unclaimed(self, offsets: list[int]) -> None:
        """Flag relative names that stand in brackets or arguments inside a filter."""
        for offset in offsets:
            self.report.flag(
                "relative-in-brackets",
                offset,
                "In a filter at least one relative name must stand outside brackets, arguments and branches.",
                "remove the brackets, or filter twice: `rows[.a][.b]`",
            )

    def claim_none(self, offsets: list[int]) -> None:
        """Flag relative names outside any filter."""
        for offset in offsets:
            self.report.flag(
                "relative-outside-filter",
                offset,
                "A name with a dot before it has a meaning inside a filter only.",
                "remove the dot",
            )


Step = Callable[[_Parser, Frame, Token], None]

_FOLLOW: dict[str, Step] = {"binary": _Parser.binary, "|": _Parser.pipe, ".": _Parser.dot}

STEPS: dict[str, dict[str, Step]] = {
    "operand": {
        "literal": _Parser.literal,
        "identifier": _Parser.identifier,
        "unary": _Parser.unary,
        "(": _Parser.open_group,
        "{": _Parser.open_object,
        ".": _Parser.dot,
        "[": _Parser.open_list,
    },
    "after": {**_FOLLOW, "?": _Parser.question},
    "name": {**_FOLLOW, "[": _Parser.open_filter, "(": _Parser.call, "?": _Parser.question},
    "pipe": {"identifier": _Parser.transform},
    "transform": {**_FOLLOW, "[": _Parser.open_filter, "(": _Parser.transform_arguments},
    "call": {**_FOLLOW, "[": _Parser.open_filter},
    "dot": {"identifier": _Parser.member},
    "key": {"identifier": _Parser.key, "}": _Parser.object_end},
    "colon": {":": _Parser.colon},
    "condition": {},
}
"""What may come in each state of a frame; the sub-states of brackets are frames of their own."""

COMPLETE = frozenset({"after", "name", "transform", "call", "condition"})
