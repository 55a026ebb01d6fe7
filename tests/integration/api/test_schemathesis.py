"""Schemathesis over the whole document: whatever it generates, the answers are as described, and never 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.support.bureau import build_bureau, open_bureau
from tests.support.servers import Server
from tests.support.serving import Served, serve
from tests.support.site import SECRET

from formwright.api import ApiSettings, create_api
from formwright.services.tokens import TokenAsked, add_token
from formwright.web.security import token_matches

pytestmark = pytest.mark.deep


def opened(database: Any, files: Path, _: Path) -> Any:
    site = open_bureau(database, files)
    site.app = create_api(site.runtime, ApiSettings(form_token_matches=partial(token_matches, SECRET)))
    return site


@pytest.fixture
def served(server: Server, tmp_path: Path) -> Iterator[Served]:
    url = server.create(server.template("bureau", build_bureau))
    with serve(url, tmp_path, opening=opened) as found:
        yield found
    server.drop(url)


async def _token(site: Any) -> str:
    asked = TokenAsked(name="fuzz", scopes=("read", "write"))
    return await add_token(site.runtime, await site.actor("admin"), asked)


# A schema cannot say that a reference must exist, that a value is unique, or what rules ask.
EXCLUDED = [positive_data_acceptance]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_schemathesis_finds_nothing(served: Served, mode: GenerationMode):
    headers = {"Authorization": f"Bearer {served.do(_token)}"}
    document = httpx.get(f"{served.url}/api/openapi.json", headers=headers).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=served.url)
    found = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=25,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def check(case):
            case.call_and_validate(headers=headers, excluded_checks=EXCLUDED, timeout=10)

        try:
            check()
        except Exception as error:  # noqa: BLE001 - all operations are tried before any failure shows
            found.append(f"{operation.label}: {error}"[:1500])
    assert CHECKS
    assert found == []
