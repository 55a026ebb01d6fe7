"""The class that stands where `pyjexl.JEXL` stood: same methods, other parser and evaluator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import pyjexl
from pyjexl.evaluator import Context
from pyjexl.operators import Operator, default_unary_operators

from formwright.expressions.closures import Calls, Closure, Language, NotThere, Outside, closure
from formwright.expressions.grammar import JEXL_GRAMMAR, Grammar
from formwright.expressions.limits import ELEMENTS
from formwright.expressions.nodes import Call, ListLiteral, Node, ObjectLiteral, Transform, walk
from formwright.expressions.operations import OPERATIONS
from formwright.expressions.parser import parse
from formwright.expressions.pyjexl_tree import as_pyjexl
from formwright.expressions.reports import locate
from formwright.expressions.values import UNDEFINED, TooLarge, strip
from formwright.problems import Problem, ProblemError

__all__ = ["JEXL"]

CACHED = 1_000  # texts that one instance keeps compiled

Function = TypeVar("Function", bound=Callable[..., Any])
Compiled = tuple[Closure, bool]


class JEXL(pyjexl.JEXL):  # type: ignore[misc]  # pyjexl publishes no types
    """Evaluates JEXL as npm jexl 2.3.0 does, on the values that JSON gives.

    Where the reference throws because a value to look into is missing
    (``missing["a"]``, ``xs[.none].b``), the result is null. Every other failure is
    a ProblemError with line and column. An instance may be used by several threads
    once its operators, functions and transforms are registered; contexts are never
    changed. Registered functions get None for undefined, unless registered with
    *raw*: then they get :data:`formwright.expressions.UNDEFINED` and may return it.
    """

    def __init__(self, context: dict[str, Any] | None = None) -> None:
        """Start with the operators of the reference; *context* is used where `evaluate` gets none."""
        super().__init__(context)
        self._raw_binary: set[str] = set()
        self._raw_unary: set[str] = set()
        self._functions = Calls("function")
        self._transforms = Calls("transform", self.config.transforms)
        self.config.binary_operators.update(_BINARY)
        self._forget()

    # -- registration -------------------------------------------------------

    def add_binary_operator(
        self, operator: str, precedence: float, func: Callable[[Any, Any], Any], *, raw: bool = False
    ) -> None:
        """Register *operator*; the higher its precedence the tighter it binds (`*` has 40, `+` has 30).

        Raises ValueError when no text could ever contain the operator.
        """
        Grammar({operator: precedence}, [])
        (self._raw_binary.add if raw else self._raw_binary.discard)(operator)
        super().add_binary_operator(operator, precedence, func)
        self._forget()

    def remove_binary_operator(self, operator: str) -> None:
        """Forget *operator*; raise KeyError when it is unknown."""
        super().remove_binary_operator(operator)
        self._forget()

    def add_unary_operator(self, operator: str, func: Callable[[Any], Any], *, raw: bool = False) -> None:
        """Register *operator* to stand before operands; raise ValueError when it could never be read."""
        Grammar({}, [operator])
        (self._raw_unary.add if raw else self._raw_unary.discard)(operator)
        super().add_unary_operator(operator, func)
        self._forget()

    def remove_unary_operator(self, operator: str) -> None:
        """Forget *operator*; raise KeyError when it is unknown."""
        super().remove_unary_operator(operator)
        self._forget()

    def add_transform(self, name: str, func: Callable[..., Any], *, raw: bool = False) -> None:
        """Register *func* for ``subject|name(arguments)``."""
        _register(self._transforms, name, func, raw)

    def transform(self, name: str | None = None, *, raw: bool = False) -> Callable[[Function], Function]:
        """Return a decorator that registers a transform under *name* or the function's own."""
        return _decorator(self._transforms, name, raw)

    def add_function(self, name: str, func: Callable[..., Any], *, raw: bool = False) -> None:
        """Register *func* for ``name(arguments)``."""
        _register(self._functions, name, func, raw)

    def function(self, name: str | None = None, *, raw: bool = False) -> Callable[[Function], Function]:
        """Return a decorator that registers a function under *name* or its own."""
        return _decorator(self._functions, name, raw)

    def remove_function(self, name: str) -> None:
        """Forget a function; raise KeyError when it is unknown."""
        del self._functions.known[name]

    # -- use ------------------------------------------------------------------

    @property
    def grammar(self) -> Grammar:
        """The grammar with all operators registered now."""
        return self._state.grammar

    def parse(self, expression: str) -> Node:
        """Return the tree of *expression*; raise ProblemError with the place of what is wrong."""
        return parse(expression, grammar=self._state.grammar)

    def analyze(self, expression: str, AnalyzerClass: type[Any]) -> Any:  # noqa: N803 - pyjexl's name
        """Return what a pyjexl analyzer makes of the tree, given to it as pyjexl's own nodes."""
        return AnalyzerClass(self.config).visit(as_pyjexl(self.parse(expression), self.config))

    def validate(self, expression: str) -> Iterator[str]:
        """Yield a sentence for everything that is wrong with *expression*."""
        try:
            tree = self.parse(expression)
        except ProblemError as error:
            yield from (f"{problem.place}: {problem.sentence}" for problem in error.problems)
            return
        for node in walk(tree):
            if isinstance(node, Transform) and node.name not in self._transforms.known:
                yield f"The `{node.name}` transform is undefined."
            elif isinstance(node, Call) and node.name not in self._functions.known:
                yield f"The `{node.name}` function is undefined."

    def evaluate(self, expression: str, context: dict[str, Any] | None = None) -> Any:
        """Return the value of *expression* in *context*, None for null and undefined.

        Raises ProblemError and nothing else for whatever text and JSON context.
        """
        run, makes_collections = self._compiled(expression)
        names = self.context if context is None else context
        names = names.data if isinstance(names, Context) else names
        if type(names) is not dict:
            sentence = "The context must be a dict with texts as keys."
            raise ProblemError([Problem("expression-context", sentence)])
        try:
            value = run(names, names, [ELEMENTS])
            return strip(value) if makes_collections or value is UNDEFINED else value
        except NotThere as error:
            _fail(expression, error.node, error.code, error.sentence)
        except Outside as error:
            if isinstance(error.__cause__, ProblemError):
                raise error.__cause__ from None
            sentence = f"`{error.name}` failed: {type(error.__cause__).__name__}."
            _fail(expression, error.node, "call-failed", sentence, error.__cause__)
        except TooLarge:
            _fail(
                expression, None, "evaluation-too-large", "The evaluation would take too much time or memory."
            )
        except RecursionError:
            _fail(
                expression, None, "expression-too-deep", "The expression or its values are nested too deeply."
            )

    # -- compiled texts ---------------------------------------------------------

    def _forget(self) -> None:
        """Build grammar and tables anew after a change of operators, and drop what was compiled before."""
        binary, unary = self.config.binary_operators, self.config.unary_operators
        language = Language(
            functions=self._functions,
            transforms=self._transforms,
            binary=Calls("operator", _registered(binary, _BINARY), self._raw_binary),
            unary=Calls("operator", _registered(unary, default_unary_operators), self._raw_unary),
        )
        precedence = {symbol: operator.precedence for symbol, operator in binary.items()}
        self._state = _State(Grammar(precedence, list(unary)), language, {})

    def _compiled(self, expression: str) -> Compiled:
        """Return the function for *expression*, and whether its value may hold UNDEFINED inside."""
        # One snapshot: a thread that compiles while operators change fills a cache that is dropped.
        state = self._state
        found = state.cache.get(expression)
        if found is None:
            tree = parse(expression, grammar=state.grammar)
            makes = any(
                isinstance(node, ListLiteral | ObjectLiteral | Call | Transform) for node in walk(tree)
            )
            found = closure(tree, state.language), makes
            if len(state.cache) >= CACHED:
                state.cache.clear()
            state.cache[expression] = found
        return found


@dataclass(frozen=True, slots=True)
class _State:
    """What belongs together for one set of operators."""

    grammar: Grammar
    language: Language
    cache: dict[str, Compiled]


_BINARY = {
    symbol: Operator(symbol, precedence, OPERATIONS.get(symbol))
    for symbol, precedence in JEXL_GRAMMAR.precedence.items()
}


def _registered(operators: dict[str, Any], built_in: dict[str, Any]) -> dict[str, Callable[..., Any]]:
    """Return the functions of the operators that are not built in."""
    return {
        symbol: operator.evaluate
        for symbol, operator in operators.items()
        if built_in.get(symbol) is not operator
    }


def _register(calls: Calls, name: str, func: Callable[..., Any], raw: bool) -> None:
    (calls.raw.add if raw else calls.raw.discard)(name)
    calls.known[name] = func


def _decorator(calls: Calls, name: str | None, raw: bool) -> Callable[[Function], Function]:
    def register(func: Function) -> Function:
        _register(calls, name or func.__name__, func, raw)
        return func

    return register


def _fail(
    text: str, node: Node | None, code: str, sentence: str, cause: BaseException | None = None
) -> NoReturn:
    offset = node.start if node else 0
    raise ProblemError([Problem(code, sentence, locate(text, offset))]) from cause
