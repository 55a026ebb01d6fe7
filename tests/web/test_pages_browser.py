"""Lists, records and the first page in a browser: filters without a reload, keys, narrow screens; and without scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.support.bureau import BUREAU, build_bureau, many_clients
from tests.support.servers import Server
from tests.support.serving import Served, serve

SHOTS = os.environ.get("FORMWRIGHT_SHOTS", "")
"""A folder for screenshots; none are made without it."""

LONG = ("Příliš žluťoučký kůň úpěl ďábelské ódy " * 6)[:200].strip().ljust(200, "x")


@pytest.fixture(scope="module")
def served(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The bureau with 120 clients and one with a very long name."""
    url = server.create(server.template("bureau", build_bureau))
    with serve(url, tmp_path_factory.mktemp("files"), BUREAU) as running:
        running.do(lambda site: many_clients(site, 120))
        running.do(
            lambda site: site.save(
                "client",
                {"type": "firm", "name": LONG, "rank": "high", "met_at": "2026-03-10T10:00:00Z"},
                login="clerk",
            )
        )
        yield running
    server.drop(url)


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def address(served: Served, name: str) -> str:
    found = served.do(
        lambda site: site.runtime.database.fetchval("select id from client where name = $1", name)
    )
    return f"/client/{found}"


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.innerText.trim()")


PAGES = {
    "home": "/",
    "list": "/client?q=kůň",
    "empty": "/client?q=nobody",
    "board": "/client?list=pipeline",
    "calendar": "/client?list=meetings&month=2026-03",
    "unknown": "/client?list=nope",
    "missing": "/nope",
    "record": "",
    "history": "?tab=history",
    "comments": "?tab=comments",
    "ask": "/transitions/close",
    "remove": "/remove",
}


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(visit, served: Served, name: str, size: str, theme: str):
    path = PAGES[name]
    long = address(served, LONG)
    page = visit(
        path if path.startswith("/") and not path.startswith(("/tr", "/rem")) else long + path,
        size=size,
        theme=theme,
    )
    expect(page.locator("main")).to_be_visible()
    shoot(page, f"{name}-{size}-{theme}")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


def test_typing_filters_the_list_and_keeps_the_address(visit):
    page = visit("/client")
    page.locator("#q").press_sequentially("client 0001")
    expect(page.locator("#list-body tbody tr")).to_have_count(11)
    expect(page).to_have_url(re.compile(r"\?list=all&q=client%200001$"))
    expect(page.locator("#q")).to_be_focused()
    page.locator('select[name="f.type"]').select_option("firm")
    expect(page.locator("#list-body tbody tr")).to_have_count(3)
    page.get_by_role("link", name="Worth").click()
    expect(page.locator('th[aria-sort="ascending"]')).to_contain_text("Worth")
    page.get_by_role("link", name="Worth").click()
    expect(page.locator('th[aria-sort="descending"]')).to_contain_text("Worth")
    page.locator("#q").fill("client")
    expect(page.locator("#list-body tbody tr")).to_have_count(40)
    expect(page.locator('th[aria-sort="descending"]')).to_contain_text("Worth")  # the order stays
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("#q")).to_have_value("")


def test_keys_move_in_a_list_and_never_while_typing(visit):
    page = visit("/client")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page) == "Client 00002"
    expect(page.locator("tr.at")).to_contain_text("Client 00002")
    page.keyboard.press("k")
    assert focused(page) == "Client 00001"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "Client 00002"
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jkn?e/")
    expect(page.locator("#q")).to_have_value("jkn?e/")
    page.goto(page.url.split("?")[0])
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/client/[0-9a-f-]{36}$"))
    page.keyboard.press("e")
    page.wait_for_url(re.compile(r"/edit$"))


def test_n_opens_the_form_and_a_question_mark_the_help(visit):
    page = visit("/client")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("n")  # a dialog is open: nothing happens behind it
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/client/new$"))


def test_a_click_on_a_row_opens_its_record(visit):
    page = visit("/client")
    page.locator("tbody tr").nth(2).locator("td").nth(3).click()
    page.wait_for_url(re.compile(r"/client/[0-9a-f-]{36}$"))
    expect(page.locator("h1")).to_have_text("Client 00003")


def test_tabs_change_in_place_and_go_back(visit, served: Served):
    page = visit(address(served, "Client 00007"))
    page.get_by_role("link", name="History").click()
    expect(page.locator(".tabs .active")).to_have_text("History")
    expect(page).to_have_url(re.compile("tab=history$"))
    page.go_back()
    expect(page.locator(".tabs .active")).to_have_text("Overview")


def test_the_reason_of_a_blocked_transition_is_reached_by_keyboard(visit, served: Served):
    served.do(lambda site: site.save("client", {"type": "person", "name": "No mail"}, login="clerk"))
    page = visit(address(served, "No mail"))
    control = page.locator("summary.btn-blocked", has_text="Activate")
    control.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("An active client has an e-mail.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_record_is_closed_commented_and_removed(visit, served: Served, scripts: bool):
    name = f"To go {scripts}"
    served.do(lambda site: site.save("client", {"type": "person", "name": name}, login="clerk"))
    page = visit(address(served, name), scripts=scripts)
    page.get_by_role("link", name="Close…").click()
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.locator("#problems")).to_contain_text("Why is required.")
    page.locator('[name="params.why"]').fill("moved")
    page.locator("#ask button.btn-primary").click()
    expect(page.locator("[data-flash]")).to_contain_text("Close: done.")
    expect(page.locator(".record-chips")).to_contain_text("Closed")
    page.get_by_role("link", name="Comments").click()
    page.locator("#comment").fill("So long")
    page.get_by_role("button", name="Add the comment").click()
    expect(page.locator(".comment").first).to_contain_text("So long")
    page.locator('summary[aria-label="More"]').click()
    page.get_by_role("link", name="Remove…").click()
    page.locator("button.btn-danger").click()
    page.wait_for_url(re.compile("/client$"))
    expect(page.locator("[data-flash]")).to_contain_text("removed")


def test_lists_work_without_scripts(visit):
    page = visit("/client", scripts=False)
    page.locator("#q").fill("client 0001")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(11)
    page.goto(page.url.split("?")[0])
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr").first).to_contain_text("Client 00051")
    page.get_by_role("link", name="Previous").click()
    expect(page.locator("tbody tr").first).to_contain_text("Client 00001")
