"""Forms: new records and changes, refreshed while they are filled in, saved once."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from formwright.metadata.model import EntityType
from formwright.problems import Place, Problem, ProblemError
from formwright.services.commands import Save
from formwright.services.files import Upload, store_file
from formwright.services.preview import offers_for
from formwright.services.records import save
from formwright.services.refusals import Conflict, Difference, Forbidden, NotFound, NotSignedIn
from formwright.web.filling import Filled, Filling, attribute_at, base_of, read_id, without_other_types
from formwright.web.flash import Flash, flash_cookie
from formwright.web.inputs import Posted, read_fields, read_posted
from formwright.web.sessions import check_form, require_sign_in
from formwright.web.sheets import (
    Clash,
    Sheet,
    base_row,
    choose,
    new_key,
    read_sheet,
    unknown_controls,
    with_rows,
)
from formwright.web.visit import Visit, visit_of

__all__ = ["change_form", "change_save", "new_form", "new_save", "offers", "refresh_change", "refresh_new"]

GUARDS = [require_sign_in]
PICTURE = "data:image/png;base64,"


@get("/{entity:str}/new", guards=GUARDS)
async def new_form(request: Request[Any, Any, Any], entity: FromPath[str]) -> Response[str]:
    """Show the form of a new record; the query may fill in attributes, the sub-type among them."""
    visit = visit_of(request)
    found = entity_of(visit, entity)
    values = _prefill(found, request.query_params.items())
    filling = Filling(visit=visit, entity=found, values=values)
    filled = await filling.look(checked=False)
    return _page(filling, filled, Sheet(key=new_key()))


@get("/{entity:str}/{id:uuid}/edit", guards=GUARDS)
async def change_form(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
) -> Response[str]:
    """Show the form of a record."""
    visit = visit_of(request)
    filling = Filling(visit=visit, entity=entity_of(visit, entity), id=id, values={})
    filled = await filling.look(checked=False)
    sheet = Sheet(key=new_key(), version=filled.preview.version, base=base_of(filled.state))
    return _page(filling, filled, sheet)


@post("/{entity:str}/new", guards=GUARDS)
async def new_save(request: Request[Any, Any, Any], entity: FromPath[str]) -> Response[str] | Redirect:
    """Create a record."""
    return await _posted(request, entity, None)


@post("/{entity:str}/new/refresh", guards=GUARDS, status_code=200)
async def refresh_new(request: Request[Any, Any, Any], entity: FromPath[str]) -> Response[str] | Redirect:
    """Return the form as it is with the values of now, without saving."""
    return await _posted(request, entity, None, refreshing=True)


@post("/{entity:str}/{id:uuid}/edit", guards=GUARDS)
async def change_save(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
) -> Response[str] | Redirect:
    """Change a record."""
    return await _posted(request, entity, id)


@post("/{entity:str}/{id:uuid}/edit/refresh", guards=GUARDS, status_code=200)
async def refresh_change(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
) -> Response[str] | Redirect:
    """Return the form as it is with the values of now, without saving."""
    return await _posted(request, entity, id, refreshing=True)


@get("/{entity:str}/options/{attribute:str}", guards=GUARDS)
async def offers(
    request: Request[Any, Any, Any], entity: FromPath[str], attribute: FromPath[str]
) -> Response[Any]:
    """Return what a reference offers for the words in ``q``, as a list of value, text and hint.

    ``id`` is the record that refers, ``f.<name>`` are attributes of it that
    the rule of the reference reads.
    """
    visit = visit_of(request)
    query = dict(request.query_params.items())
    if entity not in visit.model.entities:
        raise NotFound.of("unknown-page", "There is no such page.")
    known = visit.model.entities[entity].attributes
    values = {n[2:]: v for n, v in query.items() if n.startswith("f.") and n[2:] in known}
    command = Save(
        entity=entity,
        id=read_id(query.get("id", "")),
        actor=replace(visit.who, locale=visit.locale),
        channel="form",
        form_locale=visit.locale,
        values=values,
    )
    found = await offers_for(visit.work.runtime, command, attribute, query.get("q", "")[:200])
    body = [{"value": each.value, "text": each.title, "hint": each.hint} for each in found]
    return Response(body, headers={"Cache-Control": "no-store"})


def entity_of(visit: Visit, name: str) -> EntityType:
    """Return the entity type of a page; raise NotFound for rows without pages of their own."""
    entity = visit.model.entities.get(name)
    if entity is None or entity.embedded:
        raise NotFound.of("unknown-page", "There is no such page.")
    return entity


def _prefill(entity: EntityType, query: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return texts for attributes from the query, and the first sub-type where one must be chosen."""
    values = {
        name: text
        for name, text in query
        if name in entity.attributes and entity.attributes[name].type.stored and name != "id"
    }
    concrete = [name for name, each in entity.types.items() if not each.abstract]
    if concrete and values.get("type") not in concrete and entity.attributes["type"].default is None:
        values["type"] = concrete[0]
    return without_blank(values)


def without_blank(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* without empty texts: an empty prefill says nothing."""
    return {name: value for name, value in values.items() if value}


async def _posted(
    request: Request[Any, Any, Any], name: str, identity: UUID | None, *, refreshing: bool = False
) -> Response[str] | Redirect:
    """Do what the pressed button says: save, or show the form with the values of now."""
    visit = visit_of(request)
    entity = entity_of(visit, name)
    posted = read_posted(await read_fields(request), visit.model, entity)
    check_form(visit, posted.controls.get("token") or request.headers.get("x-form-token") or "")
    action = posted.controls.get("action", "refresh" if refreshing else "save")
    sheet = read_sheet(posted)
    values, lost = without_other_types(posted.values, entity, visit.model)
    posted.values = values
    saving = action in {"save", "save_new"} and not lost and not refreshing
    if lost and action.startswith("save"):
        sheet = replace(sheet, note="The type was changed: look at the fields once more, then save.")
    sheet = with_rows(posted, sheet, action)
    choose(posted, sheet)
    filling = Filling(
        visit=visit,
        entity=entity,
        id=identity,
        values=posted.values,
        base=sheet.base if identity is not None else None,
        acknowledged=frozenset(posted.many.get("acknowledged", ())),
        tried=saving or sheet.tried,
    )
    problems = [*posted.problems, *unknown_controls(posted), *await _take_files(filling, posted)]
    if not saving:
        filled = await filling.look(checked=True, offers=not visit.partial, more=problems)
        return _page(filling, filled, sheet, status=200)
    return await _save(filling, replace(sheet, tried=True), problems, again=action == "save_new")


async def _take_files(filling: Filling, posted: Posted) -> list[Problem]:
    """Store what was uploaded, put the ids in the place of the files, and return what is wrong with them."""
    for path in posted.cleared:
        posted.put(path, "")
    problems: list[Problem] = []
    if posted.uploads:
        await filling.look(checked=False, offers=False)  # refuses who may not fill in this form at all
    for path, upload in posted.uploads.items():
        attribute = attribute_at(filling, path)
        if attribute is None or attribute.type.name not in {"file", "image", "signature"}:
            problems.append(Problem("unknown-field", "This form has no such file.", Place(field=path[:60])))
            continue
        sent = Upload(path, upload.filename, await upload.read())
        try:
            posted.put(path, await _stored(filling, attribute, sent))
        except ProblemError as error:
            problems.extend(error.problems)
    return problems


async def _stored(filling: Filling, attribute: Any, sent: Upload) -> str:
    if attribute.type.name == "signature":
        return PICTURE + base64.b64encode(sent.content).decode("ascii")
    return str(await store_file(filling.visit.work.runtime, filling.actor, attribute, sent))


async def _save(
    filling: Filling, sheet: Sheet, problems: list[Problem], *, again: bool
) -> Response[str] | Redirect:
    """Save, or show the form with everything that is wrong."""
    filled = await filling.look(checked=True, more=problems)
    if filled.preview.differences:
        return await _clash(filling, sheet, filled.preview.differences, filled.preview.version)
    if filled.problems:
        return _page(filling, filled, sheet, status=422)
    command = filling.command(version=sheet.version or None, idempotency_key=sheet.key)
    try:
        saved = await save(filling.visit.work.runtime, command)
    except Conflict as conflict:
        if conflict.differences:
            return await _clash(filling, sheet, conflict.differences, conflict.version)
        return await _sent_before(filling, sheet, conflict, again=again)
    except (Forbidden, NotFound, NotSignedIn):
        raise
    except ProblemError as error:
        filled = await filling.look(checked=True, more=error.problems)
        return _page(filling, filled, sheet, status=getattr(error, "status", 422))
    return _done(filling, saved.id, saved.number, again=again)


async def _sent_before(
    filling: Filling, sheet: Sheet, conflict: Conflict, *, again: bool
) -> Response[str] | Redirect:
    """Go on with a form that was saved before and is sent with other values: the user went back to it.

    A change is merged like any other; a second record wants to be confirmed.
    """
    sheet = replace(sheet, key=new_key())
    problems: Iterable[Problem] = conflict.problems
    if any(problem.code == "idempotency-key-reused" for problem in problems):
        if filling.id is not None:
            return await _save(filling, sheet, [], again=again)
        problems = [
            Problem("saved-before", "This form was saved already. Save again to make another record.")
        ]
    return _page(filling, await filling.look(checked=True, more=problems), sheet, status=409)


def _done(filling: Filling, identity: UUID, number: str, *, again: bool) -> Redirect:
    visit, entity = filling.visit, filling.entity
    label = " ".join(part for part in (entity.label.get(visit.locale), number) if part)
    sentence = visit.texts.translator(visit.locale)("{record} is saved.", record=label)
    shown = f"/{entity.name}/{identity}"
    kind = filling.values.get("type")
    target = f"/{entity.name}/new" + (
        f"?type={kind}" if isinstance(kind, str) and kind in entity.types else ""
    )
    flash = Flash(sentence, link=shown if again else "", link_text=number or label if again else "")
    settings = visit.work.settings
    cookie = flash_cookie(flash, settings.secret, secure=settings.secure)
    return Redirect(target if again else shown, status_code=303, cookies=[cookie])


async def _clash(
    filling: Filling, sheet: Sheet, differences: Mapping[str, Difference], version: int
) -> Response[str]:
    """Show both values of what two people changed; the actor's stay in the fields, ready to be saved over."""
    present = Filling(visit=filling.visit, entity=filling.entity, id=filling.id, values={})
    now = await present.look(checked=False, offers=False)
    texts = base_of(now.state)
    base = json.loads(json.dumps(sheet.base))
    clashes = []
    for path, difference in differences.items():
        clashes.append(_both(filling, now, path, difference))
        row, _, name = path.rpartition(".")
        if row:
            mine, theirs = base_row(filling.values, base, row), base_row(filling.values, texts, row)
            if mine is not None and theirs is not None:
                mine[name] = theirs.get(name, "")
        else:
            base[path] = texts.get(path, "")
    again = replace(filling, base=base)
    filled = await again.look(checked=True)
    sheet = replace(sheet, base=base, version=version, clashes=tuple(clashes))
    return _page(again, filled, sheet, status=409)


def _both(filling: Filling, now: Filled, path: str, difference: Difference) -> Clash:
    attribute = attribute_at(filling, path)
    if attribute is None:
        return Clash(path, path, str(difference.mine or "–"), str(difference.theirs or "–"))

    def shown(value: Any) -> str:
        if value is None:
            return "–"
        if isinstance(value, str) and value.startswith("•••"):
            return value
        values = value if isinstance(value, list) else [value]
        titles = [now.preview.titles.get((attribute.target or "$user", str(each))) for each in values]
        if any(titles):
            return ", ".join(title or "…" for title in titles)
        return attribute.type.display(value, attribute.options, filling.visit.locale)

    label = attribute.label.get(filling.visit.locale)
    return Clash(path, label, shown(difference.mine), shown(difference.theirs))


def _page(filling: Filling, filled: Filled, sheet: Sheet, *, status: int = 200) -> Response[str]:
    """Return the page, or for htmx its form alone."""
    visit, entity = filling.visit, filling.entity
    here = f"/{entity.name}/{filling.id}" if filling.id is not None else f"/{entity.name}"
    action = f"{here}/edit" if filling.id is not None else f"{here}/new"
    uploads = any(f.type in {"file", "image", "signature"} for f in filled.state.controls())
    return visit.page(
        "form",
        status=status,
        block="form" if visit.partial else "",
        form=filled.state,
        sheet=sheet,
        base=json.dumps(sheet.base, ensure_ascii=False, separators=(",", ":"))
        if filling.id is not None
        else "",
        entity=entity,
        entity_label=entity.label.get(visit.locale),
        entity_plural=entity.plural.get(visit.locale),
        record_title=filled.preview.title,
        action=action,
        cancel=here,
        creating=filling.id is None,
        record_id=str(filling.id or ""),
        uploads=uploads,
        acknowledged=filling.acknowledged,
    )
