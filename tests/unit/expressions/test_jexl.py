"""The class with pyjexl's methods."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import pyjexl
import pytest
from pyjexl.analysis import JEXLAnalyzer

from formwright.expressions import JEXL, UNDEFINED
from formwright.expressions.nodes import Binary, Name
from formwright.problems import Place, Problem, ProblemError


@pytest.fixture
def jexl() -> JEXL:
    return JEXL()


def only_problem(jexl: JEXL, text: str, context: Any = None) -> Problem:
    with pytest.raises(ProblemError) as caught:
        jexl.evaluate(text, context)
    [problem] = caught.value.problems
    return problem


def test_it_stands_where_pyjexl_stood(jexl: JEXL) -> None:
    stock = {name for name in dir(pyjexl.JEXL) if not name.startswith("_")}

    assert isinstance(jexl, pyjexl.JEXL)
    assert stock <= set(dir(jexl))
    assert jexl.evaluate("a + 1", {"a": 1}) == 2
    assert jexl.parse("a + b") == Binary("+", Name("a"), Name("b"))


def test_the_context_given_at_the_start_serves_where_none_is_given() -> None:
    jexl = JEXL({"a": 1})

    assert jexl.evaluate("a") == 1
    assert jexl.evaluate("a", {"a": 2}) == 2
    assert jexl.evaluate("a", {}) is None
    assert JEXL().evaluate("a") is None


def test_undefined_becomes_none_at_every_depth(jexl: JEXL) -> None:
    assert jexl.evaluate("x") is None
    assert jexl.evaluate("[x, {a: x}, 1]", {}) == [None, {"a": None}, 1]
    assert jexl.evaluate("x + 1 == x + 1", {}) is False


def test_transforms(jexl: JEXL) -> None:
    jexl.add_transform("double", lambda value: value * 2)

    @jexl.transform()
    def add(value: int, other: int) -> int:
        return value + other

    @jexl.transform("plus")
    def other_name(value: int, other: int) -> int:
        return value + other

    assert jexl.evaluate("a|double|add(b)|plus(1)", {"a": 1, "b": 3}) == 6
    assert add(1, 2) == other_name(1, 2) == 3
    jexl.remove_transform("double")
    assert only_problem(jexl, "1 + a|double", {"a": 1}).code == "unknown-transform"


def test_functions(jexl: JEXL) -> None:
    jexl.add_function("one", lambda: 1)

    @jexl.function("sum")
    def add(*values: int) -> int:
        return sum(values)

    assert jexl.evaluate("sum(one(), a, 2)", {"a": 1}) == 4
    jexl.remove_function("one")
    problem = only_problem(jexl, "2 +\n one()")
    assert (problem.code, problem.place) == ("unknown-function", Place(line=2, column=2))
    with pytest.raises(KeyError):
        jexl.remove_function("one")


def test_functions_get_none_for_undefined_unless_raw(jexl: JEXL) -> None:
    seen: list[Any] = []
    jexl.add_function("see", seen.append)
    jexl.evaluate("see(x)", {})
    jexl.evaluate("see([x])", {})
    jexl.add_function("see", seen.append, raw=True)
    jexl.evaluate("see(x)", {})

    assert seen == [None, [None], UNDEFINED]
    jexl.add_function("give", lambda: UNDEFINED, raw=True)
    assert jexl.evaluate("give()", {}) is None
    assert jexl.evaluate("'' + give()", {}) == "undefined"


def test_a_later_registration_counts_for_texts_already_compiled(jexl: JEXL) -> None:
    jexl.add_function("f", lambda: 1)
    assert jexl.evaluate("f()") == 1
    jexl.add_function("f", lambda: 2)
    assert jexl.evaluate("f()") == 2


def test_unreached_unknown_names_do_not_matter(jexl: JEXL) -> None:
    assert jexl.evaluate("false && nope()", {}) is False
    assert jexl.evaluate("true ? 1 : x|nope", {}) == 1
    assert jexl.evaluate("true ? 1 :", {}) == 1
    assert only_problem(jexl, "false ? 1 :", {}).code == "missing-part"


def test_binary_operators(jexl: JEXL) -> None:
    jexl.add_binary_operator("~", 35, lambda left, right: f"{left}~{right}")

    assert jexl.evaluate("1 + 2 ~ 3 * 4", {}) == "12~12"
    assert jexl.evaluate("x ~ 1", {}) == "None~1"
    jexl.add_binary_operator("~", 45, lambda left, right: left - right)
    assert jexl.evaluate("2 * 5 ~ 3", {}) == 4
    jexl.remove_binary_operator("~")
    assert only_problem(jexl, "2 ~ 1").code == "expression-syntax"
    with pytest.raises(ValueError, match="operator"):
        jexl.add_binary_operator("'", 1, max)


def test_built_in_operators_can_be_replaced_and_removed(jexl: JEXL) -> None:
    assert jexl.evaluate("1 + 2 && 1") == 1
    jexl.add_binary_operator("+", 30, lambda left, right: (left, right))
    jexl.add_binary_operator("&&", 10, lambda _left, _right: "and")
    jexl.add_unary_operator("!", lambda value: f"not {value}")

    assert jexl.evaluate("1 + 2") == (1, 2)
    assert jexl.evaluate("1 && 2") == "and"
    assert jexl.evaluate("!1") == "not 1"
    jexl.remove_binary_operator("-")
    assert only_problem(jexl, "2 - 1").code == "expression-syntax"


def test_unary_operators(jexl: JEXL) -> None:
    jexl.add_unary_operator("~", lambda value: -value)

    assert jexl.evaluate("~a + 3", {"a": 1}) == 2
    jexl.remove_unary_operator("~")
    assert only_problem(jexl, "~a").code == "expression-syntax"


def test_instances_do_not_share_what_is_registered(jexl: JEXL) -> None:
    jexl.add_transform("f", abs)
    jexl.add_binary_operator("~", 1, max)

    assert only_problem(JEXL(), "1|f").code == "unknown-transform"
    assert only_problem(JEXL(), "1 ~ 1").code == "expression-syntax"


def test_what_a_registered_function_raises_is_a_problem_at_the_call(jexl: JEXL) -> None:
    @jexl.function()
    def fail() -> None:
        raise LookupError("inside")

    problem = only_problem(jexl, "1 + fail()")
    assert (problem.code, problem.place.column) == ("call-failed", 5)
    assert "inside" not in problem.sentence
    assert only_problem(jexl, "fail(1)").code == "call-failed"


def test_a_problem_raised_by_a_registered_function_stays_as_it_is(jexl: JEXL) -> None:
    own = Problem("own-code", "Own sentence.")

    @jexl.function()
    def fail() -> None:
        raise ProblemError([own])

    assert only_problem(jexl, "1 + fail()") == own


def test_validate_names_what_is_unknown(jexl: JEXL) -> None:
    jexl.add_transform("known", abs)

    assert list(jexl.validate("a|known + b")) == []
    assert list(jexl.validate("[a|known, (b|unknown)]")) == ["The `unknown` transform is undefined."]
    assert list(jexl.validate("{a: nope(1)}")) == ["The `nope` function is undefined."]
    assert list(jexl.validate("1 +")) == ["1:4: The expression ends where a value or a name is expected."]


def test_analyze_gives_pyjexl_nodes_to_an_analyzer(jexl: JEXL) -> None:
    class Names(JEXLAnalyzer):
        def visit_Identifier(self, node: Any) -> Iterator[str]:
            yield node.value

        def generic_visit(self, node: Any) -> Iterator[str]:
            for child in node.children:
                yield from self.visit(child)

    assert list(jexl.analyze("(a + b|f(c)) ? !d : f(e, g[.h])", Names)) == ["a", "b", "c", "d", "e", "h", "g"]


def test_evaluation_never_changes_the_context(jexl: JEXL) -> None:
    context = {"xs": [{"a": 1, "b": [1, None]}, {"a": 2}], "o": {"k": {}}}
    before = copy.deepcopy(context)
    for text in ["xs[.a > 1]", "[xs, y]", "{a: o, b: y}", "xs[0].b[y]", "xs", "xs + o", "xs[.b]|f", "o.k"]:
        jexl.add_transform("f", lambda value: value)
        jexl.evaluate(text, context)

    assert context == before


@pytest.mark.parametrize("context", [[], "a", 1, OrderedDict(a=1), object()])
def test_only_a_plain_dict_is_a_context(jexl: JEXL, context: Any) -> None:
    assert only_problem(jexl, "a", context).code == "expression-context"


def test_objects_in_a_context_are_not_looked_into(jexl: JEXL) -> None:
    class Session:
        secret = "secret"

        def get(self, name: str) -> str:
            raise AssertionError(name)

        __getitem__ = __getattr__ = __len__ = __iter__ = get

    session = Session()
    context = {"session": session, "ordered": OrderedDict(a=1)}

    for text in [
        "session.secret",
        "session['secret']",
        "session.get",
        "ordered.a",
        "session[0]",
        "session.secret.x",
    ]:
        assert jexl.evaluate(text, context) is None
    assert jexl.evaluate("session[.secret]", context) == []
    assert jexl.evaluate("session", context) is session
    assert jexl.evaluate("session ? 1 : 2", context) == 1


def test_missing_values_give_null_where_the_reference_throws(jexl: JEXL) -> None:
    for text in ["missing['a']", "nil['a']", "xs[.none].b", "empty.a", "missing[0][1].b"]:
        assert jexl.evaluate(text, {"nil": None, "xs": [{}], "empty": []}) is None


def test_many_texts_do_not_fill_the_memory(jexl: JEXL) -> None:
    for number in range(2_500):
        assert jexl.evaluate(f"{number} + 1", {}) == number + 1

    assert len(jexl._state.cache) <= 1_000


def test_threads_get_the_same_answers() -> None:
    jexl = JEXL()
    texts = [f"xs[.a > {number}].a + {number} * k" for number in range(40)]
    contexts = [{"xs": [{"a": number} for number in range(50)], "k": k} for k in range(5)]
    expected = [[JEXL().evaluate(text, context) for text in texts] for context in contexts]
    wrong: list[Any] = []
    start = threading.Barrier(5)

    def work(which: int) -> None:
        start.wait()
        for _ in range(5):
            found = [jexl.evaluate(text, contexts[which]) for text in texts]
            if found != expected[which]:
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(which,)) for which in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
