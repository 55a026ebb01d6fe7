"""Compare our JEXL with npm jexl on random cases: `python -m tests.differential.jexl_npm FOLDER`.

FOLDER is where `npm ci` has installed the package of `tests/jexl_npm`. Prints the
seed, the cases by outcome, and every disagreement; the exit code is 1 when there
is one. `--seed` repeats a run.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import secrets
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from tests.differential.generator import Case, cases
from tests.support.jexl_reference import reference_jexl, same

from formwright.expressions.operations import power
from formwright.problems import ProblemError

SCRIPT = Path(__file__).parents[1] / "jexl_npm" / "evaluate.js"
# Our engine gives null where the reference throws because a value to look into is not there.
LOOKED_INTO_NOTHING = re.compile(
    r"Cannot read properties of (undefined|null)(?! \(reading '(type|_parent)'\))"
)
LIMITS = {"expression-too-long", "expression-too-deep", "expression-too-large", "evaluation-too-large"}


def main(arguments: list[str] | None = None) -> int:
    """Run and report; return the exit code."""
    options = _options(arguments)
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    made = cases(seed, options.cases, options.only)
    jexl = reference_jexl()
    outcomes: Counter[str] = Counter()
    for case, theirs in zip(made, _reference(made, options.folder), strict=True):
        outcome, ours = _compare(jexl, case, theirs)
        outcomes[outcome] += 1
        if outcome == "disagree":
            category, text, context = case
            print(
                f"\n{category}: {text!r}\n  npm:  {theirs}\n  ours: {ours!r}\n  context: {json.dumps(context)}"
            )
    print(f"\nseed {seed}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
    return 1 if outcomes["disagree"] else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="jexl_npm", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where npm has installed jexl")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--only", nargs="*", help="categories, default: all")
    parser.add_argument("--seed", type=int, default=None, help="default: a fresh one")
    return parser.parse_args(arguments)


def _reference(made: list[Case], folder: Path) -> list[dict[str, Any]]:
    """Return what npm jexl makes of each case."""
    lines = "".join(json.dumps({"expr": text, "context": context}) + "\n" for _, text, context in made)
    command = ["node", str(SCRIPT), str(folder)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, encoding="utf-8")
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def _compare(jexl: Any, case: Case, theirs: dict[str, Any]) -> tuple[str, Any]:
    """Return how the two results relate, and ours."""
    _, text, context = case
    before = json.dumps(context)
    try:
        ours = jexl.evaluate(text, context)
    except ProblemError as error:
        codes = {problem.code for problem in error.problems}
        agree = "both refuse" if "error" in theirs else "limit" if codes & LIMITS else "disagree"
        return agree, error
    if json.dumps(context) != before:
        return "disagree", "the context was changed"
    if "error" in theirs:
        return ("null for throw" if LOOKED_INTO_NOTHING.search(theirs["error"]) else "disagree"), ours
    if '{"$js": "function"}' in json.dumps(theirs["value"]):
        return "method of a prototype", ours
    if same(ours, theirs["value"]):
        return "agree", ours
    return (
        "last digit of ^" if "^" in text and _nudged(text, context, theirs["value"]) else "disagree"
    ), ours


def _nudged(text: str, context: dict[str, Any], expected: Any) -> bool:
    """Return whether results of `^` that differ in the last digit explain the difference.

    A remainder or a number written out shows that digit, where no tolerance helps.
    """
    random = Random(0)
    jexl = reference_jexl()

    def nudged(left: Any, right: Any) -> float:
        value = power(left, right)
        return random.choice((value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf)))

    jexl.add_binary_operator("^", 50, nudged, raw=True)
    return any(same(jexl.evaluate(text, context), expected) for _ in range(60))


if __name__ == "__main__":
    sys.exit(main())
