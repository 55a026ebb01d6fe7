"""Which transitions there are, and what speaks against them."""

from __future__ import annotations

from formwright.lifecycles import decide, find, initial_state, offered
from formwright.metadata import Transition, compile_sources
from formwright.problems import Problem

MODEL = compile_sources(
    {
        "a/module.yaml": "module: a\n",
        "a/job.yaml": """
entity: job
attributes: {size: {type: integer}, name: {type: text}}
lifecycle:
  states: {open: {label: {en: Open, cs: Otevřeno}}, busy: {}, done: {final: true}}
  transitions:
    start:  {from: open, to: busy, when: size > 2, otherwise: {en: Too small., cs: Moc malé.}}
    finish: {from: [open, busy], to: done, when: "params.how == 'well'", ask: {how: {type: text}}}
    drop:   {from: any, to: done, hidden: true}
""",
        "a/plain.yaml": "entity: plain\nattributes: {name: text}\n",
    }
)
JOB, PLAIN = MODEL.entities["job"], MODEL.entities["plain"]


def move(name: str) -> Transition:
    found = find(JOB, name)
    assert isinstance(found, Transition)
    return found


def test_a_new_record_is_in_the_first_state() -> None:
    assert (initial_state(JOB), initial_state(PLAIN)) == ("open", None)


def test_a_guard_that_holds_says_nothing() -> None:
    assert decide(JOB, move("start"), {"state": "open", "size": 3}) == []


def test_a_guard_that_fails_says_its_sentence_in_the_locale() -> None:
    [problem] = decide(JOB, move("start"), {"state": "open"}, locale="cs")
    assert (problem.code, problem.sentence) == ("transition-refused", "Moc malé.")


def test_a_guard_that_cannot_be_evaluated_denies() -> None:
    [problem] = decide(JOB, move("start"), {"state": "open", "size": "three"})
    assert problem.code == "transition-refused"


def test_another_state_is_told_with_those_that_fit() -> None:
    [problem] = decide(JOB, move("start"), {"state": "busy", "size": 3})
    assert (problem.code, problem.hint) == ("E_TRANSITION", "It is possible in: Open.")


def test_hidden_transitions_are_for_the_system_only() -> None:
    assert decide(JOB, move("drop"), {"state": "open"})[0].code == "transition-not-offered"
    assert decide(JOB, move("drop"), {"state": "open"}, internal=True) == []


def test_offers_are_those_of_the_state_that_the_actor_may_take() -> None:
    offers = offered(JOB, {"state": "open"}, lambda name: True)
    assert [(o.transition.name, o.possible) for o in offers] == [("start", False), ("finish", True)]
    assert [o.transition.name for o in offered(JOB, {"state": "busy"}, lambda name: True)] == ["finish"]
    assert offered(JOB, {"state": "open"}, lambda name: False) == ()
    assert offered(PLAIN, {}, lambda name: True) == ()


def test_an_unknown_transition_is_a_problem_with_a_hint() -> None:
    found = find(JOB, "strat")
    assert isinstance(found, Problem)
    assert found.hint == "did you mean `start`?"
    assert isinstance(find(PLAIN, "start"), Problem)
