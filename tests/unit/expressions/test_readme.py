"""The README of the package shows exactly what the code has."""

import doctest
import re
from pathlib import Path

from formwright import expressions
from formwright.expressions import standard
from formwright.expressions.catalogue import PROBLEMS, catalogue_text, problems_table

PACKAGE = Path(expressions.__file__).parent
README = (PACKAGE / "README.md").read_text("utf-8")
RAISED = re.compile(r'(?:flag|fail|fault|Problem|add)\(\s*f?"([a-z]+(?:-[a-z]+|-\{form\})+)"')


def between(mark):
    """Return what stands between the two marks of a generated part."""
    return README.split(f"<!-- {mark} -->\n", 1)[1].split(f"\n<!-- end of {mark} -->", 1)[0]


def test_functions_are_those_of_the_registry():
    assert between("functions") == catalogue_text(standard())


def test_problems_are_those_of_the_table():
    assert between("problems") == problems_table()


def raised():
    """Return the codes that the modules of the package raise."""
    found = set()
    for module in [*PACKAGE.glob("*.py"), *PACKAGE.glob("functions/*.py")]:
        for code in RAISED.findall(module.read_text("utf-8")):
            found.update({"unknown-function", "unknown-transform"} if "{" in code else {code})
    return found


def test_every_problem_in_the_table_is_raised():
    assert set(PROBLEMS) <= raised()


def test_every_code_is_documented():
    """A code that some module raises stands in backticks in the README."""
    assert {code for code in raised() if f"`{code}`" not in README} == set()


def test_the_snippets_give_what_they_show():
    found = doctest.testfile(str(PACKAGE / "README.md"), module_relative=False, encoding="utf-8", report=True)

    assert found.attempted >= 10
    assert found.failed == 0
