"""The promise of the platform in pictures: a line of YAML becomes a field, in form, list, history and explain.

With FORMWRIGHT_SCREENCAST=1 the pictures in tests/web/screencast are made anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.browser import open_browser
from tests.support.running import PASSWORD, Running, wait_for

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parent / "screencast"
LINE = "  fibre_ready:            {type: boolean, facet: true, label: {en: Fibre ready, cs: Optika}}\n"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="fw-cast-"))
    folder.chmod(0o755)
    started = Running(folder).start()
    yield started
    started.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_line_of_yaml_becomes_a_field_and_comes_back_with_its_data(running, tmp_path):
    into = PICTURES if os.environ.get("FORMWRIGHT_SCREENCAST") else tmp_path
    into.mkdir(exist_ok=True)
    file = running.metadata / "crm/customer.yaml"
    original = file.read_text()
    changed = original.replace("  blacklisted: ", LINE + "  blacklisted: ", 1)
    changed = changed.replace("credit_limit, blacklisted,", "credit_limit, fibre_ready, blacklisted,")
    columns = "columns: [number, name, type, segment, state, created_at]"
    changed = changed.replace(columns, "columns: [number, name, fibre_ready, type, state]")
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(running.url + "/sign-in")
        page.fill("#login", "crm_manager@example.org")
        page.fill("#password", PASSWORD)
        page.click("form.card button")
        page.goto(running.url + "/customer?list=everybody")
        page.screenshot(path=into / "1-list-before.png")
        page.click("tbody a.list-open >> nth=0")
        page.wait_for_selector("#record")
        record = page.url
        page.goto(record + "/edit")
        assert page.get_by_label("Fibre ready").count() == 0
        page.screenshot(path=into / "2-form-before.png")

        file.write_text(changed)
        wait_for(lambda: page.goto(record + "/edit") and page.get_by_label("Fibre ready").count() == 1)
        page.get_by_label("Fibre ready").check()
        page.get_by_label("Fibre ready").scroll_into_view_if_needed()
        page.screenshot(path=into / "3-form-with-the-field.png")
        page.keyboard.press("Control+s")
        page.wait_for_url(record)
        assert "Fibre ready" in page.inner_text("#record")
        page.goto(running.url + "/customer?list=everybody")
        assert "Fibre ready" in page.inner_text("thead")
        page.screenshot(path=into / "4-list-with-the-column.png")
        page.goto(record + "?tab=history")
        assert "Fibre ready" in page.inner_text("#record")
        page.screenshot(path=into / "5-history.png")
        assert "crm/customer.yaml" in explain(running, "customer.fibre_ready")

        file.write_text(original)
        wait_for(lambda: page.goto(record) and "Fibre ready" not in page.inner_text("#record"))
        page.screenshot(path=into / "6-removed.png")

        file.write_text(changed)
        wait_for(lambda: page.goto(record + "/edit") and page.get_by_label("Fibre ready").count() == 1)
        assert page.get_by_label("Fibre ready").is_checked()
        page.get_by_label("Fibre ready").scroll_into_view_if_needed()
        page.screenshot(path=into / "7-back-with-its-data.png")


def test_crm_04_an_enterprise_form_checks_its_number_and_changes_with_the_type(running):
    """CRM-04: the check digit of 12345678 is wrong; as a residential customer the form asks for a family name."""
    with open_browser() as browser:
        page = browser.new_page()
        page.goto(running.url + "/sign-in")
        page.fill("#login", "crm_manager@example.org")
        page.fill("#password", PASSWORD)
        page.click("form.card button")
        page.goto(running.url + "/customer/new?type=enterprise")
        assert page.locator("[name=family_name]").count() == 0
        page.fill("[name=legal_name]", "Check Digits a.s.")
        page.fill("[name=registration_no]", "12345678")
        page.keyboard.press("Control+s")
        page.wait_for_selector("[name=registration_no][aria-invalid=true]")
        page.fill("[name=registration_no]", "12345679")
        page.select_option("[name=type]", "residential")
        page.wait_for_selector("[name=family_name]")
        assert page.locator("[name=legal_name]").count() == 0
        assert page.locator("[name=family_name]").get_attribute("aria-required") == "true"
        page.select_option("[name=type]", "enterprise")
        page.wait_for_selector("[name=legal_name]")
        page.fill("[name=legal_name]", "Check Digits a.s.")
        page.fill("[name=registration_no]", "12345679")
        page.keyboard.press("Control+s")
        page.wait_for_selector("#record")
        assert "Check Digits a.s." in page.inner_text("#record")


def explain(running: Running, path: str) -> str:
    command = [sys.executable, "-m", "formwright.app.cli", "explain", path]
    done = subprocess.run(
        command, env=running.environment, capture_output=True, text=True, check=True, cwd=running.folder
    )
    return done.stdout
