"""The reader of YAML and JSON: verdicts of the fuzz cases, limits, and exact places."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formwright.metadata import check, compile_sources
from formwright.metadata.load import read_folders
from formwright.metadata.nodes import Mapping, Scalar, Source, plain_value
from formwright.metadata.options import plain
from formwright.metadata.yaml import LONGEST_FILE, decode, parse_text
from formwright.problems import Problem, ProblemError, Problems

FUZZ = json.loads((Path(__file__).parents[2] / "cases/fuzz/yaml_cases.json").read_text("utf-8"))["cases"]


def parse(text: str, path: str = "case.yaml") -> Mapping:
    return parse_text(Source(path, text))


def problems_of(text: str, path: str = "case.yaml") -> list[Problem]:
    with pytest.raises(ProblemError) as caught:
        parse(text, path)
    return list(caught.value.problems)


@pytest.mark.parametrize("case", FUZZ, ids=lambda case: case["name"])
def test_fuzz_cases_have_their_verdict(case: dict[str, str]) -> None:
    tracemalloc.start()
    start = process_time()
    try:
        parse(case["text"])
        verdict = "parse"
    except ProblemError as error:
        verdict = "refuse"
        for problem in error.problems:
            assert problem.place.file == "case.yaml"
            assert problem.place.line >= 1
            assert problem.place.column >= 1
            assert problem.sentence
    seconds, (_, peak) = process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    wanted = {"refuse": "refuse", "parse": "parse", "schema": "parse"}.get(case["verdict"], verdict)
    assert verdict == wanted
    assert seconds < 0.5  # 100 ms on a machine that does nothing else
    assert peak < 50_000_000


def test_the_declared_type_decides_and_not_the_look_of_a_scalar() -> None:
    texts = "answer: no\nat: 12:30\nzip: 01234\nversion: 1.10\nplus: +49\nday: 2026-02-30\nbinary: 0b1\nlong: 1_000\n"
    tree = parse(texts)
    as_written = {key: node.text for key, node in tree.items() if isinstance(node, Scalar)}
    assert as_written == dict(line.split(": ", 1) for line in texts.splitlines())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("~", None),
        ("", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("12", 12),
        ("-7", -7),
        ("0o17", 15),
        ("0xFF", 255),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("9" * 400, "9" * 400),
        ("tRue", "tRue"),
        ("1.2.3", "1.2.3"),
        ("2026-01-01", "2026-01-01"),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    found = plain_value(text)
    assert (found, type(found)) == (value, type(value))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_comes_back_from_a_quoted_scalar(text: str) -> None:
    assert plain(parse(f"a: {json.dumps(text, ensure_ascii=False)}\n")) == {"a": text}


@given(st.text(max_size=200))
def test_any_input_is_a_tree_or_problems(text: str) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        parse(text)
    except ProblemError as error:
        problems = error.problems
    assert all(problem.place.line >= 1 and problem.place.file for problem in problems)


STYLES = {
    "plain": ("a:   first second\n", "first second"),
    "single": ("a: 'it''s second'\n", "it's second"),
    "double": ('a: "tab\\t\\u00e9 second"\n', "tab\té second"),
    "literal": ("a: |\n  first\n    second\n", "first\n  second\n"),
    "folded": ("a: >-\n  first\n  more second\n", "first more second"),
    "plain over lines": ("a: first\n  more second\n", "first more second"),
    "literal behind a comment": ("b:\n  a: |  # comment\n\n    first\n    second\n", "\nfirst\nsecond\n"),
    "folded with paragraphs": ("a: >\n  one\n\n  two\n  second\n", "one\ntwo second\n"),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_character_is_found_in_the_file_whatever_the_style(style: str) -> None:
    text, value = STYLES[style]
    node = parse(text).get("a") or parse(text).get("b")
    scalar = node.get("a") if isinstance(node, Mapping) else node
    assert isinstance(scalar, Scalar)
    assert scalar.text == value
    place = scalar.locate(value.index("second"))
    assert text.splitlines()[place.line - 1][place.column - 1 :].startswith("second")


def test_the_text_of_a_scalar_begins_behind_its_quote() -> None:
    scalar = parse('key: "text"\n').get("key")
    assert isinstance(scalar, Scalar)
    assert (scalar.place.column, scalar.text_place.column) == (6, 7)


@pytest.mark.parametrize(
    "attribute",
    [
        "{type: text, required: nope}",
        "{type: text, required: 'nope'}",
        '{type: text, required: "1 == 1 && nope"}',
        '{label: Ž, type: text, required: "1 == 1 && nope"}',
        "{type: text, required: '''x'' == ''x'' && nope'}",
        "{type: text, default: = nope}",
        '{type: text, default: "=   nope"}',
        "\n    type: text\n    required: |\n      1 == 1 &&\n      nope",
        "\n    type: text\n    required: |\n      1 == 1 &&\n        nope",
        "\n    type: text\n    required: >\n      1 == 1\n      && nope",
        "\n    type: text\n    required: 1 == 1\n      && nope",
    ],
)
def test_a_problem_in_an_expression_has_the_place_of_its_character(attribute: str) -> None:
    text = f"entity: thing\nattributes:\n  name: {attribute}\n"
    with pytest.raises(ProblemError) as caught:
        compile_sources({"a/thing.yaml": text})
    [problem] = caught.value.problems
    assert problem.code == "unknown-name"
    assert text.splitlines()[problem.place.line - 1][problem.place.column - 1 :].startswith("nope")


def test_json_is_read_with_places_and_strictly() -> None:
    tree = parse('{\n\t"a": {"b": "\\ud83d\\ude00"},\n\t"c": [1, 2.5, null, true]\n}\n', "x.json")
    assert plain(tree) == {"a": {"b": "😀"}, "c": [1, 2.5, None, True]}
    assert tree.entries["c"].key.place.line == 3
    for text in ("{a: 1}", "{'a': 1}", '{"a": 1,}', '{"a": NaN}', '{"a": 1} // x', "a: 1", '{"a": "\n"}'):
        assert problems_of(text, "x.json")[0].code == "json-syntax"
    assert problems_of('{"a": 1, "a": 2}', "x.json")[0].code == "duplicate-key"
    assert problems_of('{"a": "\\ud83d"}', "x.json")[0].code in ("bad-character", "yaml-syntax")
    assert problems_of('{"a":' * 100_000, "x.json")[0].code in ("too-deep", "json-syntax")


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    for data in (b"a: 1\nb: \xff\n", "a: 1\n".encode("utf-16")):
        with pytest.raises(ProblemError) as caught:
            decode(data, "x.yaml")
        assert caught.value.problems[0].code == "not-utf8"
    with pytest.raises(ProblemError) as caught:
        decode(b"a: 1\nb: \xff\n", "x.yaml")
    assert caught.value.problems[0].place.line == 2
    assert decode(b"\xef\xbb\xbfa: 1\n", "x.yaml") == "a: 1\n"


def test_files_that_are_too_large_are_not_parsed() -> None:
    with pytest.raises(ProblemError) as caught:
        decode(b" " * (LONGEST_FILE + 1), "x.yaml")
    assert caught.value.problems[0].code == "file-too-large"
    assert problems_of("a: " + "x" * LONGEST_FILE)[0].code == "file-too-large"
    start = process_time()
    assert problems_of("a: [" + "1," * 450_000 + "]")[0].code == "too-many-nodes"
    assert process_time() - start < 10


def test_an_alias_bomb_is_refused_at_once() -> None:
    levels = ["l0: &l0 [" + ",".join("a" * 9) + "]"]
    levels += [f"l{n}: &l{n} [{','.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30)]
    start = process_time()
    assert {problem.code for problem in problems_of("\n".join(levels))} == {"anchor", "alias"}
    assert process_time() - start < 0.5


def test_ten_thousand_attributes_are_one_problem_in_bounded_time() -> None:
    lines = ["entity: wide", "attributes:"] + [
        f"  a{number}: {{type: text, max: 20}}" for number in range(10_000)
    ]
    start = process_time()
    with pytest.raises(ProblemError) as caught:
        compile_sources({"a/wide.yaml": "\n".join(lines)})
    assert [problem.code for problem in caught.value.problems] == ["too-many-attributes"]
    assert caught.value.problems[0].place.line == 3
    assert process_time() - start < 30


def test_too_many_choices_and_rows_are_problems() -> None:
    choices = ", ".join(f"c{number}" for number in range(1001))
    rows = "\n".join(["  - {}"] * 100_001)
    texts = {
        "a/thing.yaml": f"entity: thing\nattributes: {{name: text, size: {{type: choice, choices: [{choices}]}}}}\n",
        "a/data/things.yaml": f"records: thing\nkey: name\nrows:\n{rows}\n",
    }
    with pytest.raises(ProblemError) as caught:
        compile_sources(texts)
    codes = {problem.code for problem in caught.value.problems}
    assert {"too-many-choices", "too-many-rows", "missing-value"} == codes


def test_folders_are_read_without_what_belongs_to_others(tmp_path: Path) -> None:
    for path in (
        "a/thing.yaml",
        "a/tests/x.yaml",
        "a/processes/x.yaml",
        "a/.hidden.yaml",
        "_x/y.yaml",
        "a/deep/er.yml",
        "a/n.txt",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("entity: x\n")
    problems = Problems()
    assert [source.path for source in read_folders([tmp_path], problems)] == ["a/deep/er.yml", "a/thing.yaml"]
    assert not len(problems)


def test_a_missing_folder_and_an_unreadable_file_are_problems(tmp_path: Path) -> None:
    _, problems = check([tmp_path / "nowhere"])
    assert [problem.code for problem in problems] == ["no-folder"]
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "bad.yaml").write_bytes(b"\xff")
    _, problems = check([tmp_path])
    assert [problem.code for problem in problems] == ["not-utf8"]
