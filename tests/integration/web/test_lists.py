"""Lists over HTTP: views, order, pages, filters, search, boards, calendars, rights, and hostile query strings."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.support.bureau import build_bureau, many_clients, open_bureau
from tests.support.servers import Server
from tests.support.site import Page, Site

from formwright.storage.database import Database, Session

pytestmark = pytest.mark.anyio
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#list-body"}


@pytest.fixture
async def site(server: Server, tmp_path: Path) -> AsyncIterator[Site]:
    url = server.create(server.template("bureau", build_bureau))
    async with await Database.connect(url, size=4) as database:
        yield open_bureau(database, tmp_path / "files")
    server.drop(url)


@pytest.fixture(scope="module")
async def still(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A site with three clients, for tests that store nothing."""
    url = server.create(server.template("bureau", build_bureau))
    async with await Database.connect(url, size=4) as database:
        site = open_bureau(database, tmp_path_factory.mktemp("files"))
        await site.save(
            "client",
            {
                "type": "person",
                "name": "Alpha",
                "email": "a@x.cz",
                "rank": "high",
                "score": 5,
                "since": "2026-01-31",
            },
        )
        await site.save(
            "client",
            {
                "type": "person",
                "name": "Beta",
                "rank": "low",
                "vip": True,
                "score": 10,
                "since": "2026-02-01",
            },
        )
        await site.save(
            "client",
            {"type": "firm", "name": "Gamma", "score": 99, "secret": "4111111111111111", "inner": "deep"},
        )
        yield site
    server.drop(url)


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect what runs on the database meanwhile."""
    seen: list[str] = []
    for name in ("fetch", "fetchrow", "fetchval"):
        before = getattr(Session, name)

        def wrapped(self, statement, *values, before=before, **named):
            seen.append(str(statement)[:300])
            return before(self, statement, *values, **named)

        monkeypatch.setattr(Session, name, wrapped)
    yield seen
    monkeypatch.undo()


def opened(page: Page) -> list[str]:
    """The texts of the links that open records."""
    found = re.findall(r'class="list-open" href="[^"]*">(.*?)</a>', page.html)
    return [unescape(re.sub(r"<[^>]+>", "", each)).strip() for each in found]


def heads(page: Page) -> list[str]:
    return [
        unescape(re.sub(r"<[^>]+>", "", each)).strip()
        for each in re.findall(r'<th scope="col".*?>(.*?)</th>', page.html, re.DOTALL)
    ]


def link(page: Page, label: str) -> str:
    """The address of the link with this text."""
    for href, inner in re.findall(r'<a[^>]*? href="([^"]*)"[^>]*>(.*?)</a>', page.html, re.DOTALL):
        if unescape(re.sub(r"<[^>]+>", "", inner)).strip() == label:
            return unescape(href)
    raise AssertionError(f"no link {label}")


def leads(page: Page, label: str) -> bool:
    return re.search(rf'rel="{label}"', page.html) is not None


async def test_an_empty_list_offers_to_begin(site: Site):
    page = await (await site.visitor()).get("/client")
    assert page.status == 200
    assert "This list is empty." in page.text
    assert 'href="/client/new"' in page.html


async def test_columns_show_labels_chips_references_and_numbers(site: Site):
    manager = (await site.actor("seller")).id
    region = await site.save("region", {"name": "North", "manager": manager})
    await site.save(
        "client",
        {
            "type": "firm",
            "name": "A & <b>",
            "rank": "high",
            "worth": "1234.5",
            "vip": True,
            "region": str(region),
            "met_at": "2026-03-01T10:00:00Z",
        },
    )
    page = await (await site.visitor()).get("/client")
    assert heads(page)[:5] == ["Number", "Name", "Type", "State", "Rank"]
    assert "Region: Manager" in heads(page)
    assert opened(page) == ["A & <b>"]
    assert "<b>" not in page.html.split("<tbody>")[1]
    assert '<span class="chip chip-indigo">Firm</span>' in page.html
    assert '<span class="chip chip-red">High</span>' in page.html
    assert f'<a href="/region/{region}">North</a>' in page.html
    assert re.search(r'<td class="number">.*?€1,234.50', page.html)
    assert "Seller" in page.text
    assert "11:00" in page.text  # in Prague


async def test_hidden_columns_are_not_there_and_masked_ones_show_little(site: Site):
    await site.save("client", {"type": "person", "name": "A", "secret": "4111111111111111", "inner": "deep"})
    page = await (await site.visitor("clerk")).get("/client")
    assert "Inner" not in heads(page)
    assert "deep" not in page.html
    assert "•••1111" in page.html
    assert "41111" not in page.html
    assert "sort=secret" not in page.html
    assert "sort=inner" not in page.html
    page = await (await site.visitor("admin")).get("/client")
    assert "deep" in page.html
    assert "4111111111111111" in page.html


@pytest.mark.parametrize(
    "query", ["sort=inner", "f.inner=deep", "sort=secret", "f.secret=4111111111111111", "f.secret=~"]
)
async def test_what_the_actor_may_not_see_is_no_filter_and_no_order(site: Site, query: str):
    await site.save(
        "client", {"type": "person", "name": "Anna", "secret": "4111111111111111", "inner": "deep"}
    )
    page = await (await site.visitor("clerk")).get(f"/client?{query}")
    assert page.status == 422
    assert opened(page) == []
    assert "Show the whole list" in page.text


async def test_row_rules_narrow_every_look_of_a_list(site: Site):
    await site.save(
        "client",
        {"type": "person", "name": "Mine", "worth": "5000", "met_at": "2026-03-10T10:00:00Z"},
        login="seller",
    )
    await site.save(
        "client",
        {"type": "person", "name": "Theirs", "worth": "5000", "met_at": "2026-03-10T10:00:00Z"},
        login="admin",
    )
    visitor = await site.visitor("seller")
    for path in (
        "/client",
        "/client?list=rich",
        "/client?list=pipeline",
        "/client?list=meetings&month=2026-03",
    ):
        page = await visitor.get(path)
        assert page.status == 200
        assert "Mine" in page.text, path
        assert "Theirs" not in page.text, path
    assert re.search(r'Rich<span class="chip">1</span>', page.html)


async def test_who_may_read_nothing_gets_a_403_page(site: Site):
    page = await (await site.visitor("guest")).get("/client")
    assert page.status == 403
    assert "Clients" in page.text
    assert 'href="/client"' not in page.html


async def test_without_a_session_the_way_leads_over_the_sign_in(site: Site):
    visitor = await site.visitor()
    visitor.client.cookies.clear()
    page = await visitor.get("/client?q=a b")
    assert page.status == 303
    assert page.response.headers["location"] == "/sign-in?next=%2Fclient%3Fq%3Da%2520b"


async def test_pages_lead_forward_and_back_over_ten_thousand_records(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    await many_clients(site, 10_000)
    visitor = await site.visitor()
    with statements(monkeypatch) as first:
        page = await visitor.get("/client")
    assert opened(page)[0] == "Client 00001"
    assert len(opened(page)) == 50
    assert "1,000+ records" in page.text
    assert not leads(page, "prev")
    names = opened(page)
    for _ in range(3):
        with statements(monkeypatch) as later:
            page = await visitor.get(link(page, "Next"))
        names += opened(page)
        assert len(later) <= len(first)
    assert names == [f"Client {n:05}" for n in range(1, 201)]
    page = await visitor.get(link(page, "Previous"))
    assert opened(page) == names[100:150]
    page = await visitor.get(link(page, "Previous"))
    page = await visitor.get(link(page, "Previous"))
    assert opened(page) == names[:50]
    assert not leads(page, "prev")
    # The session, the rows, their count, the badge, the options of two filters, the users of another: no query per row.
    assert len(first) <= 9, first


async def test_the_query_count_does_not_grow_with_the_rows(site: Site, monkeypatch: pytest.MonkeyPatch):
    region = await site.save("region", {"name": "North", "manager": (await site.actor("seller")).id})
    visitor = await site.visitor()
    await site.save("client", {"type": "person", "name": "One", "region": str(region)})
    with statements(monkeypatch) as few:
        await visitor.get("/client")
    for n in range(30):
        await site.save("client", {"type": "person", "name": f"N{n}", "region": str(region)})
    with statements(monkeypatch) as many:
        await visitor.get("/client")
    assert len(many) == len(few)


async def test_order_by_a_head_and_back(site: Site):
    for name, worth in (("A", "3"), ("B", "1"), ("C", "2")):
        await site.save("client", {"type": "person", "name": name, "worth": worth})
    visitor = await site.visitor()
    page = await visitor.get("/client")
    assert re.search(r'aria-sort="ascending"><a href="[^"]*sort=-name', page.html)
    page = await visitor.get(link(page, "Worth"))
    assert opened(page) == ["B", "C", "A"]
    assert 'aria-sort="ascending"' in page.html
    page = await visitor.get(link(page, "Worth"))
    assert opened(page) == ["A", "C", "B"]
    page = await visitor.get("/client?sort=-worth,name")
    assert opened(page) == ["A", "C", "B"]


async def test_records_without_a_value_stay_in_the_pages(site: Site):
    await many_clients(site, 120)
    visitor = await site.visitor()
    for sort in ("rank", "-rank"):
        page, names = await visitor.get(f"/client?sort={sort}"), []
        while True:
            names += opened(page)
            if not leads(page, "next"):
                break
            page = await visitor.get(link(page, "Next"))
        assert len(names) == len(set(names)) == 120, sort
        back = opened(page)
        while leads(page, "prev"):
            page = await visitor.get(link(page, "Previous"))
            back = opened(page) + back
        assert back == names, sort


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("f.type=firm", {"Gamma"}),
        ("f.state=fresh", {"Alpha", "Beta", "Gamma"}),
        ("f.state=closed", set()),
        ("f.rank=high", {"Alpha"}),
        ("f.rank=~", {"Gamma"}),
        ("f.vip=true", {"Beta"}),
        ("f.vip=false", {"Alpha", "Gamma"}),
        ("f.score=5..10", {"Alpha", "Beta"}),
        ("f.score=..5", {"Alpha"}),
        ("f.score=6..", {"Beta", "Gamma"}),
        ("f.score=10", {"Beta"}),
        ("f.since=2026-01-01..2026-01-31", {"Alpha"}),
        ("q=alp", {"Alpha"}),
        ("q=ALPHA+a%40x", {"Alpha"}),
        ("q=CL-00002", {"Beta"}),
        ("q=nobody", set()),
        ("f.type=person&f.rank=low&q=b", {"Beta"}),
        ("f.rank=&f.type=&q=", {"Alpha", "Beta", "Gamma"}),
    ],
)
async def test_filters_and_search(site: Site, query: str, names: set[str]):
    await site.save(
        "client",
        {
            "type": "person",
            "name": "Alpha",
            "email": "a@x.cz",
            "rank": "high",
            "score": 5,
            "since": "2026-01-31",
        },
    )
    await site.save(
        "client",
        {"type": "person", "name": "Beta", "rank": "low", "vip": True, "score": 10, "since": "2026-02-01"},
    )
    await site.save("client", {"type": "firm", "name": "Gamma", "score": 99})
    page = await (await site.visitor()).get(f"/client?{query}")
    assert page.status == 200, page.text
    assert set(opened(page)) == names
    if not names:
        assert "Nothing matches." in page.text


async def test_a_reference_is_a_filter_with_the_names_of_its_records(site: Site):
    north, south = await site.save("region", {"name": "North"}), await site.save("region", {"name": "South"})
    await site.save("client", {"type": "person", "name": "A", "region": str(north)})
    await site.save("client", {"type": "person", "name": "B", "region": str(south)})
    page = await (await site.visitor()).get(f"/client?f.region={south}")
    assert opened(page) == ["B"]
    assert re.search(f'<option value="{south}" selected>South</option>', page.html)
    assert f'<option value="{north}">North</option>' in page.html


async def test_htmx_gets_the_body_of_the_list_and_a_clean_address(site: Site):
    await site.save("client", {"type": "person", "name": "Alpha"})
    visitor = await site.visitor()
    page = await visitor.get("/client?list=all&q=alp&f.rank=&sort=name", headers=HTMX)
    assert page.status == 200
    assert "<html" not in page.html
    assert page.html.lstrip().startswith("<input")
    assert 'id="list-body"' in page.html
    assert opened(page) == ["Alpha"]
    assert page.response.headers["hx-replace-url"] == "/client?list=all&sort=name&q=alp"
    whole = await visitor.get("/client?list=all&q=alp", headers={**HTMX, "HX-Request-Type": "full"})
    assert "<html" in whole.html


HOSTILE = [
    "sort=nope", "sort=name,nope", "sort=-", "sort=,,,", "sort=name--", "sort=notes", "sort=region.name", "sort=id;drop table client",
    "f.nope=1", "f.=1", "f.region=not-a-uuid", "f.score=abc", "f.score=1..x", "f.score=..", "f.score=999999999999999999999", "f.vip=perhaps",
    "f.since=2026-13-40", "f.type=nope", "f.notes=1", "f.owner='", "f.region.inner=x", "f.region.name=North", "f.region.name.x=1",
    "f.deleted_at=~", "f.external_refs=1", "f.version=1", "f.id=1",
    "cursor=x", "cursor=" + "A" * 9000, "cursor=%00", "before=x", "before=W10", "cursor=bnVsbA", "cursor=W1tdLFtdXQ",
    "list=nope", "list=%00", "list=" + "x" * 5000, "list=pipeline&sort=nope", "list=pipeline&f.state=nope", "list=meetings&month=2026-13", "list=meetings&month=0000-01",
    "list=meetings&month=9999-12", "list=meetings&month=2999-12", "list=meetings&month=1900-01", "list=meetings&f.met_at=x", "list=meetings&sort=name",
    "q=%00", "q=%ff%fe", "q=%ED%A0%80", "q=" + "a " * 5000, "q=%25", "q=_", "q=\\", "q='", "q=%27%3B--", "q=" + quote("🦊" * 300),
    "&".join(f"f.a{n}=1" for n in range(200)), "list=all&list=rich", "=", "&&&", "%", "a" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=lambda q: q[:30])
async def test_hostile_query_strings_get_a_page_that_helps(still: Site, query: str):
    page = await (await still.visitor()).get(f"/client?{query}")
    assert page.status in (200, 404, 422), page.text
    assert 'href="/client' in page.html
    if page.status != 200:
        assert 'role="alert"' in page.html
        assert "Show the whole list" in page.text


async def test_a_cursor_of_another_order_is_refused(site: Site):
    await many_clients(site, 60)
    visitor = await site.visitor()
    page = await visitor.get("/client")
    cursor = re.search(r"cursor=([\w-]+)", link(page, "Next"))
    assert cursor
    page = await visitor.get(f"/client?sort=worth&cursor={cursor[1]}")
    assert page.status == 422


@pytest.mark.parametrize(
    "path", ["/nope", "/note", "/" + "x" * 3000, "/Client", "/client%00", "/%F0%9F%A6%8A", "/client/"]
)
async def test_unknown_entity_types_and_rows_without_pages_are_404(still: Site, path: str):
    page = await (await still.visitor()).get(path)
    assert page.status in (404, 200 if path == "/client/" else 404)
    assert "Go to the first page" in page.text or path == "/client/"


async def test_an_unknown_list_names_the_nearest(site: Site):
    page = await (await site.visitor()).get("/client?list=richt")
    assert page.status == 404
    assert "rich" in page.text.lower()


async def test_a_board_shows_the_first_cards_of_each_state_with_counts(site: Site):
    await many_clients(site, 200)
    page = await (await site.visitor()).get("/client?list=pipeline")
    assert page.status == 200
    assert page.html.count("board-card ") == 40
    assert re.search(r'chip-azure">Fresh</span><span class="board-count">160', page.html)
    assert re.search(r'chip-green">Active</span><span class="board-count">40', page.html)
    assert "Show all" not in page.text or "list=" in link(page, "Show all")
    page = await (await site.visitor()).get("/client?list=pipeline&f.state=active&q=00005")
    assert page.html.count("board-card ") == 1


async def test_a_calendar_shows_a_month_where_the_actor_is(site: Site):
    await site.save("client", {"type": "person", "name": "Late", "met_at": "2026-03-31T22:30:00Z"})
    await site.save("client", {"type": "person", "name": "Early", "met_at": "2026-03-01T07:00:00Z"})
    await site.save("client", {"type": "person", "name": "Far", "met_at": "2026-06-01T07:00:00Z"})
    visitor = await site.visitor()
    page = await visitor.get("/client?list=meetings&month=2026-03")
    assert "March 2026" in page.text
    assert "Early" in page.text
    assert "Far" not in page.text
    day = page.html[
        page.html.index("Wednesday, 1 April 2026")
        if "1 April" in page.html
        else page.html.index("April 1, 2026") :
    ]
    assert "Late" in day[:600]  # after midnight in Prague
    assert "00:30" in day[:600]
    assert "month=2026-02" in page.html
    assert "month=2026-04" in page.html
    visitor.client.cookies.set("fw_locale", "cs")
    page = await visitor.get("/client?list=meetings")
    assert "po" in heads(page)


async def test_a_calendar_tells_how_many_more_a_day_has(site: Site):
    for n in range(9):
        await site.save("client", {"type": "person", "name": f"N{n}", "met_at": "2026-03-10T10:00:00Z"})
    page = await (await site.visitor()).get("/client?list=meetings&month=2026-03")
    assert page.html.count('class="month-card') == 5
    assert "4 more" in page.text


async def test_removed_records_are_in_no_list(site: Site):
    gone = await site.save("client", {"type": "person", "name": "Gone", "worth": "5000"})
    await site.runtime.database.execute(
        "update client set deleted_at = $2 where id = $1", gone, datetime.now(UTC)
    )
    visitor = await site.visitor()
    for path in ("/client", "/client?list=rich", "/client?list=pipeline"):
        assert "Gone" not in (await visitor.get(path)).text


async def test_lists_in_czech(site: Site):
    visitor = await site.visitor()
    visitor.client.cookies.set("fw_locale", "cs")
    page = await visitor.get("/client")
    assert 'lang="cs"' in page.html
    assert "Seznam je prázdný." in page.text


async def test_the_first_page_shows_what_waits_and_what_was_changed(site: Site):
    await site.save("client", {"type": "person", "name": "Rich", "worth": "5000"})
    visitor = await site.visitor()
    page = await visitor.get("/")
    assert re.search(r'href="/client\?list=rich">\s*<span class="badge-count">1<', page.html)
    assert "Records that you change appear here." in page.text
    form = await visitor.get("/client/new?type=person")
    saved = await visitor.post("/client/new", form.with_values({"name": "Fresh face"}))
    assert saved.status == 303, saved.text
    page = await visitor.get("/")
    assert "Fresh face" in page.text, page.html
    guest = await (await site.visitor("guest")).get("/")
    assert "There is nothing here for you yet." in guest.text
