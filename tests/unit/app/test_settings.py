"""What the environment says."""

from __future__ import annotations

import stat

import pytest

from formwright.app.settings import settings_from
from formwright.problems import ProblemError


def test_defaults():
    settings = settings_from({})
    assert (settings.port, settings.host, settings.data.name, settings.workspace) == (
        8000,
        "127.0.0.1",
        ".formwright",
        "main",
    )


def test_all_bad_values_are_told_at_once():
    with pytest.raises(ProblemError) as caught:
        settings_from({"PORT": "eighty", "FORMWRIGHT_DEMO_SIZE": "-1"})
    assert [problem.place.field for problem in caught.value.problems] == ["PORT", "FORMWRIGHT_DEMO_SIZE"]
    assert "'eighty'" in caught.value.problems[0].sentence


def test_a_port_out_of_range_is_refused():
    with pytest.raises(ProblemError):
        settings_from({"PORT": "70000"})


def test_the_secret_is_made_once_and_private(tmp_path):
    settings = settings_from({"FORMWRIGHT_DATA": str(tmp_path / "data")})
    first = settings.secret
    assert len(first) > 30
    assert settings.secret == first
    assert stat.S_IMODE((tmp_path / "data/secret").stat().st_mode) == 0o600


def test_a_given_secret_wins(tmp_path):
    settings = settings_from({"FORMWRIGHT_DATA": str(tmp_path), "SECRET_KEY": "given"})
    assert settings.secret == b"given"
    assert not (tmp_path / "secret").exists()
