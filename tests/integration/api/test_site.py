"""Pages and API as one application."""

from __future__ import annotations

import httpx
import pytest
from tests.support.site import ROOT, SECRET

from formwright.app.site import create_site
from formwright.web import WebSettings

pytestmark = pytest.mark.anyio


async def test_the_api_answers_below_its_path_and_pages_elsewhere(api):
    site = create_site(api.site.runtime, WebSettings(templates=ROOT / "templates", secret=SECRET))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url="http://test") as client:
        for path, status, kind in (
            ("/api", 401, "application/problem+json"),
            ("/api/", 401, "application/problem+json"),
            ("/api/client", 401, "application/problem+json"),
            ("/api/a/b/c/d", 404, "application/problem+json"),
            ("/apiary", 303, ""),
            ("/sign-in", 200, "text/html; charset=utf-8"),
        ):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers.get("content-type", "")[: len(kind)]) == (
                status,
                kind,
            ), path
        answer = await client.delete("/api/client")
        assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "GET" in answer.headers["allow"]
