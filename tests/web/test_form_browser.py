"""Forms in a browser: searches, refreshes, rows, keys; and the same without scripts."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from tests.support.serving import Served

SHOTS = os.environ.get("FORMWRIGHT_SHOTS", "")
"""A folder for screenshots; none are made without it."""


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def field(page: Page, name: str):
    return page.locator(f'[name="{name}"]')


def refreshed(page: Page):
    return page.expect_response(re.compile("/refresh$"))


def choose(page: Page, name: str, text: str, wanted: str) -> None:
    """Search in a reference and take the option called *wanted*."""
    box = page.locator(f'[id="f-{name}"] + .ts-wrapper')
    box.click()
    box.locator("input").press_sequentially(text)
    page.locator(".ts-dropdown .option", has_text=wanted).first.click()
    # The combobox ends its throttled search and takes the focus back meanwhile; a person is slower than that.
    page.wait_for_timeout(600)


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_form_fits_the_screen(visit, size: str, theme: str):
    page = visit("/sample/new?type=fancy", size=size, theme=theme)
    expect(field(page, "name")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], "the page scrolls sideways"
    shoot(page, f"new-{size}-{theme}")


def test_a_record_is_made_by_keyboard_and_search(visit, served: Served):
    served.do(lambda site: site.save("shelf", {"name": "Browser shelf"}))
    page = visit("/sample/new?type=plain")
    field(page, "name").fill("By hand")
    choose(page, "shelf", "brows", "Browser shelf")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/sample/[0-9a-f-]{36}$"))
    name = served.do(
        lambda site: site.runtime.database.fetchval(
            "select shelf.name from sample join shelf on shelf.id = sample.shelf where sample.name = 'By hand'"
        )
    )
    assert name == "Browser shelf"


def test_a_change_of_the_sub_type_refreshes_in_place(visit):
    page = visit("/sample/new?type=plain")
    field(page, "name").fill("Kept")
    field(page, "type").focus()
    with refreshed(page):
        field(page, "type").select_option("fancy")
    expect(field(page, "ribbon")).to_be_visible()
    expect(field(page, "name")).to_have_value("Kept")
    expect(field(page, "type")).to_be_focused()


def test_what_is_typed_during_a_refresh_stays(visit, served: Served):
    served.do(lambda site: site.save("shelf", {"name": "Slow shelf"}))
    page = visit("/sample/new?type=plain")
    choose(page, "shelf", "slow", "Slow shelf")
    held: list[Route] = []
    page.route(re.compile("/refresh$"), lambda route: held.append(route))  # noqa: PLW0108 - needs a Python function
    field(page, "pieces").fill("21")
    with page.expect_request(re.compile("/refresh$")):
        field(page, "name").focus()  # the change of pieces asks the server
    page.keyboard.type("Typed meanwhile")
    held[0].continue_()
    expect(page.locator("#f-doubled")).to_have_text("42")
    expect(field(page, "name")).to_have_value("Typed meanwhile")
    expect(field(page, "name")).to_be_focused()
    assert page.evaluate("document.activeElement.selectionStart") == len("Typed meanwhile")
    expect(page.locator('[id="f-shelf"] + .ts-wrapper .item')).to_have_text("Slow shelf")


def test_rules_show_and_hide_fields(visit):
    page = visit("/sample/new?type=plain")
    box = page.locator("#f-urgent")
    with refreshed(page):
        box.check()
    expect(field(page, "reason")).to_be_visible()
    expect(box).to_be_focused()
    with refreshed(page):
        box.uncheck()
    expect(field(page, "reason")).to_have_count(0)


def test_rows_come_and_go(visit):
    page = visit("/sample/new?type=plain")
    with refreshed(page):
        page.get_by_role("button", name="Add").first.click()
    expect(field(page, "lines[0].article")).to_be_focused()
    page.keyboard.type("Screw")
    field(page, "lines[0].price").fill("2.50")
    with refreshed(page):
        field(page, "lines[0].pieces").fill("4")
        field(page, "lines[0].article").focus()
    expect(page.locator("#f-total")).to_contain_text("10.00")
    with refreshed(page):
        page.get_by_role("button", name="Add").first.click()
    expect(field(page, "lines[1].article")).to_be_focused()
    expect(field(page, "lines[0].article")).to_have_value("Screw")
    shoot(page, "rows")
    with refreshed(page):
        page.get_by_role("button", name="Remove").first.click()
    expect(field(page, "lines[1].article")).to_have_count(0)
    expect(field(page, "lines[0].article")).to_have_value("")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_problems_are_told_and_reached(visit, size: str):
    page = visit("/sample/new?type=plain", size=size)
    field(page, "pieces").fill("many")
    page.get_by_role("tab", name="More").click()
    field(page, "extra").fill("{broken")
    page.locator("#save").click()
    expect(page.locator("#summary")).to_be_focused()
    shoot(page, f"problems-{size}")
    page.get_by_role("link", name="Name is required.").click()
    expect(field(page, "name")).to_be_focused()
    page.locator("#summary a", has_text="JSON").first.click()
    expect(field(page, "extra")).to_be_focused()
    shoot(page, f"problems-tab-{size}")


def test_leaving_warns_only_after_a_real_change(visit):
    page = visit("/sample/new?type=plain")
    field(page, "name").fill("x")
    expect(page.locator("[data-state]")).to_have_text("Unsaved changes")
    field(page, "name").fill("")
    expect(page.locator("[data-state]")).to_have_text("")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(re.compile("/sample$"))
    assert asked == []
    page.go_back()
    field(page, "name").fill("y")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(re.compile("/sample$"))
    assert asked == ["beforeunload"]


def test_two_people_change_the_same(visit, served: Served):
    sample = served.do(lambda site: site.save("sample", {"type": "plain", "name": "Old", "story": "a"}))
    page = visit(f"/sample/{sample}/edit")
    served.do(lambda site: site.save("sample", {"name": "Theirs"}, identity=sample))
    field(page, "name").fill("Mine")
    page.locator("#save").click()
    expect(page.locator("#summary")).to_contain_text("Somebody else changed this record")
    shoot(page, "conflict")
    page.locator('[name="_choice.name"][value="theirs"]').check()
    page.locator("#save").click()
    page.wait_for_url(re.compile(r"/sample/[0-9a-f-]{36}$"))
    assert served.do(lambda site: site.row("sample", sample))["name"] == "Theirs"


def test_a_colour_is_picked_or_typed(visit):
    page = visit("/sample/new?type=plain")
    picker = page.locator("[data-color-for]")
    expect(picker).to_be_visible()
    picker.fill("#336699")
    expect(field(page, "tint")).to_have_value("#336699")


def test_everything_works_without_scripts(visit, served: Served):
    page = visit("/sample/new?type=plain", scripts=False)
    shoot(page, "plain")
    field(page, "name").fill("No scripts")
    field(page, "type").select_option("fancy")
    page.get_by_role("button", name="Refresh").click()
    field(page, "ribbon").fill("blue")
    page.locator("#f-urgent").check()
    page.get_by_role("button", name="Add").first.click()
    field(page, "reason").fill("why not")
    field(page, "lines[0].article").fill("Bolt")
    field(page, "name").press("Enter")
    page.wait_for_url(re.compile(r"/sample/[0-9a-f-]{36}$"))
    row = served.do(
        lambda site: site.runtime.database.fetchrow(
            "select ribbon, reason, id from sample where name = 'No scripts'"
        )
    )
    assert (row["ribbon"], row["reason"]) == ("blue", "why not")
    assert (
        served.do(
            lambda site: site.runtime.database.fetchval(
                "select article from line where sample = $1", row["id"]
            )
        )
        == "Bolt"
    )
