"""Metadata files with the expected problems as comments, compared both ways: line by line, code by code.

`# PROBLEM: code` stands on the offending line; `# PROBLEM: code: text` also
expects *text* in the sentence or the hint; `# PROBLEM at 4: code` names a line
that cannot hold a comment. Files of `invalid/files` and `valid/files` are
compiled beside the small module in `common`; each folder in `invalid/folders`
and `valid/folders` is a metadata folder of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from formwright.metadata import check
from formwright.metadata.compile import compile_sources
from formwright.problems import Problem, ProblemError, as_text

CASES = Path(__file__).parents[2] / "cases"
COMMON = {
    path.relative_to(CASES / "common").as_posix(): path.read_text("utf-8")
    for path in (CASES / "common").rglob("*.yaml")
}
MARK = re.compile(r"# PROBLEM(?: at (\d+))?(?: of (\S+))?: ([a-z0-9-]+(?:, [a-z0-9-]+)*)(?:: (.+))?")
CALLS = {"shop.print"}
FILES = sorted((CASES / "invalid/files").rglob("*.yaml"))
FOLDERS = sorted(path for path in (CASES / "invalid/folders").iterdir())

Expected = list[tuple[str, int, str, str]]


def expected(texts: dict[str, str]) -> Expected:
    found: Expected = []
    for path, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            for at, of, codes, words in MARK.findall(line):
                found += [(of or path, int(at or number), code, words) for code in codes.split(", ")]
    return found


def problems_of(texts: dict[str, str]) -> list[Problem]:
    try:
        return list(compile_sources(texts, calls=CALLS).warnings)
    except ProblemError as error:
        return list(error.problems)


def compare(texts: dict[str, str]) -> None:
    wanted = expected(texts)
    assert wanted, "the case expects nothing"
    problems = problems_of({**COMMON, **texts} if len(texts) == 1 else texts)
    found = Counter((p.place.file, p.place.line, p.code) for p in problems)
    assert found == Counter(each[:3] for each in wanted), as_text(problems)
    for file, line, code, words in wanted:
        said = [
            f"{p.sentence} {p.hint}"
            for p in problems
            if (p.place.file, p.place.line, p.code) == (file, line, code)
        ]
        assert not words or any(words in each for each in said), said
    for problem in problems:
        assert problem.sentence.endswith((".", "…", "?")), problem
        assert problem.sentence[0].isupper() or problem.sentence[0] == "`", problem
        assert problem.place.column > 0, problem


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CASES / "invalid/files").as_posix())
def test_an_invalid_file_has_exactly_the_problems_it_marks(path: Path) -> None:
    compare({f"case/{path.name}": path.read_text("utf-8")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_an_invalid_folder_has_exactly_the_problems_it_marks(folder: Path) -> None:
    compare(
        {
            path.relative_to(folder).as_posix(): path.read_text("utf-8")
            for path in sorted(folder.rglob("*.yaml"))
        }
    )


def test_there_are_enough_invalid_cases() -> None:
    assert len(FILES) + len(FOLDERS) >= 120


def test_the_common_module_has_no_problems() -> None:
    assert problems_of(COMMON) == []


@pytest.mark.parametrize("path", sorted((CASES / "valid/files").rglob("*.*")), ids=lambda path: path.name)
def test_a_valid_file_has_no_problems(path: Path) -> None:
    problems = problems_of({**COMMON, f"case/{path.name}": path.read_text("utf-8")})
    assert not problems, as_text(problems)


@pytest.mark.parametrize("folder", sorted((CASES / "valid/folders").iterdir()), ids=lambda path: path.name)
def test_a_valid_folder_has_no_problems(folder: Path) -> None:
    model, problems = check([folder], calls=CALLS)
    assert not len(problems), as_text(problems)
    assert model is not None


def test_every_documented_problem_has_a_case() -> None:
    """Codes of the README are raised by an invalid case, except those that no small file can show."""
    elsewhere = {
        "file-too-large",
        "not-utf8",
        "unreadable-file",
        "json-syntax",
        "too-many-nodes",
        "too-many-files",
        "no-folder",
        "too-many-choices",
        "too-many-rows",
        "too-many-attributes",
        "unknown-path",
    }
    readme = (Path(__file__).parents[3] / "platform/formwright/metadata/README.md").read_text("utf-8")
    documented = set(
        re.findall(r"^\| `([a-z0-9-]+)` \|", readme.partition("## Problem codes")[2], re.MULTILINE)
    )
    texts = [path.read_text("utf-8") for path in (CASES / "invalid").rglob("*.yaml")]
    shown = {code for text in texts for _, _, codes, _ in MARK.findall(text) for code in codes.split(", ")}
    assert documented - elsewhere <= shown, sorted(documented - elsewhere - shown)
    assert len(documented) > 50
