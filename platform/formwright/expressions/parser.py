"""Tokens to a tree: a state machine with its own stack, in time linear in the text."""

from __future__ import annotations

from collections.abc import Callable

from formwright.expressions import nodes
from formwright.expressions.building import LOWEST, Builder
from formwright.expressions.extent import PLAIN_LIMITS, Limits
from formwright.expressions.frames import NOTHING, Construct, Frame, Operand, Pending
from formwright.expressions.grammar import JEXL_GRAMMAR, Grammar
from formwright.expressions.manners import unexpected
from formwright.expressions.nodes import Node
from formwright.expressions.reports import Report
from formwright.expressions.tokens import Token, tokenize
from formwright.problems import Place

__all__ = ["parse"]

UNARY_PRECEDENCE = float("inf")
NOWHERE = Place()
COMPLETE = frozenset({"after", "name", "transform", "call", "condition"})
STOPS = {
    "text": frozenset[str](),
    "group": frozenset({")"}),
    "call": frozenset({",", ")"}),
    "transform": frozenset({",", ")"}),
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
    parser = _Parser(grammar, limits, report)
    for token in tokenize(text, grammar, report):
        parser.read(token)
    tree = parser.tree()
    report.finish()
    return tree


class _Parser:
    """Reads tokens one by one; the state of the frame on top of the stack says what may come."""

    __slots__ = ("build", "frames", "limits", "precedence", "report")

    def __init__(self, grammar: Grammar, limits: Limits, report: Report) -> None:
        self.precedence = grammar.precedence
        self.limits = limits
        self.report = report
        self.build = Builder(limits, report)
        self.frames = [Frame(STOPS["text"], Construct("text", 0))]

    def read(self, token: Token) -> None:
        """Let the top frame take *token*, or close the frames that it ends."""
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

    def tree(self) -> Node:
        """Return the root after the last token."""
        root = self.frames[0]
        if not root.operands:
            self.report.fail("expression-empty", 0, "The expression is empty.", "write a value or a name")
        for offset in root.relatives:
            self.report.flag(
                "relative-outside-filter",
                offset,
                "A name with a dot before it has a meaning inside a filter only.",
                "remove the dot",
            )
        return root.operands[0].node

    # -- operands ---------------------------------------------------------

    def literal(self, frame: Frame, token: Token) -> None:
        """Take a literal as operand."""
        node = nodes.Literal(token.value, token.text, start=token.start, end=token.end)
        frame.operands.append(self.build.put(node, token.start, token.end))
        frame.state = "after"

    def identifier(self, frame: Frame, token: Token) -> None:
        """Take a name as operand."""
        node = nodes.Name(token.text, start=token.start, end=token.end)
        frame.operands.append(self.build.put(node, token.start, token.end))
        frame.state = "name"

    def unary(self, frame: Frame, token: Token) -> None:
        """Take an operator before an operand."""
        if len(frame.operators) > self.limits.height:
            self.build.too_deep(token.start)
        frame.operators.append(Pending(token.text, UNARY_PRECEDENCE, token.start, unary=True))

    def binary(self, frame: Frame, token: Token) -> None:
        """Take an operator between operands: first finish what binds at least as tight before it."""
        if frame.hole:
            unexpected(self.report, frame, token)
        precedence = self.precedence[token.text]
        if frame.operators:
            self.build.reduce(frame, precedence)
        frame.operators.append(Pending(token.text, precedence, token.start))
        frame.state = "operand"

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
        if frame.dangling:
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
            frame.operands.append(self.build.put(node, start, token.end))
            frame.dangling = False
            return
        subject = frame.operands.pop()
        node = nodes.Member(subject.node, token.text, start=subject.start, end=token.end)
        frame.operands.append(self.build.put(node, subject.start, token.end, subject.height + 1))

    def pipe(self, frame: Frame, token: Token) -> None:
        """Take the sign before a transform."""
        if frame.hole:
            unexpected(self.report, frame, token)
        frame.state = "pipe"

    def transform(self, frame: Frame, token: Token) -> None:
        """Take the name of a transform; it is complete unless arguments follow."""
        subject = frame.operands.pop()
        frame.transform = Construct("transform", subject.start, token.text, subject)
        frame.operands.append(self.build.compound(frame.transform, token.end))
        frame.state = "transform"

    def transform_arguments(self, frame: Frame, _: Token) -> None:
        """Begin the arguments of the transform just read, which is built again with them."""
        frame.operands.pop()
        self.build.count -= 1
        self.open(frame.transform)

    def call(self, frame: Frame, token: Token) -> None:
        """Begin the arguments of a function; whatever stands before its name is lost."""
        operand = frame.operands.pop()
        name = operand.node.name if isinstance(operand.node, nodes.Name | nodes.Member) else ""
        if not isinstance(operand.node, nodes.Name) or operand.node.relative:
            self.report.flag(
                "call-on-value",
                token.start,
                "A function is called by its name alone; what stands before the name is lost.",
                f"write `{name}(…)`, or `…|{name}` for a transform" if name else "name a function",
            )
        self.open(Construct("call", operand.start, name))

    def select(self, frame: Frame, token: Token) -> None:
        """Begin an index or a filter."""
        self.open(Construct("filter", token.start, subject=frame.operands.pop()))

    def question(self, frame: Frame, token: Token) -> None:
        """Make the whole frame the test of a condition."""
        if frame.hole:
            frame.operands.append(self.build.missing(token.start))
            frame.hole = False
        self.build.reduce(frame, LOWEST)
        self.open(Construct("then", token.start, subject=frame.operands.pop()))

    # -- brackets -------------------------------------------------------------

    def open_group(self, _: Frame, token: Token) -> None:
        """Begin an expression in brackets."""
        self.open(Construct("group", token.start))

    def open_list(self, _: Frame, token: Token) -> None:
        """Begin a list."""
        self.open(Construct("list", token.start))

    def open_object(self, _: Frame, token: Token) -> None:
        """Begin an object."""
        self.open(Construct("object", token.start), state="key")

    def key(self, frame: Frame, token: Token) -> None:
        """Take a key of an object."""
        if token.text in frame.part_of.keys:
            self.report.flag("duplicate-key", token.start, f"The key `{token.text}` stands here twice.")
        frame.part_of.name = token.text
        frame.state = "colon"

    def colon(self, frame: Frame, _: Token) -> None:
        """Begin the value of a key."""
        frame.state = "operand"

    def close_object(self, frame: Frame, token: Token) -> None:
        """Finish an object that is empty or ends with a comma."""
        if frame.part_of.commas:
            self.build.empty_part(token.start)
        self.frames.pop()
        self.frames[-1].operands.append(self.build.compound(frame.part_of, token.end))
        self.frames[-1].state = "after"

    # -- frames -------------------------------------------------------------

    def open(self, construct: Construct, state: str = "operand", stops: frozenset[str] | None = None) -> None:
        """Put a frame for the next part of *construct* on the stack."""
        if len(self.frames) > self.limits.depth:
            self.build.too_deep(construct.start)
        self.frames.append(Frame(STOPS[construct.kind] if stops is None else stops, construct, state))

    def result(self, frame: Frame, token: Token) -> Operand:
        """Return what *frame* holds, NOTHING for nothing; fail when it is not complete."""
        if frame.empty and frame.state not in {"key", "colon"}:
            return NOTHING
        if frame.state not in COMPLETE:
            unexpected(self.report, frame, token)
        self.build.reduce(frame, LOWEST)
        return frame.operands[0]

    def close(self, token: Token) -> bool:
        """End the top frame at *token*; return False when the token ends the frame below as well."""
        top = self.frames[-1]
        part = self.result(top, token)
        self.frames.pop()
        outer, construct = self.frames[-1], top.part_of
        if construct.kind == "filter":
            self.close_filter(outer, top, part, token)
            return True
        outer.relatives.extend(top.relatives)
        if construct.kind == "group":
            self.close_group(outer, construct, part, token)
        elif construct.kind == "then":
            construct.parts = [] if part is NOTHING else [part]
            construct.kind = "else"
            self.open(construct, stops=outer.stops)
        elif construct.kind == "else":
            self.close_branch(outer, construct, part, token)
            return False
        else:
            self.close_part(outer, top, part, token)
        return True

    def close_part(self, outer: Frame, top: Frame, part: Operand, token: Token) -> None:
        """Take one argument, element or value; build the construct after the last."""
        construct, comma = top.part_of, token.kind == ","
        if construct.kind == "object":
            part = self.build.missing(token.start) if part is NOTHING else part
            self.take_value(construct, part)
        elif part is not NOTHING:
            construct.parts.append(part)
        elif comma or construct.commas or top.hole or top.dangling:
            self.build.empty_part(token.start)
        construct.commas += comma
        if comma:
            self.open(construct, "key" if construct.kind == "object" else "operand")
            return
        outer.operands.append(self.build.compound(construct, token.end))
        outer.state = "call" if construct.kind in {"call", "transform"} else "after"

    def take_value(self, construct: Construct, part: Operand) -> None:
        """Keep the value of the last key; a second value takes the place of the first."""
        index = construct.keys.setdefault(construct.name, len(construct.parts))
        construct.parts[index : index + 1] = [part]

    def close_filter(self, outer: Frame, top: Frame, part: Operand, token: Token) -> None:
        """Build an index or a filter; names in deeper brackets alone make no filter."""
        if part is NOTHING:
            part = self.build.missing(token.start)
        for offset in () if top.relative else top.relatives:
            self.report.flag(
                "relative-in-brackets",
                offset,
                "In a filter at least one relative name must stand outside brackets, arguments and branches.",
                "remove the brackets, or filter twice: `rows[.a][.b]`",
            )
        outer.operands.append(self.build.selection(top.part_of, part, top.relative, token.end))
        outer.state = "name"

    def close_group(self, outer: Frame, construct: Construct, part: Operand, token: Token) -> None:
        """Take the contents of brackets as operand."""
        outer.state = "after"
        if part is not NOTHING:
            outer.operands.append(part._replace(start=construct.start, end=token.end, bracketed=True))
            return
        if not outer.empty:
            hint = "write a value in them"
            self.report.fail("expression-syntax", token.start, "The brackets are empty.", hint)
        self.build.empty_part(token.start)
        outer.hole = True

    def close_branch(self, outer: Frame, construct: Construct, part: Operand, token: Token) -> None:
        """Build a condition, whose last branch ends where the whole frame ends."""
        if part is NOTHING:
            sentence = "The value after `:` is missing."
            self.report.flag("missing-alternate", token.start, sentence, "write `: null` for none")
            node = nodes.Missing(start=token.start, end=token.start)
            part = self.build.put(node, token.start, token.start)
        outer.operands.append(self.build.conditional(construct, part))
        outer.state = "condition"

    def finish(self, token: Token) -> None:
        """Close all frames at the end of the text; brackets at the very start need no end."""
        while len(self.frames) > 1:
            top, outer = self.frames[-1], self.frames[-2]
            construct = top.part_of
            opening = construct.kind == "group" and outer.empty
            if construct.kind != "else" and not opening:
                unexpected(self.report, top, token)
            if opening:
                sentence = "This bracket is not closed."
                self.report.flag("unclosed-bracket", construct.start, sentence, "add `)` where it ends")
            self.close(token)
        self.result(self.frames[0], token)


Step = Callable[[_Parser, Frame, Token], None]

_FOLLOW: dict[str, Step] = {"binary": _Parser.binary, "|": _Parser.pipe, ".": _Parser.dot}

STEPS: dict[str, dict[str, Step]] = {
    "operand": {
        "literal": _Parser.literal,
        "identifier": _Parser.identifier,
        "unary": _Parser.unary,
        "(": _Parser.open_group,
        "[": _Parser.open_list,
        "{": _Parser.open_object,
        ".": _Parser.dot,
    },
    "after": {**_FOLLOW, "?": _Parser.question},
    "name": {**_FOLLOW, "[": _Parser.select, "(": _Parser.call, "?": _Parser.question},
    "pipe": {"identifier": _Parser.transform},
    "transform": {**_FOLLOW, "[": _Parser.select, "(": _Parser.transform_arguments},
    "call": {**_FOLLOW, "[": _Parser.select},
    "dot": {"identifier": _Parser.member},
    "key": {"identifier": _Parser.key, "}": _Parser.close_object},
    "colon": {":": _Parser.colon},
    "condition": {},
}
"""What may come in each state of a frame, as the reference's own tables have it."""
