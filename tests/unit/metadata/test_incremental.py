"""Compiling again with a memory: only what changed is made again, and the result is as if made afresh."""

from __future__ import annotations

import pytest

from formwright.metadata import Memory, Model, compile_sources
from formwright.problems import ProblemError

A = "entity: a\nattributes:\n  name: text\n  b: {type: reference, to: b}\n  size: {type: text, computed: b.name}\n"
B = "entity: b\nattributes: {name: text}\n"
C = "entity: d\nattributes: {name: text}\nlists: {all: {columns: [name]}}\n"
TEXTS = {"m/a.yaml": A, "m/b.yaml": B, "m/d.yaml": C, "m/roles.yaml": "roles: {clerk: {}}\n"}


def kept(before: Model, after: Model) -> set[str]:
    """Return the entity types that are the very same objects."""
    return {name for name, entity in after.entities.items() if before.entities.get(name) is entity}


def again(changes: dict[str, str | None]) -> tuple[Model, Model]:
    memory = Memory()
    before = compile_sources(TEXTS, previous=memory)
    texts = {path: text for path, text in {**TEXTS, **changes}.items() if text is not None}
    return before, compile_sources(texts, previous=memory)


def test_nothing_is_made_again_when_nothing_changed() -> None:
    before, after = again({})
    assert kept(before, after) == {"a", "b", "d"}
    assert before.checksum == after.checksum


def test_a_changed_label_makes_only_its_entity_type_again() -> None:
    before, after = again({"m/b.yaml": B + "label: Bee\n"})
    assert kept(before, after) == {"a", "d"}
    assert str(after.entities["b"].label) == "Bee"


def test_a_changed_type_makes_those_again_that_looked_at_it() -> None:
    before, after = again({"m/b.yaml": "entity: b\nattributes: {name: {type: text, required: true}}\n"})
    assert kept(before, after) == {"d"}


def test_a_removed_attribute_is_noticed_by_those_that_read_it() -> None:
    with pytest.raises(ProblemError) as caught:
        again({"m/b.yaml": "entity: b\nattributes: {title: text}\n"})
    assert [(p.code, p.place.file) for p in caught.value.problems] == [("unknown-attribute", "m/a.yaml")]


def test_a_removed_entity_type_is_noticed() -> None:
    with pytest.raises(ProblemError) as caught:
        again({"m/b.yaml": None})
    assert "unknown-entity" in {problem.code for problem in caught.value.problems}


def test_an_overlay_that_appears_and_goes_counts() -> None:
    memory = Memory()
    first = compile_sources(TEXTS, previous=memory)
    second = compile_sources({**TEXTS, "n/d.yaml": "extend: d\nlabel: Sea\n"}, previous=memory)
    third = compile_sources(TEXTS, previous=memory)
    assert [str(model.entities["d"].label) for model in (first, second, third)] == ["D", "Sea", "D"]


def test_new_roles_and_texts_count() -> None:
    before, after = again({"m/roles.yaml": "roles: {clerk: {}, boss: {}}\n"})
    assert kept(before, after) == set()
    before, after = again({"m/locales/cs.yaml": "locale: cs\ntexts: {d: {label: Dé}}\n"})
    assert kept(before, after) == {"a", "b"}
    assert after.entities["d"].label.get("cs") == "Dé"


def test_shared_choices_follow_their_lender() -> None:
    memory = Memory()
    lender = "entity: a\nattributes: {kind: {type: choice, choices: [x, y]}}\n"
    texts = {
        "m/a.yaml": lender,
        "m/b.yaml": "entity: b\nattributes: {kind: {type: choice, choices: a.kind}}\n",
    }
    compile_sources(texts, previous=memory)
    after = compile_sources({**texts, "m/a.yaml": lender.replace("[x, y]", "[x, y, z]")}, previous=memory)
    assert list(after.entities["b"].attributes["kind"].options["choices"]) == ["x", "y", "z"]


def test_problems_are_told_again_and_forgotten_once_mended() -> None:
    memory = Memory()
    broken = {**TEXTS, "m/d.yaml": C.replace("[name]", "[nme]"), "m/b.yaml": B + "colour: red\n"}
    for _ in range(2):
        with pytest.raises(ProblemError) as caught:
            compile_sources(broken, previous=memory)
        assert sorted(problem.code for problem in caught.value.problems) == [
            "unknown-attribute",
            "unknown-key",
        ]
    assert compile_sources(TEXTS, previous=memory).entities.keys() == {"a", "b", "d"}


def test_warnings_are_told_again() -> None:
    memory = Memory()
    texts = {"m/a.yaml": "entity: a\nlifecycle: {states: [x, y], transitions: {}}\n"}
    for _ in range(2):
        assert [problem.code for problem in compile_sources(texts, previous=memory).warnings] == [
            "unreachable-state"
        ]


def test_a_broken_file_leaves_the_memory_useful() -> None:
    memory = Memory()
    before = compile_sources(TEXTS, previous=memory)
    with pytest.raises(ProblemError):
        compile_sources({**TEXTS, "m/d.yaml": "entity: ["}, previous=memory)
    assert kept(before, compile_sources(TEXTS, previous=memory)) == {"a", "b", "d"}
