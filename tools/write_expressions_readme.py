"""Write the generated parts of the README of `formwright.expressions` anew from the code."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "platform"))

from formwright.expressions import standard  # noqa: E402 - the path is set above
from formwright.expressions.catalogue import catalogue_text, problems_table  # noqa: E402 - the same

README = ROOT / "platform" / "formwright" / "expressions" / "README.md"


def replaced(text: str, mark: str, part: str) -> str:
    """Return *text* with *part* between the two comments named *mark*."""
    begin, end = f"<!-- {mark} -->\n", f"\n<!-- end of {mark} -->"
    return re.sub(
        re.escape(begin) + ".*?" + re.escape(end), lambda _: begin + part + end, text, flags=re.DOTALL
    )


def main() -> None:
    """Write the file."""
    text = README.read_text("utf-8")
    text = replaced(text, "functions", catalogue_text(standard()))
    README.write_text(replaced(text, "problems", problems_table()), "utf-8")


if __name__ == "__main__":
    main()
