"""Removing a record, after saying what else that does, and bringing it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from formwright.problems import Problem
from formwright.services.commands import Remove
from formwright.services.consequences import Consequence, consequences_of
from formwright.services.refusals import Conflict, Forbidden, Invalid, Stale
from formwright.services.removing import remove, restore
from formwright.services.viewing import View, view
from formwright.web.flash import Flash, flash_cookie
from formwright.web.inputs import read_fields
from formwright.web.moves import Ask, Note
from formwright.web.pages.listing import entity_of
from formwright.web.pages.moving import ask_page
from formwright.web.records import widest
from formwright.web.sessions import check_form, require_sign_in
from formwright.web.visit import Visit, visit_of

__all__ = ["REMOVING"]

GUARDS = [require_sign_in]


async def _look(visit: Visit, entity: str, identity: UUID) -> View:
    """Return the record; raise Forbidden when the actor may not remove it, Conflict when it is removed."""
    found = entity_of(visit, entity)
    seen = await view(visit.work.runtime, found.name, identity, visit.person)
    if seen.removed:
        raise Conflict([Problem("removed", visit.translate("This record is removed."))], seen.version)
    if not seen.removable:
        label = found.label.get(visit.locale)
        raise Forbidden.of(
            "forbidden", visit.translate("You may not remove this record: {what}.", what=label)
        )
    return seen


def _ask(
    visit: Visit,
    seen: View,
    consequences: tuple[Consequence, ...],
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response[str]:
    held = any(each.manner == "protect" for each in consequences)
    if held and not problems:
        sentence = visit.translate("Other records need this one.")
        hint = visit.translate("Remove or change those first.")
        problems = (Problem("in-use", sentence, hint=hint),)
    ask = Ask(
        label=visit.translate("Remove"),
        action=f"/{seen.entity.name}/{seen.id}/remove",
        confirm="" if held else visit.translate("The record leaves all lists. Its history is kept."),
        dangerous=True,
        problems=problems,
        notes=tuple(_note(visit, seen, each) for each in consequences if (each.manner == "protect") is held),
        possible=not held,
    )
    return ask_page(visit, seen, ask, status)


SENTENCES = {
    "protect": "{what}: {count} ({field})",
    "cascade": "{what}: {count} will be removed, too.",
    "clear": "{what}: {count} will lose their value of {field}.",
}


def _note(visit: Visit, seen: View, each: Consequence) -> Note:
    what = each.entity.plural.get(visit.locale) if each.known else visit.translate("Other records")
    field = each.attribute.label.get(visit.locale)
    text = visit.translate(SENTENCES[each.manner], count=each.count, what=what, field=field)
    if not each.known or each.entity.embedded:
        return Note(text)
    many = each.attribute.type.name == "any"
    value = quote(f"{seen.entity.name}/{seen.id}" if many else str(seen.id))
    return Note(text, f"/{each.entity.name}?{widest(each.entity)}f.{each.attribute.name}={value}")


@get("/{entity:str}/{id:uuid}/remove", guards=GUARDS)
async def ask_remove(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
) -> Response[str]:
    """Ask once more, naming what goes along and what forbids it."""
    visit = visit_of(request)
    seen = await _look(visit, entity, id)
    found = await consequences_of(visit.work.runtime, entity, id, visit.person)
    return _ask(visit, seen, found)


async def _command(request: Request[Any, Any, Any], entity: str, identity: UUID) -> Remove:
    visit = visit_of(request)
    fields = {name: value for name, value in await read_fields(request) if isinstance(value, str)}
    check_form(visit, fields.get("_token", "") or request.headers.get("x-form-token", ""))
    version = fields.get("_version", "")
    return Remove(
        entity=entity_of(visit, entity).name,
        id=identity,
        version=int(version[:9]) if version.isascii() and version.isdigit() else None,
        actor=visit.person,
        channel="form",
        idempotency_key=fields.get("_key", "")[:200],
    )


@post("/{entity:str}/{id:uuid}/remove", guards=GUARDS, status_code=303)
async def do_remove(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
) -> Response[str] | Redirect:
    """Remove the record."""
    visit = visit_of(request)
    command = await _command(request, entity, id)
    try:
        await remove(visit.work.runtime, command)
    except (Conflict, Invalid) as refusal:
        seen = await _look(visit, entity, id)
        sentence = visit.translate("Somebody else changed this record meanwhile. Look at it once more.")
        stale = isinstance(refusal, Stale)
        problems = (Problem("stale", sentence),) if stale else refusal.problems
        found = await consequences_of(visit.work.runtime, entity, id, visit.person)
        return _ask(visit, seen, found, problems, refusal.status)
    label = visit.model.entities[entity].label.get(visit.locale)
    flash = Flash(
        visit.translate("{what}: removed.", what=label),
        link=f"/{entity}/{id}",
        link_text=visit.translate("Show it"),
    )
    return _redirect(visit, f"/{entity}", flash)


@post("/{entity:str}/{id:uuid}/restore", guards=GUARDS, status_code=303)
async def do_restore(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
) -> Redirect:
    """Bring a removed record back."""
    visit = visit_of(request)
    await restore(visit.work.runtime, await _command(request, entity, id))
    label = visit.model.entities[entity].label.get(visit.locale)
    return _redirect(visit, f"/{entity}/{id}", Flash(visit.translate("{what}: brought back.", what=label)))


def _redirect(visit: Visit, target: str, flash: Flash) -> Redirect:
    settings = visit.work.settings
    cookie = flash_cookie(flash, settings.secret, secure=settings.secure)
    return Redirect(target, status_code=303, cookies=[cookie])


REMOVING = (ask_remove, do_remove, do_restore)
