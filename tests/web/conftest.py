"""A served site and a browser for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.support.browser import open_browser
from tests.support.servers import Server
from tests.support.serving import Served, serve
from tests.support.site import build_samples

SIZES = {"wide": (1440, 900), "narrow": (390, 844)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies here needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; tests are left out with a word where there is none."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def served(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The samples, served for one module of tests."""
    url = server.create(server.template("samples", build_samples))
    with serve(url, tmp_path_factory.mktemp("files")) as running:
        yield running
    server.drop(url)


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Open]:
    """Open a page as a signed-in user: `visit(path, login=…, size=…, scripts=…)`.

    Whatever the console complains about fails the test: a broken script, a
    style or script that the content security policy refuses.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        path: str, login: str = "clerk", size: str = "wide", *, scripts: bool = True, theme: str = ""
    ) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=scripts, locale="en-GB"
        )
        contexts.append(context)
        token = served.do(lambda site: site.session(login))
        cookies = [{"name": "fw_session", "value": token, "url": served.url}]
        if theme:
            cookies.append({"name": "fw_theme", "value": theme, "url": served.url})
        context.add_cookies(cookies)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(served.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    expected = ("the server responded with a status of 4",)
    assert [each for each in complaints if not any(part in each for part in expected)] == []
