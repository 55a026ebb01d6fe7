"""The page of a record over HTTP: what it shows, what can be done from it, rights, and bad input."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.bureau import build_bureau, open_bureau
from tests.support.servers import Server
from tests.support.site import Page, Site, Visitor

from formwright.storage.database import Database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def site(server: Server, tmp_path: Path) -> AsyncIterator[Site]:
    url = server.create(server.template("bureau", build_bureau))
    async with await Database.connect(url, size=4) as database:
        yield open_bureau(database, tmp_path / "files")
    server.drop(url)


async def client(site: Site, login: str = "clerk", **more: Any) -> UUID:
    return await site.save("client", {"type": "person", "name": "Anna", **more}, login=login)


def controls(page: Page, action: str) -> list[tuple[str, str]]:
    """The hidden fields of the form that posts to *action*."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page.html, re.DOTALL)
    assert form, f"no form for {action}"
    return [
        (n, unescape(v))
        for n, v in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[1])
    ]


def done(page: Page) -> str:
    assert page.status == 303, page.text
    return page.response.headers["location"]


async def follow(visitor: Visitor, page: Page) -> Page:
    """The page to which an answer leads, with the message that it left."""
    return await visitor.get(done(page))


async def test_the_page_shows_names_chips_fields_and_facts(site: Site):
    region = await site.save("region", {"name": "North"})
    made = await client(site, worth="1234.5", region=str(region), rank="high", email="a@x.cz")
    page = await (await site.visitor()).get(f"/client/{made}")
    assert page.status == 200
    assert "CL-00001" in page.text
    for text in ("Person", "Fresh", "€1,234.50", "Created", "Clerk", "a@x.cz"):
        assert text in page.text, text
    assert f'href="/region/{region}"' in page.html
    assert [t for t in ("Overview", "Work", "History", "Comments") if f">{t}</a>" in page.html] == [
        "Overview",
        "Work",
        "History",
        "Comments",
    ]
    assert f'href="/client/{made}/edit"' in page.html


async def test_hidden_and_masked_attributes(site: Site):
    made = await client(site, login="admin", secret="4111111111111111", inner="deep")
    await site.save("client", {"inner": "deeper", "secret": "4222222222222222"}, made)
    visitor = await site.visitor("clerk")
    for path in (f"/client/{made}", f"/client/{made}?tab=history", f"/client/{made}/edit"):
        html = (await visitor.get(path)).html
        assert "deep" not in html, path
        assert "Inner" not in html, path
        assert "4111" not in html, path
        assert "42222" not in html, path
        assert "•••2222" in html, path
    html = (await (await site.visitor("admin")).get(f"/client/{made}?tab=history")).html
    assert "deeper" in html


async def test_records_of_others_are_not_found(site: Site):
    made = await client(site)
    visitor = await site.visitor("seller")
    for path in (
        "",
        "?tab=history",
        "?tab=comments",
        "/edit",
        "/remove",
        "/transitions/close",
        "/actions/greet",
    ):
        assert (await visitor.get(f"/client/{made}{path}")).status in (403, 404), path
    page = await visitor.post(f"/client/{made}/comments", [("_token", await token(visitor)), ("text", "Hi")])
    assert page.status == 404
    assert await site.count("fw_comment") == 0


async def token(visitor: Visitor) -> str:
    page = await visitor.get("/")
    found = re.search(r'name="form-token" content="([^"]*)"', page.html)
    assert found
    return found[1]


@pytest.mark.parametrize(
    "path", ["nope", "00000000-0000-0000-0000-000000000000", "1", "%00", "edit/x", "x" * 500]
)
async def test_unknown_records_are_404(site: Site, path: str):
    page = await (await site.visitor()).get(f"/client/{path}")
    assert page.status == 404
    assert "Go to the first page" in page.text


async def test_child_rows_link_and_offer_another(site: Site):
    made = await client(site, notes=[{"text": "Call back"}])
    for n in range(60):
        await site.save("visit", {"client": str(made), "topic": f"Topic {n}"})
    visitor = await site.visitor()
    page = await visitor.get(f"/client/{made}")
    assert "Call back" in page.text
    assert "/note/" not in page.html
    assert "Topic" not in page.text  # its tab is another
    page = await visitor.get(f"/client/{made}?tab=Work")
    assert page.text.count("Topic ") == 51  # the head and 50 rows
    assert re.search(r'class="list-open" href="/visit/', page.html)
    assert f'href="/visit/new?client={made}"' in page.html
    assert f"f.client={made}" in page.html
    assert "Show all 60" in page.text
    new = await visitor.get(f"/visit/new?client={made}")
    assert dict(new.fields)["client"] == str(made)
    seller = await site.visitor("seller")
    own = await client(site, login="seller")
    page = await seller.get(f"/client/{own}?tab=Work")
    assert page.status == 200
    assert "/visit/new" not in page.html


async def test_a_transition_that_asks_nothing_is_one_click(site: Site):
    made = await client(site, email="a@x.cz")
    visitor = await site.visitor()
    page = await visitor.get(f"/client/{made}")
    action = f"/client/{made}/transitions/activate"
    fields = controls(page, action)
    answer = await visitor.post(action, fields)
    page = await follow(visitor, answer)
    assert "Activate: done." in page.text
    assert "Active" in page.text
    again = await visitor.post(action, fields)  # the second click of a double click
    assert done(again) == f"/client/{made}"
    assert (await site.row("client", made))["version"] == 2


async def test_a_blocked_transition_says_why(site: Site):
    made = await client(site)
    visitor = await site.visitor()
    page = await visitor.get(f"/client/{made}")
    assert "An active client has an e-mail." in page.text
    assert f'action="/client/{made}/transitions/activate"' not in page.html
    assert 'aria-disabled="true"' in page.html
    page = await visitor.post(f"/client/{made}/transitions/activate", [("_token", await token(visitor))])
    assert page.status == 409
    assert "An active client has an e-mail." in page.text
    assert (await site.row("client", made))["state"] == "fresh"


async def test_a_transition_asks_and_checks_the_answers(site: Site):
    made = await client(site)
    visitor = await site.visitor()
    address = f"/client/{made}/transitions/close"
    assert f'href="{address}"' in (await visitor.get(f"/client/{made}")).html
    page = await visitor.get(address)
    assert 'name="params.why"' in page.html
    assert f'data-lookup="{address}/options/heir"' in page.html
    hidden = controls(page, address)
    page = await visitor.post(address, [*hidden, ("params.why", "")])
    assert page.status == 422
    assert "Why is required." in page.text
    assert 'id="f-params-why-problems"' in page.html
    page = await visitor.post(address, [*controls(page, address), ("params.why", "much too long")])
    assert page.status == 422
    assert 'value="much too long"' in page.html
    page = await visitor.post(
        address, [*controls(page, address), ("params.why", "moved"), ("params.nope", "1")]
    )
    assert page.status == 422
    page = await visitor.post(
        address, [*controls(page, address), ("params.why", "moved"), ("params.heir", "")]
    )
    assert "Close: done." in (await follow(visitor, page)).text
    assert (await site.row("client", made))["state"] == "closed"
    page = await visitor.get(f"/client/{made}?tab=history")
    assert "“Close”" in page.text


async def test_references_that_a_transition_asks_for_are_searched(site: Site):
    made = await client(site)
    other = await site.save("client", {"type": "firm", "name": "Zebra"}, login="clerk")
    visitor = await site.visitor()
    answer = await visitor.client.get(f"/client/{made}/transitions/close/options/heir?q=zeb")
    assert [(each["value"], each["text"]) for each in answer.json()] == [(str(other), "Zebra")]
    assert (await visitor.get(f"/client/{made}/transitions/close/options/nope")).status == 404


async def test_a_change_of_others_stops_a_transition_until_it_is_seen(site: Site):
    made = await client(site)
    visitor = await site.visitor()
    address = f"/client/{made}/transitions/close"
    hidden = controls(await visitor.get(address), address)
    await site.save("client", {"rank": "low"}, made)
    page = await visitor.post(address, [*hidden, ("params.why", "moved")])
    assert page.status == 412
    assert "Somebody else changed this record meanwhile." in page.text
    assert 'value="moved"' in page.html
    page = await visitor.post(address, [*controls(page, address), ("params.why", "moved")])
    assert page.status == 303


async def test_a_warning_of_a_rule_wants_a_yes(site: Site):
    made = await client(site, email="a@x.cz", worth="10")
    await site.runtime.database.execute("update client set worth = 5000000 where id = $1", made)
    visitor = await site.visitor()
    address = f"/client/{made}/transitions/activate"
    page = await visitor.post(address, controls(await visitor.get(f"/client/{made}"), address))
    assert page.status == 422
    assert "This is a lot of money." in page.text
    page = await visitor.post(address, [*controls(page, address), ("_acknowledged", "modest")])
    assert page.status == 303


@pytest.mark.parametrize("name", ["nope", "sink", "x" * 300, "%00"])
async def test_unknown_and_hidden_transitions_are_404(site: Site, name: str):
    made = await client(site)
    visitor = await site.visitor()
    assert (await visitor.get(f"/client/{made}/transitions/{name}")).status == 404
    page = await visitor.post(f"/client/{made}/transitions/{name}", [("_token", await token(visitor))])
    assert page.status == 404


async def test_actions_ask_run_and_tell(site: Site):
    made = await client(site)
    visitor = await site.visitor()
    page = await visitor.get(f"/client/{made}")
    assert f'href="/client/{made}/actions/greet"' in page.html
    address = f"/client/{made}/actions/greet"
    page = await visitor.get(address)
    page = await visitor.post(address, [*controls(page, address), ("params.word", "Hello")])
    assert "Hello, Anna!" in (await follow(visitor, page)).text
    ping = f"/client/{made}/actions/ping"
    page = await visitor.post(ping, controls(await visitor.get(f"/client/{made}"), ping))
    assert "Ping: done." in (await follow(visitor, page)).text
    await site.runtime.database.execute("update client set state = 'closed' where id = $1", made)
    page = await visitor.get(address)
    assert page.status == 409
    own = await client(site, login="seller")
    seller = await site.visitor("seller")
    assert (await seller.get(f"/client/{own}/actions/greet")).status == 403


async def test_removing_asks_names_what_happens_and_can_be_undone(site: Site):
    made = await client(site, notes=[{"text": "x"}, {"text": "y"}])
    watched = await client(site, name="Watched")
    held = await site.save("visit", {"client": str(watched), "topic": "Held", "watch": str(made)})
    visitor = await site.visitor()
    address = f"/client/{made}/remove"
    page = await visitor.get(address)
    assert "Notes: 2 will be removed, too." in page.text
    assert "Visits: 1 will lose their value of Watch." in page.text
    page = await visitor.post(address, controls(page, address))
    assert done(page) == "/client"
    page = await follow(visitor, page)
    assert "Client: removed." in page.text
    assert "Anna" not in page.text
    assert (await site.row("visit", held))["watch"] is None
    page = await visitor.get(f"/client/{made}")
    assert page.status == 200
    assert '<span class="chip chip-red">Removed</span>' in page.html
    assert f"/client/{made}/edit" not in page.html
    assert (await visitor.get(f"/client/{made}/transitions/close")).status == 409
    assert "removed it" in (await visitor.get(f"/client/{made}?tab=history")).text
    restore = f"/client/{made}/restore"
    page = await visitor.post(restore, controls(page, restore))
    assert "Client: brought back." in (await follow(visitor, page)).text


async def test_what_is_needed_is_not_removed(site: Site):
    made = await client(site)
    await site.save("visit", {"client": str(made), "topic": "Held"})
    visitor = await site.visitor()
    page = await visitor.get(f"/client/{made}/remove")
    assert "Other records need this one." in page.text
    assert f"f.client={made}" in page.html
    assert "btn-danger" not in page.html
    page = await visitor.post(f"/client/{made}/remove", [("_token", await token(visitor))])
    assert page.status == 409
    assert (await site.row("client", made))["deleted_at"] is None
    own = await client(site, login="seller")
    seller = await site.visitor("seller")
    assert "/remove" not in (await seller.get(f"/client/{own}")).html
    assert (await seller.get(f"/client/{own}/remove")).status == 403
    assert (await seller.post(f"/client/{own}/remove", [("_token", await token(seller))])).status == 403


async def test_comments_are_written_and_refused(site: Site):
    made = await client(site)
    visitor = await site.visitor()
    page = await visitor.get(f"/client/{made}?tab=comments")
    assert "No comments yet." in page.text
    address = f"/client/{made}/comments"
    hidden = controls(page, address)
    page = await visitor.post(address, [*hidden, ("text", "First <b>line</b>\r\nsecond")])
    page = await follow(visitor, page)
    assert "First &lt;b&gt;line" in page.html
    for text in ("", "   ", "a\0b", "x" * 10_001):
        page = await visitor.post(address, [*hidden, ("text", text)])
        assert page.status == 422, text[:5]
        assert 'aria-invalid="true"' in page.html
    assert await site.count("fw_comment") == 1
    assert (await visitor.post(f"/visit/{uuid4()}/comments", hidden)).status == 404


async def test_history_comes_in_pages_with_labels(site: Site):
    region = await site.save("region", {"name": "North"})
    made = await client(site, rank="low")
    await site.save("client", {"region": str(region), "rank": "high", "worth": "5"}, made, login="clerk")
    for n in range(40):
        await site.save("client", {"score": n}, made, login="clerk")
    visitor = await site.visitor()
    page = await visitor.get(f"/client/{made}?tab=history")
    assert page.html.count("history-head") == 30
    older = re.search(rf'href="(/client/{made}\?tab=history&amp;before=\d+)"', page.html)
    assert older
    page = await visitor.get(unescape(older[1]))
    assert page.html.count("history-head") == 12
    assert "North" in page.text
    assert "Low" in page.text
    assert "High" in page.text
    assert "created it" in page.text
    assert "before=" not in page.html
    for before in ("x", "-1", "99999999999999", "0", "%00"):
        assert (await visitor.get(f"/client/{made}?tab=history&before={before}")).status == 200, before


@pytest.mark.parametrize("tab", ["nope", "%00", "x" * 5000, "-", "Work/..", "%F0%9F%A6%8A"])
async def test_unknown_tabs_show_the_first(site: Site, tab: str):
    made = await client(site)
    page = await (await site.visitor()).get(f"/client/{made}?tab={tab}")
    assert page.status == 200
    assert "Overview" in page.text


async def test_htmx_gets_the_record_without_the_frame(site: Site):
    made = await client(site)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "article#record"}
    page = await (await site.visitor()).get(f"/client/{made}?tab=history", headers=headers)
    assert page.html.lstrip().startswith("<article")
    assert "<html" not in page.html


@pytest.mark.parametrize("path", ["transitions/close", "actions/ping", "remove", "restore", "comments"])
async def test_posts_without_our_token_or_from_elsewhere_do_nothing(site: Site, path: str):
    made = await client(site)
    visitor = await site.visitor()
    address = f"/client/{made}/{path}"
    assert (await visitor.post(address, [("params.why", "x"), ("text", "x")])).status == 403
    fields = [("_token", await token(visitor)), ("params.why", "x"), ("text", "x")]
    assert (await visitor.post(address, fields, headers={"Origin": "https://evil.example"})).status == 403
    answer = await visitor.client.post(address, content=b"{}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 415
    answer = await visitor.client.post(
        address, content=b"text=%ff%fe", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 400
    row = await site.row("client", made)
    assert (row["version"], row["state"], row["deleted_at"]) == (1, "fresh", None)


async def test_too_large_a_body_is_refused_with_a_page(site: Site):
    made = await client(site)
    visitor = await site.visitor()
    answer = await visitor.client.post(
        f"/client/{made}/comments",
        content=b"text=" + b"x" * 10_000_000,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413
    assert "larger than this server accepts" in answer.text


async def test_answers_are_never_kept_by_caches(site: Site):
    made = await client(site)
    page = await (await site.visitor()).get(f"/client/{made}")
    assert page.response.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in page.response.headers["content-security-policy"]
