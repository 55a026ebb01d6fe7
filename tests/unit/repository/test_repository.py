"""What must hold for the tree as a whole."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLATFORM = ROOT / "platform"
PACKAGES = sorted(p.parent.name for p in (PLATFORM / "formwright").glob("*/__init__.py"))
TOP = {"platform", "metadata", "plugins", "templates", "migrations", "tests", "tools"}


def test_the_source_root_is_no_package():
    """With an `__init__.py` the folder would shadow the standard library's `platform`."""
    assert not (PLATFORM / "__init__.py").exists()
    code = "import sys; sys.path[:0] = ['.', 'platform']; import platform; print(platform.system())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip()


def test_imports_point_one_way():
    """The layers of DESIGN §2, as import-linter contracts."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "platform", "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_is_in_a_layer():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {name.strip() for layer in contracts[0]["layers"] for name in re.split(r"[|:]", layer)}
    assert {f"formwright.{name}" for name in PACKAGES} == layers


def test_the_vendored_front_end_is_as_recorded():
    done = subprocess.run(
        [sys.executable, "tools/vendor.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_top_level_holds_nothing_else():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    folders = {path.split("/")[0] for path in listed if "/" in path}
    assert {name for name in folders if not name.startswith(".")} <= TOP


def test_git_ignores_no_source():
    """A folder called `build` once fell out of the repository that way."""
    command = [
        "git",
        "ls-files",
        "--others",
        "--ignored",
        "--exclude-standard",
        "platform",
        "metadata",
        "plugins",
        "templates",
    ]
    ignored = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [path for path in ignored if path.endswith((".py", ".yaml", ".html", ".css", ".js", ".md"))] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_problem_code_is_documented(package):
    """Each code that a package can raise stands in backticks in the README of that package."""
    folder = PLATFORM / "formwright" / package
    codes: set[str] = set()
    call = re.compile(
        r"(?:Problem|problems\.add|found\.add|\.of|Invalid|Refusal\.of)\(\s*\"([a-z][a-z0-9]*(?:-[a-z0-9]+)+)\""
    )
    for path in folder.rglob("*.py"):
        codes |= set(call.findall(path.read_text(encoding="utf-8")))
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    assert sorted(code for code in codes if f"`{code}`" not in text) == []
