"""Forms from the first page to the stored record, without scripts, and with every kind of bad input."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from tests.support.site import Page, Site

pytestmark = pytest.mark.anyio


def saved_id(page: Page) -> UUID:
    assert page.status == 303, page.text
    return UUID(page.response.headers["location"].rpartition("/")[2])


async def new(site: Site, login: str = "clerk") -> tuple:
    visitor = await site.visitor(login)
    page = await visitor.get("/sample/new?type=plain")
    assert page.status == 200, page.text
    return visitor, page


async def test_a_form_holds_a_control_for_each_attribute_type(still: Site):
    _, page = await new(still)
    for name in (
        "name",
        "story",
        "essay",
        "mail",
        "price",
        "day",
        "moment",
        "urgent",
        "size",
        "looks",
        "labels",
        "tint",
        "stars",
    ):
        assert name in page.controls, name
    for name in (
        "shelf",
        "shelves",
        "origin",
        "keeper",
        "address",
        "place",
        "manual._upload",
        "picture._upload",
        "extra",
    ):
        assert name in page.controls, name
    assert "internal" not in page.controls
    assert "stamped" not in page.controls
    assert page.controls["price"]["inputmode"] == "decimal"
    assert "style=" not in page.html
    assert "<script>" not in page.html


async def test_everything_typed_is_stored(site: Site):
    visitor, _ = await new(site)
    shelf = await site.save("shelf", {"name": "Top"})
    page = await visitor.get("/sample/new?type=plain")
    fields = page.with_values(
        {
            "name": "First",
            "story": "a\r\nb",
            "essay": "<p>x<script>1</script></p>",
            "mail": "a@EXAMPLE.org",
            "phone": "603 123 456",
            "home": "https://example.org/",
            "pieces": "7",
            "weight": "1.5",
            "price": "12.50",
            "share": "3",
            "day": "2026-02-28",
            "moment": "2026-02-28T10:00",
            "hour": "12:30",
            "span": "1h 30m",
            "urgent": ["false", "true"],
            "size": "s",
            "looks": ["", "matt", "rough"],
            "labels": "one, two",
            "tint": "#FF0000",
            "stars": "4",
            "place": "50.1, 14.4",
            "address": ["Dlouhá", "1", "", "110 00", "Praha", "", "", "CZ"],
            "shelf": str(shelf),
            "shelves": ["", str(shelf)],
            "origin": f"shelf/{shelf}",
            "extra": '{"a": 1}',
            "secret": "top secret",
        }
    )
    page = await visitor.post("/sample/new", fields)
    assert page.status == 422
    assert "Reason is required" in page.text  # it became visible by `urgent`
    page = await visitor.post("/sample/new", page.with_values({"reason": "because"}))
    row = await site.row("sample", saved_id(page))
    assert row["story"] == "a\nb"
    assert row["essay"] == "<p>x</p>"
    assert row["mail"] == "a@example.org"
    assert row["phone"] == "+420603123456"
    assert row["price"] == Decimal("12.50")
    assert row["moment"].isoformat() == "2026-02-28T09:00:00+00:00"  # the clerk is in Prague
    assert row["looks"] == ["matt", "rough"]
    assert row["labels"] == ["one", "two"]
    assert row["shelf"] == shelf
    assert row["shelves"] == [shelf]
    assert row["origin"] == f"shelf/{shelf}"
    assert row["address"]["city"].lower() == "praha"
    assert row["doubled"] == 14
    assert row["reason"] == "because"


async def test_problems_stand_at_their_fields_and_in_a_linked_summary(still: Site):
    visitor, page = await new(still)
    page = await visitor.post(
        "/sample/new", page.with_values({"name": "", "pieces": "many", "mail": "nobody", "day": "2026-02-30"})
    )
    assert page.status == 422
    assert 'href="#f-name"' in page.html
    assert 'href="#f-pieces"' in page.html
    assert page.controls["name"]["aria-invalid"] == "true"
    assert "f-name-problems" in page.controls["name"]["aria-describedby"]
    assert page.controls["pieces"]["value"] == "many"
    assert page.controls["day"]["value"] == "2026-02-30"
    assert page.controls["day"]["type"] == "text"  # a date control could not show it
    assert await still.count("sample") == 0


async def test_the_sub_type_changes_the_form_by_the_refresh_button(site: Site):
    visitor, page = await new(site)
    assert "ribbon" not in page.controls
    page = await visitor.post(
        "/sample/new", page.with_values({"type": "fancy", "name": "Kept", "_action": "refresh"})
    )
    assert page.status == 200
    assert "ribbon" in page.controls
    assert page.controls["name"]["value"] == "Kept"
    page = await visitor.post("/sample/new", page.with_values({"ribbon": "red"}))
    row = await site.row("sample", saved_id(page))
    assert (row["type"], row["ribbon"]) == ("fancy", "red")


async def test_values_of_the_old_sub_type_are_never_dropped_silently(still: Site):
    visitor, page = await new(still)
    page = await visitor.post("/sample/new", page.with_values({"type": "fancy", "_action": "refresh"}))
    page = await visitor.post(
        "/sample/new", page.with_values({"name": "x", "ribbon": "red", "type": "plain"})
    )
    assert page.status == 200
    assert "The type was changed" in page.text
    assert await still.count("sample") == 0


async def test_htmx_gets_the_form_alone(still: Site):
    visitor, page = await new(still)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = await visitor.post("/sample/new/refresh", page.with_values({"pieces": "21"}), headers=headers)
    assert answer.status == 200
    assert answer.html.lstrip().startswith("<form")
    assert ">42" in answer.html
    assert "required" not in answer.text.lower()


async def test_rows_are_added_changed_and_removed(site: Site):
    visitor, page = await new(site)
    page = await visitor.post("/sample/new", page.with_values({"name": "x", "_action": "add:lines"}))
    page = await visitor.post(
        "/sample/new",
        page.with_values({"lines[0].article": "Screw", "lines[0].price": "2", "_action": "add:lines"}),
    )
    page = await visitor.post(
        "/sample/new",
        page.with_values({"lines[1].article": "Nut", "lines[1].pieces": "3", "lines[1].price": "1"}),
    )
    sample = saved_id(page)
    rows = await site.runtime.database.fetch("select article, pieces, amount from line order by id")
    assert [tuple(row) for row in rows] == [("Screw", 1, Decimal(2)), ("Nut", 3, Decimal(3))]
    assert (await site.row("sample", sample))["total"] == Decimal(5)
    page = await visitor.get(f"/sample/{sample}/edit")
    page = await visitor.post(f"/sample/{sample}/edit", page.with_values({"_action": "remove:lines[0]"}))
    assert page.controls["lines[0]._remove"]["value"] == "true"
    page = await visitor.post(f"/sample/{sample}/edit", page.with_values({"lines[1].pieces": "5"}))
    assert saved_id(page) == sample
    rows = await site.runtime.database.fetch("select article, pieces from line where deleted_at is null")
    assert [tuple(row) for row in rows] == [("Nut", 5)]


async def test_rows_of_sub_types_have_their_own_cells(site: Site):
    visitor, page = await new(site)
    page = await visitor.post("/sample/new", page.with_values({"name": "x", "_action": "add:notes"}))
    assert "notes[0].memo_text" in page.controls
    assert "notes[0].about" not in page.controls
    page = await visitor.post("/sample/new", page.with_values({"notes[0].type": "web", "_action": "refresh"}))
    assert "notes[0].link" in page.controls
    assert "notes[0].memo_text" not in page.controls
    page = await visitor.post("/sample/new", page.with_values({"notes[0].link": "not a link"}))
    assert page.status == 422
    assert page.controls["notes[0].link"]["aria-invalid"] == "true"


async def test_a_warning_wants_a_yes(site: Site):
    visitor, page = await new(site)
    page = await visitor.post("/sample/new", page.with_values({"name": "x", "weight": "200"}))
    assert page.status == 422
    assert "This is very heavy." in page.text
    page = await visitor.post("/sample/new", page.with_values({"_acknowledged": "heavy"}))
    assert (await site.row("sample", saved_id(page)))["weight"] == Decimal(200)


async def test_a_form_sent_twice_makes_one_record(site: Site):
    visitor, page = await new(site)
    fields = page.with_values({"name": "Once"})
    first, second = await visitor.post("/sample/new", fields), await visitor.post("/sample/new", fields)
    assert saved_id(first) == saved_id(second)
    assert await site.count("sample") == 1


async def test_edits_of_others_to_other_fields_are_kept(site: Site):
    sample = await site.save("sample", {"type": "plain", "name": "A", "story": "old"})
    visitor = await site.visitor()
    page = await visitor.get(f"/sample/{sample}/edit")
    await site.save("sample", {"story": "theirs"}, identity=sample)
    page = await visitor.post(f"/sample/{sample}/edit", page.with_values({"name": "B"}))
    assert saved_id(page) == sample
    row = await site.row("sample", sample)
    assert (row["name"], row["story"]) == ("B", "theirs")


@pytest.mark.parametrize(("choice", "name"), [("mine", "mine"), ("theirs", "theirs")])
async def test_an_overlap_shows_both_values_and_lets_choose(site: Site, choice: str, name: str):
    sample = await site.save("sample", {"type": "plain", "name": "A", "story": "old"})
    visitor = await site.visitor()
    page = await visitor.get(f"/sample/{sample}/edit")
    await site.save("sample", {"name": "theirs", "story": "new"}, identity=sample)
    page = await visitor.post(f"/sample/{sample}/edit", page.with_values({"name": "mine", "pieces": "3"}))
    assert page.status == 409
    assert "theirs" in page.text
    assert page.controls["name"]["value"] == "mine"
    page = await visitor.post(f"/sample/{sample}/edit", page.with_values({"_choice.name": choice}))
    assert saved_id(page) == sample
    row = await site.row("sample", sample)
    assert (row["name"], row["story"], row["pieces"]) == (name, "new", 3)


async def test_an_overlap_in_a_row_can_be_decided(site: Site):
    sample = await site.save(
        "sample", {"type": "plain", "name": "A", "lines": [{"article": "Nut", "pieces": 1}]}
    )
    visitor = await site.visitor()
    page = await visitor.get(f"/sample/{sample}/edit")
    line = await site.runtime.database.fetchval("select id from line")
    await site.save("sample", {"lines": [{"id": str(line), "pieces": 5}]}, identity=sample)
    page = await visitor.post(f"/sample/{sample}/edit", page.with_values({"lines[0].pieces": "9"}))
    assert page.status == 409
    page = await visitor.post(f"/sample/{sample}/edit", page.fields)
    assert saved_id(page) == sample
    assert await site.runtime.database.fetchval("select pieces from line") == 9


async def test_masked_values_stay_unless_replaced(site: Site):
    sample = await site.save("sample", {"type": "plain", "name": "A", "secret": "abcdefgh1234"})
    visitor = await site.visitor()
    page = await visitor.get(f"/sample/{sample}/edit")
    assert page.controls["secret"]["value"] == "•••1234"
    assert "abcdefgh" not in page.html
    saved_id(await visitor.post(f"/sample/{sample}/edit", page.with_values({"name": "B"})))
    assert (await site.row("sample", sample))["secret"] == "abcdefgh1234"
    saved_id(await visitor.post(f"/sample/{sample}/edit", page.with_values({"secret": "new one"})))
    assert (await site.row("sample", sample))["secret"] == "new one"


@pytest.mark.parametrize(
    "extra",
    [
        {"stranger": "1"},
        {"internal": "x"},
        {"stamped": "x"},
        {"doubled": "7"},
        {"state": "done"},
        {"number": "N-1"},
        {"version": "9"},
        {"name[0]": "x"},
        {"name.first": "x"},
        {"lines[0].secret": "x"},
        {"lines[x].article": "x"},
        {"Name": "x"},
        {"reason": "x"},
        {"lines[0].article": "a", "lines[0].amount": "5"},
        {"_stranger": "1"},
        {"": "x"},
        {"ribbon": "x"},
        {"id": "x"},
        {"notes[0].about": "x"},
        {"lines[0].sample": "x", "lines[0].article": "x"},
        {"lines": "x"},
    ],
    ids=str,
)
async def test_fields_that_the_form_does_not_offer_are_refused(still: Site, extra: dict):
    visitor, page = await new(still)
    page = await visitor.post("/sample/new", page.with_values({"name": "x", **extra}))
    assert page.status in (200, 422), page.text
    assert await still.count("sample") == 0
    if page.status == 200:
        assert "ribbon" in extra  # the other sub-type's field: the form is shown once more
    else:
        assert 'id="summary"' in page.html


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["nul", "surrogate"])
async def test_texts_that_cannot_be_stored_are_refused(still: Site, text: str):
    visitor, page = await new(still)
    body = page.with_values({"name": "x", "story": "STORY"})
    from urllib.parse import urlencode

    raw = urlencode(body).replace(
        "STORY", "".join(f"%{b:02X}" for b in text.encode("utf-8", "surrogatepass"))
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = Page(await visitor.client.post("/sample/new", content=raw, headers=headers))
    assert answer.status in (400, 422)
    assert await still.count("sample") == 0


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "text/plain",
        "",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/xml",
    ],
)
async def test_other_content_types_are_refused(still: Site, kind: str):
    visitor, _ = await new(still)
    answer = await visitor.client.post(
        "/sample/new", content=b'{"name": "x"}', headers={"Content-Type": kind}
    )
    assert 400 <= answer.status_code < 500
    assert await still.count("sample") == 0


async def test_huge_bodies_are_refused(still: Site):
    visitor, page = await new(still)
    fields = page.with_values({"name": "x", "story": "y" * 10_000_000})
    answer = await visitor.post("/sample/new", fields)
    assert answer.status == 413
    answer = await visitor.post(
        "/sample/new", page.with_values({"name": "x", **{f"x{i}": "" for i in range(30_000)}})
    )
    assert answer.status == 400
    assert await still.count("sample") == 0


@pytest.mark.parametrize(
    "controls",
    [
        {"_base": "[1]"},
        {"_base": "{"},
        {"_version": "x"},
        {"_base": "[" * 5000},
        {"_token": "wrong"},
        {"_version": "²"},
    ],
)
async def test_broken_controls_are_refused(still: Site, controls: dict):
    visitor, page = await new(still)
    answer = await visitor.post("/sample/new", page.with_values({"name": "x", **controls}))
    assert answer.status in (400, 403)
    assert await still.count("sample") == 0


@pytest.mark.parametrize(
    "action",
    [
        "remove:lines[99]",
        "remove:x",
        "add:name",
        "add:x.y",
        "remove:lines[-1]",
        "remove:",
        "nonsense",
        "add:stranger",
    ],
)
async def test_odd_buttons_change_nothing(still: Site, action: str):
    visitor, page = await new(still)
    answer = await visitor.post("/sample/new", page.with_values({"name": "x", "_action": action}))
    assert answer.status in (200, 422)
    assert await still.count("sample") == 0


async def test_bytes_that_are_no_text_are_refused(still: Site):
    visitor, _ = await new(still)
    for kind, body in (
        ("application/x-www-form-urlencoded", b"name=%ff"),
        ("application/x-www-form-urlencoded", b"name=\xff"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--x--\r\n',
        ),
    ):
        answer = await visitor.client.post("/sample/new", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400, kind


async def test_rights_decide_who_gets_a_form(site: Site):
    sample = await site.save("sample", {"type": "plain", "name": "A"})
    guest = await site.visitor("guest")
    assert (await guest.get("/sample/new")).status == 403
    assert (await guest.get(f"/sample/{sample}/edit")).status == 404  # not readable in this state
    assert (await guest.get("/line/new")).status == 404
    assert (await guest.get("/nothing/new")).status == 404
    token = (await (await site.visitor()).get("/sample/new")).fields[0]
    assert (await guest.post("/sample/new", [token, ("name", "x")])).status == 403
    assert await site.count("sample") == 1


async def test_files_are_stored_named_and_read_with_their_record(site: Site):
    visitor, page = await new(site)
    png = (
        bytes.fromhex("89504e470d0a1a0a0000000d")
        + b"IHDR"
        + (40).to_bytes(4)
        + (20).to_bytes(4)
        + b"x" * 20
        + b"IEND\xaeB`\x82"
    )
    files = {
        "manual._upload": ("../../Ma\u202enual.pdf", b"%PDF-1.7 x"),
        "picture._upload": ("a.png", png),
        "signature._upload": ("s.png", png),
    }
    page = await visitor.post_files("/sample/new", page.with_values({"name": ""}), files)
    assert page.status == 422
    page = await visitor.post("/sample/new", page.with_values({"name": "x"}))  # nothing is sent again
    row = await site.row("sample", saved_id(page))
    stored = await site.runtime.database.fetchrow(
        "select name, media_type from fw_file where id = $1", row["manual"]
    )
    assert tuple(stored) == ("Manual.pdf", "application/pdf")
    assert row["signature"].startswith("data:image/png;base64,")
    answer = await visitor.client.get(f"/files/{row['manual']}")
    assert answer.content == b"%PDF-1.7 x"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    guest = await site.visitor("guest")
    assert (await guest.get(f"/files/{row['manual']}")).status == 404
    await site.runtime.database.execute("update sample set state = 'done'")
    assert (await guest.get(f"/files/{row['manual']}")).status == 200


async def test_files_of_the_wrong_kind_are_refused(still: Site):
    visitor, page = await new(still)
    files = {
        "picture._upload": ("a.png", b"<svg onload=alert(1)>"),
        "signature._upload": ("s.png", b"no"),
        "name._upload": ("x", b"x"),
    }
    page = await visitor.post_files("/sample/new", page.with_values({"name": "x"}), files)
    assert page.status == 422
    assert "This kind of file is not accepted" in page.text
    assert await still.count("sample") == 0
    assert await still.count("fw_file") == 0


async def test_a_file_of_somebody_else_cannot_be_taken_over(site: Site):
    admin, page = await new(site, "admin")
    page = await admin.post_files(
        "/sample/new", page.with_values({"name": "x"}), {"manual._upload": ("a.pdf", b"%PDF-")}
    )
    other = (await site.row("sample", saved_id(page)))["manual"]
    await site.runtime.database.execute("update sample set deleted_at = now()")
    visitor, page = await new(site)
    page = await visitor.post("/sample/new", page.with_values({"name": "y", "manual": str(other)}))
    assert page.status == 422
    assert "there is no such file." in page.text


async def test_offers_are_what_the_actor_may_read_and_the_rule_allows(site: Site):
    await site.save("shelf", {"name": "Žebřík"})
    await site.save("shelf", {"name": "Open"})
    await site.save("shelf", {"name": "Closed", "closed": True})
    visitor = await site.visitor()

    async def offered(path: str) -> list[str]:
        answer = await visitor.client.get(path)
        assert answer.status_code == 200, answer.text
        return [each["text"] for each in answer.json()]

    assert await offered("/sample/options/shelf") == ["Open", "Žebřík"]
    assert await offered("/sample/options/shelf?q=zebri") == ["Žebřík"]
    assert await offered("/sample/options/shelves?q=closed") == ["Closed"]
    assert "Open" in await offered("/sample/options/origin")
    assert await offered("/sample/options/keeper?q=cle") == ["Clerk"]
    for path in (
        "/sample/options/name",
        "/sample/options/x",
        "/nothing/options/x",
        "/sample/options/created_by",
    ):
        assert (await visitor.client.get(path)).status_code in (404, 422)


async def test_a_reference_that_is_not_offered_is_refused(site: Site):
    closed = await site.save("shelf", {"name": "Closed", "closed": True})
    visitor, page = await new(site)
    page = await visitor.post("/sample/new", page.with_values({"name": "x", "shelf": str(closed)}))
    assert page.status == 422
    assert 'href="#f-shelf"' in page.html


async def test_rows_of_other_records_are_not_reached(site: Site):
    other = await site.save("sample", {"type": "plain", "name": "A", "lines": [{"article": "Nut"}]})
    line = await site.runtime.database.fetchval("select id from line where sample = $1", other)
    mine = await site.save("sample", {"type": "plain", "name": "B"})
    visitor = await site.visitor()
    page = await visitor.get(f"/sample/{mine}/edit")
    page = await visitor.post(
        f"/sample/{mine}/edit", page.with_values({"lines[0].id": str(line), "lines[0].article": "Hacked"})
    )
    assert page.status == 422
    assert await site.runtime.database.fetchval("select article from line") == "Nut"


async def test_save_and_new_goes_on(site: Site):
    visitor, page = await new(site)
    page = await visitor.post("/sample/new", page.with_values({"name": "x", "_action": "save_new"}))
    assert page.status == 303
    assert page.response.headers["location"] == "/sample/new?type=plain"


async def test_the_query_fills_in_fields(site: Site):
    shelf = await site.save("shelf", {"name": "Top"})
    visitor = await site.visitor()
    page = await visitor.get(
        f"/sample/new?type=fancy&name=Given&shelf={shelf}&internal=x&stranger=1&state=done&pieces=junk"
    )
    assert page.status == 200
    assert page.controls["name"]["value"] == "Given"
    assert dict(page.fields)["shelf"] == str(shelf)
    assert "ribbon" in page.controls


async def test_the_language_of_the_page_reads_numbers(site: Site):
    visitor, _ = await new(site)
    visitor.client.cookies.set("fw_locale", "cs")
    page = await visitor.get("/sample/new?type=plain")
    assert "Uložit" in page.text
    page = await visitor.post("/sample/new", page.with_values({"name": "x", "price": "1 234,50"}))
    assert (await site.row("sample", saved_id(page)))["price"] == Decimal("1234.50")
