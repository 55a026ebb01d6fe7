"""The JSON Schema for editors accepts all metadata that compiles, and refuses what the compiler refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from formwright.metadata.load import read_folders
from formwright.metadata.nodes import Source
from formwright.metadata.options import plain
from formwright.metadata.schema import schema
from formwright.metadata.yaml import parse_text
from formwright.problems import ProblemError, Problems

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests/cases"
GOOD = [
    *read_folders([ROOT / "metadata", CASES / "common", CASES / "valid/files"], Problems()),
    *(
        source
        for folder in (CASES / "valid/folders").iterdir()
        for source in read_folders([folder], Problems())
    ),
]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    made = schema()
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


@pytest.mark.parametrize("source", GOOD, ids=lambda source: source.file)
def test_metadata_that_compiles_fits_the_schema(validator: Draft202012Validator, source: Source) -> None:
    errors = [
        f"{list(e.absolute_path)}: {e.message[:300]}"
        for e in validator.iter_errors(plain(parse_text(source)))
    ]
    assert errors == []


@pytest.mark.parametrize("group", ["keys", "kinds", "missing"])
def test_unknown_keys_and_wrong_kinds_do_not_fit(validator: Draft202012Validator, group: str) -> None:
    """An editor shows most of what the reader refuses; a few refusals need more than a schema can say."""
    beyond = {
        "kinds/yes.yaml", "kinds/default_without_expression.yaml", "kinds/empty_expression.yaml",
        "kinds/label_by_bad_locale.yaml", "kinds/no_columns.yaml", "kinds/field_as_list.yaml", "kinds/row_as_text.yaml",
        "kinds/locale_text_as_list.yaml", "kinds/choices_as_number.yaml", "keys/choice.yaml",
        "missing/attribute_type.yaml",
        "missing/row_key.yaml", "missing/row_value.yaml", "missing/board_by.yaml", "missing/any_state.yaml",
    }  # fmt: skip
    missed = []
    for path in sorted((CASES / "invalid/files" / group).glob("*.yaml")):
        try:
            tree = plain(parse_text(Source(path.name, path.read_text("utf-8"))))
        except ProblemError:
            continue
        if validator.is_valid(tree) and f"{group}/{path.name}" not in beyond:
            missed.append(path.name)
    assert missed == []


def test_the_schema_knows_the_types_and_keys_of_the_catalogue(validator: Draft202012Validator) -> None:
    file = {"entity": "a", "attributes": {"x": {"type": "text", "max": 3}, "y": "date"}}
    assert validator.is_valid(file)
    for attribute in (
        {"type": "txt"},
        {"type": "text", "choices": ["a"]},
        "txt",
        {"type": "reference"},
        {"type": "text", "max": "a"},
    ):
        assert not validator.is_valid({"entity": "a", "attributes": {"x": attribute}})


def test_overlays_may_leave_out_what_a_lower_layer_says_and_remove_it(
    validator: Draft202012Validator,
) -> None:
    assert validator.is_valid(
        {"extend": "a", "attributes": {"x": {"required": True}, "y": None}, "lists": {"all": None}}
    )
    assert validator.is_valid({"extend": "a", "lifecycle": {"transitions": {"go": {"when": "x > 1"}}}})
    assert not validator.is_valid({"extend": "a", "number": "A-{00}"})
    assert not validator.is_valid(
        {"entity": "a", "lifecycle": {"states": ["x"], "transitions": {"go": {"when": "x"}}}}
    )
