"""Commands that need no database."""

from __future__ import annotations

import json

import jsonschema
import pytest
from click.testing import CliRunner

from formwright.app import cli as module
from formwright.app.settings import ROOT
from formwright.metadata.load import read_folders
from formwright.metadata.options import plain
from formwright.metadata.yaml import parse_text
from formwright.problems import Problems


def run(*arguments: str, **environment: str):
    return CliRunner().invoke(module.cli, arguments, env=environment)


def test_check_passes_on_everything_that_is_shipped():
    done = run("check")
    assert done.exit_code == 0, done.output
    assert "no problems" in done.output


def test_check_prints_every_problem_with_place_and_hint(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "module.yaml").write_text("module: shop\nlabel: Shop\n")
    (folder / "ware.yaml").write_text(
        "entity: ware\nattributes:\n  name: {typ: text}\n  price: {type: mony}\n"
    )
    done = run("check", FORMWRIGHT_METADATA=str(tmp_path))
    assert done.exit_code == 1
    assert "ware.yaml:3:" in done.output
    assert "ware.yaml:4:" in done.output
    assert "did you mean `money`?" in done.output


def test_check_as_json(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/ware.yaml").write_text("entity: ware\nattributes: {a: {type: nope}}\n")
    done = run("check", "--json", FORMWRIGHT_METADATA=str(tmp_path))
    problems = json.loads(done.stdout)
    assert {"code", "sentence", "file", "line", "column"} <= set(problems[0])


def test_the_schema_accepts_all_shipped_metadata():
    done = run("schema")
    validator = jsonschema.Draft202012Validator(json.loads(done.output))
    files = sorted((ROOT / "metadata").rglob("*.yaml"))
    assert len(files) > 30
    problems = Problems()
    for source in read_folders([ROOT / "metadata"], problems):
        errors = list(validator.iter_errors(plain(parse_text(source))))
        assert errors == [], f"{source.path}: {errors[0].json_path}: {errors[0].message}"


@pytest.mark.parametrize("path", ["customer", "customer.name", "account.bill_cycle"])
def test_explain_names_the_files(path):
    done = run("explain", path)
    assert done.exit_code == 0, done.output
    assert ".yaml:" in done.output


def test_explain_of_an_overlaid_attribute_names_the_overlay():
    done = run("explain", "account.bill_cycle")
    assert "billing/account.yaml" in done.output


def test_functions_are_listed_with_examples():
    done = run("functions")
    for name in ("add_days", "sum", "has_role", "coalesce"):
        assert name in done.output


def test_main_prints_problems_and_no_trace(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("sys.argv", ["formwright", "explain", "nothing.here"])
    assert module.main() == 1
    shown = capsys.readouterr().err
    assert "nothing" in shown
    assert "Traceback" not in shown
