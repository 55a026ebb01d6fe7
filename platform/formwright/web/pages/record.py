"""The page of one record, with its history and its comments."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from formwright.metadata.model import EntityType
from formwright.problems import Problem
from formwright.services.comments import add_comment, comments_on
from formwright.services.history import history_of
from formwright.services.refusals import Invalid, NotFound
from formwright.services.timeline import Position, timeline_of
from formwright.services.viewing import View, view
from formwright.web.inputs import read_fields
from formwright.web.pages.listing import entity_of
from formwright.web.past import PastComment, comments_shown, history_shown, timeline_shown
from formwright.web.records import (
    COMMENTS,
    HISTORY,
    TIMELINE,
    RecordPage,
    children_of_tab,
    form_rules,
    record_page,
)
from formwright.web.sessions import check_form, require_sign_in
from formwright.web.visit import Visit, visit_of

__all__ = ["add_to_comments", "show_record"]

GUARDS = [require_sign_in]
PER_PAGE = 30
LATEST = 2**31 - 1
MORE = (HISTORY, COMMENTS, TIMELINE)


@get("/{entity:str}/{id:uuid}", guards=GUARDS)
async def show_record(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
) -> Response[str]:
    """Show a record: the tab that the query asks for, to htmx without the frame around it."""
    visit = visit_of(request)
    found = entity_of(visit, entity)
    tab = request.query_params.get("tab", "")[:200]
    seen, page = await _page(visit, found, id, tab)
    if page.tab == HISTORY:
        page = await _with_history(visit, seen, page, request.query_params.get("before", ""))
    elif page.tab == TIMELINE:
        page = await _with_timeline(visit, seen, page, request.query_params.get("before", ""))
    elif page.tab == COMMENTS:
        page = replace(page, comments=await _comments(visit, found, id) if not page.removed else ())
    return _answer(visit, found, page)


async def _page(visit: Visit, entity: EntityType, identity: UUID, tab: str) -> tuple[View, RecordPage]:
    children = children_of_tab(entity, tab if tab not in MORE else "-")
    known = {section.tab for form in entity.forms.values() for section in form.sections}
    if tab not in MORE and tab not in known:
        children = children_of_tab(entity, "")
    seen = await view(
        visit.work.runtime,
        entity.name,
        identity,
        visit.person,
        expressions=form_rules(entity),
        children=children,
    )
    return seen, record_page(visit, seen, tab)


async def _comments(visit: Visit, entity: EntityType, identity: UUID) -> tuple[PastComment, ...]:
    return comments_shown(visit, await comments_on(visit.work.runtime, entity.name, identity, visit.person))


async def _with_history(visit: Visit, seen: View, page: RecordPage, before: str) -> RecordPage:
    """Return the page with a part of its history, and the way to what is older."""
    plain = before.isascii() and before.isdigit() and int(before[:10]) <= LATEST
    entries = await history_of(
        visit.work.runtime,
        seen.entity.name,
        seen.id,
        visit.person,
        before=int(before) if plain else None,
        limit=PER_PAGE + 1,
    )
    shown = entries[:PER_PAGE]
    older = f"{page.href}?tab={HISTORY}&before={shown[-1].version}" if len(entries) > PER_PAGE else ""
    return replace(page, history=history_shown(visit, seen.entity, shown), older_href=older)


async def _with_timeline(visit: Visit, seen: View, page: RecordPage, before: str) -> RecordPage:
    """Return the page with a part of its timeline, and the way to what is older."""
    happenings = await timeline_of(
        visit.work.runtime,
        seen.entity.name,
        seen.id,
        visit.person,
        before=_position(before),
        limit=PER_PAGE + 1,
    )
    shown = happenings[:PER_PAGE]
    older = ""
    if len(happenings) > PER_PAGE:
        at, identity, version = shown[-1].position
        older = f"{page.href}?tab={TIMELINE}&before={quote(f'{at.isoformat()}/{identity}/{version}')}"
    return replace(page, timeline=timeline_shown(visit, seen.id, shown), older_href=older)


def _position(text: str) -> Position | None:
    """Return the position that an address names; None for none, and for what is no position."""
    parts = text[:120].split("/")
    try:
        at, identity, version = datetime.fromisoformat(parts[0]), UUID(parts[1]), int(parts[2][:10])
    except (ValueError, IndexError):
        return None
    return (at, identity, version) if at.tzinfo is not None and 0 <= version <= LATEST else None


def _answer(visit: Visit, entity: EntityType, page: RecordPage, status: int = 200) -> Response[str]:
    return visit.page(
        "record",
        status=status,
        block="record_body" if visit.partial and visit.target == "record" else "",
        entity=entity,
        entity_label=entity.label.get(visit.locale),
        entity_plural=entity.plural.get(visit.locale),
        record=page,
    )


@post("/{entity:str}/{id:uuid}/comments", guards=GUARDS, status_code=303)
async def add_to_comments(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
) -> Response[str] | Redirect:
    """Write a comment; one that cannot be kept is shown again with what is wrong."""
    visit = visit_of(request)
    found = entity_of(visit, entity)
    fields = {name: value for name, value in await read_fields(request) if isinstance(value, str)}
    check_form(visit, fields.get("_token", ""))
    if COMMENTS not in found.features:
        raise NotFound.of("unknown-page", visit.translate("There is no such page."))
    text = fields.get("text", "")
    try:
        await add_comment(visit.work.runtime, found.name, id, visit.person, text)
    except Invalid as invalid:
        return await _again(visit, found, id, text, invalid.problems)
    return Redirect(f"/{found.name}/{id}?tab={COMMENTS}#comment", status_code=303)


async def _again(
    visit: Visit, entity: EntityType, identity: UUID, text: str, problems: tuple[Problem, ...]
) -> Response[str]:
    _, page = await _page(visit, entity, identity, COMMENTS)
    legible = text.replace("\0", "").encode("utf-8", "replace").decode()
    page = replace(
        page,
        comments=await _comments(visit, entity, identity),
        comment_text=legible[:20_000],
        comment_problems=problems,
    )
    return _answer(visit, entity, page, status=422)
