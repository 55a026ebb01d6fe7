"""The README lists each type, format and problem code as the code has them.

`python -m tests.unit.attributes.test_readme` (with `platform` on the path) writes the generated parts anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql

from formwright.attributes import AttributeType, builtin
from formwright.attributes.formats import shipped_formats

PACKAGE = Path("platform/formwright/attributes")
README = PACKAGE / "README.md"


def types_table() -> str:
    rows = [
        "| type | keys (**needed**) | column | JSON | kind | operators | widget | is |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join(rows + [row_of(kind) for kind in builtin()])


def row_of(kind: AttributeType) -> str:
    options = {"choices": ["a"], "to": ["a"]}
    keys = " ".join(f"**`{key}`**" if key in kind.needs else f"`{key}`" for key in kind.keys)
    column = kind.column(options).compile(dialect=postgresql.dialect()).lower() if kind.stored else "–"
    cells = (
        f"`{kind.name}`",
        keys or "–",
        column,
        json_form(kind.json_schema(options)),
        kind.kind,
        " ".join(kind.operators),
        f"`{kind.widget.removeprefix('widgets/')}`",
        (type(kind).__doc__ or "").splitlines()[0].replace("``", "`"),
    )
    return "| " + " | ".join(cells) + " |"


def json_form(schema) -> str:
    found = schema.get("type", "string")
    words = found if isinstance(found, str) else " or ".join(found)
    detail = schema.get("format") or schema.get("contentMediaType")
    return f"{words} ({detail})" if detail else words


def formats_table() -> str:
    rows = [f"| `{each.name}` | {each.label} | {each.example} |" for each in shipped_formats()]
    return "\n".join(["| format | is | example |", "|---|---|---|", *rows])


PARTS = {"types": types_table, "formats": formats_table}


def part(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- generated: {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)


@pytest.mark.parametrize("name", PARTS)
def test_the_generated_parts_are_current(name):
    found = part(name).search(README.read_text("utf-8"))
    assert found
    assert found[2].strip() == PARTS[name]()


def test_every_problem_code_has_its_sentence():
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    codes = set(re.findall(r'(?:Invalid|Problem)\(\s*"([a-z-]+)"', source))
    documented = set(
        re.findall(
            r"^\| `([a-z-]+)` \|[^|]+\|$",
            README.read_text("utf-8").partition("## Problem codes")[2],
            re.MULTILINE,
        )
    )
    assert len(codes) > 40
    assert codes == documented


if __name__ == "__main__":
    text = README.read_text("utf-8")
    for name, table in PARTS.items():
        text = part(name).sub(lambda found, table=table: f"{found[1]}{table()}\n{found[3]}", text)
    README.write_text(text, "utf-8")
