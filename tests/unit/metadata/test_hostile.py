"""Damaged metadata: whatever is changed in good files, the answer is a Model or problems with places."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from formwright.metadata import compile_sources
from formwright.problems import ProblemError

CASES = Path(__file__).parents[2] / "cases"
CRM = {
    path.relative_to(CASES / "valid/folders/crm").as_posix(): path.read_text("utf-8")
    for path in sorted((CASES / "valid/folders/crm").rglob("*.yaml"))
}
VALUES = (
    "null",
    "[]",
    "{}",
    "true",
    "0",
    "-1",
    "1e999",
    "''",
    "[a, b]",
    "{a: b}",
    "{a: {b: [c]}}",
    "= today",
    "x.y.z",
    "customer",
    "any",
    "*",
    "a: b",
    "ž",
    "'{x}'",
    "text",
    "9" * 40,
)


def damaged(text: str, dice: random.Random) -> str:
    """Return *text* with one line dropped, doubled or moved, a value replaced, or a name exchanged."""
    lines = text.splitlines()
    at = dice.randrange(len(lines))
    line = lines[at]
    match dice.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, line)
        case 2:
            lines[at] = " " * dice.randrange(5) + line.strip()
        case 3 | 4:
            head, colon, _ = line.partition(":")
            lines[at] = f"{head}{colon} {dice.choice(VALUES)}"
        case _:
            parts = line.split(": ")
            if len(parts) > 2:
                where = dice.randrange(1, len(parts))
                parts[where] = dice.choice(VALUES) + ", x" * dice.randrange(2)
            lines[at] = ": ".join(parts)
    return "\n".join(lines) + "\n"


def outcome(texts: dict[str, str]) -> str:
    try:
        compile_sources(texts)
    except ProblemError as error:
        return next(
            (f"{p}" for p in error.problems if not (p.place.file and p.place.line and p.sentence)), "problems"
        )
    return "model"


def run(seed: int, times: int) -> set[str]:
    dice = random.Random(seed)
    found = set()
    for _ in range(times):
        texts = dict(CRM)
        for _ in range(dice.randrange(1, 3)):
            path = dice.choice(list(texts))
            texts[path] = damaged(texts[path], dice)
        found.add(outcome(texts))
    return found


def test_damaged_metadata_gives_problems_with_places_or_a_model() -> None:
    assert run(1, 120) == {"problems", "model"}


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(10))
def test_much_damaged_metadata(seed: int) -> None:
    assert run(100 + seed, 500) <= {"problems", "model"}
