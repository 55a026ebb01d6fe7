"""Transitions and actions of a record: asked about where they ask, then done once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from formwright.metadata.model import Action, EntityType
from formwright.metadata.model import Transition as Declared
from formwright.problems import Problem, Severity, suggest
from formwright.services.acting import run_action
from formwright.services.commands import RunAction, Saved, Transition
from formwright.services.moves import transition
from formwright.services.refusals import Conflict, Forbidden, Invalid, NotFound, Stale
from formwright.services.viewing import View, choices_for, view
from formwright.web.flash import Flash, flash_cookie
from formwright.web.inputs import read_fields
from formwright.web.moves import PARAMS, Ask, ask_section
from formwright.web.pages.listing import entity_of
from formwright.web.records import record_page
from formwright.web.sessions import check_form, require_sign_in
from formwright.web.visit import Visit, visit_of

__all__ = ["MOVING", "ask_page"]

GUARDS = [require_sign_in]
TRANSITIONS, ACTIONS = "transitions", "actions"
Texts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What is to be done with which record, with the answers so far."""

    visit: Visit
    entity: EntityType
    id: UUID
    what: Declared | Action
    kind: str
    texts: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    key: str = ""
    acknowledged: frozenset[str] = frozenset()

    @property
    def address(self) -> str:
        """Where it is posted."""
        return f"/{self.entity.name}/{self.id}/{self.kind}/{self.what.name}"


def _doing(request: Request[Any, Any, Any], entity: str, identity: UUID, kind: str, name: str) -> Doing:
    visit = visit_of(request)
    found = entity_of(visit, entity)
    transitions = found.lifecycle.transitions if found.lifecycle is not None else {}
    shown = {n: t for n, t in transitions.items() if not t.hidden}
    known: Mapping[str, Declared | Action] = shown if kind == TRANSITIONS else found.actions
    if name not in known:
        label = found.label.get(visit.locale)
        sentence = visit.translate("{what} has nothing called `{name}`.", what=label, name=name[:60])
        raise NotFound.of("unknown-move", sentence, hint=suggest(name[:60], known))
    return Doing(visit=visit, entity=found, id=identity, what=known[name], kind=kind)


async def _look(doing: Doing) -> View:
    """Return the record with what references offer; raise Forbidden when the actor may not do it at all."""
    seen = await view(
        doing.visit.work.runtime,
        doing.entity.name,
        doing.id,
        doing.visit.person,
        asks=doing.what.ask.values(),
    )
    if seen.removed:
        raise Conflict([Problem("removed", doing.visit.translate("This record is removed."))], seen.version)
    return seen


def _against(doing: Doing, seen: View) -> tuple[Problem, ...]:
    """Return why it is not possible now, as far as the record tells; raise Forbidden without the right."""
    translate = doing.visit.translate
    label = doing.what.label.get(doing.visit.locale)
    if doing.kind == ACTIONS:
        found = next((each for each in seen.actions if each.action.name == doing.what.name), None)
        if found is None:
            raise Forbidden.of("forbidden", translate("You may not do this: {what}.", what=label))
        sentence = translate("“{what}” is not possible now.", what=label)
        return () if found.possible else (Problem("action-refused", sentence),)
    offer = next((each for each in seen.moves if each.transition.name == doing.what.name), None)
    if offer is not None:
        return offer.against
    return (Problem("E_TRANSITION", translate("“{what}” is not possible now.", what=label)),)


def ask_page(visit: Visit, seen: View, ask: Ask, status: int) -> Response[str]:
    """Return the page before something is done."""
    return visit.page(
        "ask",
        status=status,
        entity=seen.entity,
        entity_label=seen.entity.label.get(visit.locale),
        entity_plural=seen.entity.plural.get(visit.locale),
        record=record_page(visit, seen, ""),
        ask=ask,
    )


def _ask(doing: Doing, seen: View, problems: tuple[Problem, ...], status: int) -> Response[str]:
    what, locale = doing.what, doing.visit.locale
    confirm = what.confirm.get(locale) if isinstance(what, Declared) and what.confirm else ""
    section = ask_section(doing.visit, seen, what, doing.texts, problems)
    at_fields = {f.path for f in section.fields if f.visible} if section is not None else set()
    errors = tuple(p for p in problems if p.severity is Severity.ERROR)
    ask = Ask(
        label=what.label.get(locale),
        action=doing.address,
        confirm=confirm,
        section=section,
        problems=tuple(_located(doing, p, at_fields) for p in errors),
        warnings=tuple(p for p in problems if p.severity is Severity.WARNING),
        possible=not any(p.code in {"E_TRANSITION", "transition-refused", "action-refused"} for p in errors),
    )
    return ask_page(doing.visit, seen, ask, status)


def _located(doing: Doing, problem: Problem, at_fields: set[str]) -> Problem:
    """Return a problem at an attribute of the record with the label of the attribute in front."""
    name = problem.place.field
    attribute = doing.entity.attributes.get(name.partition("[")[0].partition(".")[0])
    if name in at_fields or attribute is None or attribute.name == "state":
        return problem
    label = attribute.label.get(doing.visit.locale)
    return problem if label in problem.sentence else replace(problem, sentence=f"{label}: {problem.sentence}")


async def _show(
    request: Request[Any, Any, Any], entity: str, identity: UUID, kind: str, name: str
) -> Response[str]:
    doing = _doing(request, entity, identity, kind, name)
    seen = await _look(doing)
    against = _against(doing, seen)
    return _ask(doing, seen, against, 409 if against else 200)


async def _do(
    request: Request[Any, Any, Any], entity: str, identity: UUID, kind: str, name: str
) -> Response[str] | Redirect:
    doing = _doing(request, entity, identity, kind, name)
    fields = [(n, v) for n, v in await read_fields(request) if isinstance(v, str)]
    controls = dict(fields)
    check_form(doing.visit, controls.get("_token", "") or request.headers.get("x-form-token", ""))
    version = controls.get("_version", "")
    doing = replace(
        doing,
        texts=_texts(doing, fields),
        version=int(version[:9]) if version.isascii() and version.isdigit() else None,
        key=controls.get("_key", "")[:200],
        acknowledged=frozenset(v for n, v in fields if n == "_acknowledged"),
    )
    try:
        saved = await _run(doing)
    except Stale as stale:
        sentence = doing.visit.translate("Somebody else changed this record meanwhile. Look at it once more.")
        return _ask(doing, await _look(doing), (Problem("stale", sentence),), stale.status)
    except (Conflict, Invalid) as refusal:
        return _ask(doing, await _look(doing), refusal.problems, refusal.status)
    return _done(doing, saved)


def _texts(doing: Doing, fields: list[tuple[str, str]]) -> Texts:
    """Return what was typed by the name of what is asked; other names are kept, to be refused."""
    found: Texts = {}
    for path, text in fields:
        if path.startswith(PARAMS):
            name = path[len(PARAMS) :][:60]
            attribute = doing.what.ask.get(name)
            several = attribute is not None and (attribute.type.multiple or name in found)
            found[name] = [*_listed(found.get(name)), text] if several else text
    return found


def _listed(value: Any) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]


async def _run(doing: Doing) -> Saved:
    runtime = doing.visit.work.runtime
    about: dict[str, Any] = {
        "entity": doing.entity.name,
        "id": doing.id,
        "name": doing.what.name,
        "params": doing.texts,
        "version": doing.version,
        "actor": doing.visit.person,
        "channel": "form",
        "form_locale": doing.visit.locale,
        "idempotency_key": doing.key,
        "acknowledged": doing.acknowledged,
    }
    if doing.kind == ACTIONS:
        return await run_action(runtime, RunAction(**about))
    return await transition(runtime, Transition(**about))


def _done(doing: Doing, saved: Saved) -> Redirect:
    visit = doing.visit
    label = doing.what.label.get(visit.locale)
    result = saved.result if isinstance(saved.result, str) else ""
    sentence = result[:300] or visit.translate("{what}: done.", what=label)
    settings = visit.work.settings
    cookie = flash_cookie(Flash(sentence), settings.secret, secure=settings.secure)
    return Redirect(f"/{doing.entity.name}/{doing.id}", status_code=303, cookies=[cookie])


async def _options(request: Request[Any, Any, Any], doing: Doing, attribute: str) -> Response[Any]:
    asked = doing.what.ask.get(attribute)
    if asked is None:
        raise NotFound.of("unknown-page", doing.visit.translate("There is no such page."))
    text = request.query_params.get("q", "")[:200]
    found = await choices_for(
        doing.visit.work.runtime, doing.entity.name, doing.id, doing.visit.person, asked, text=text
    )
    body = [{"value": each.value, "text": each.title, "hint": each.hint} for each in found]
    return Response(body, headers={"Cache-Control": "no-store"})


@get("/{entity:str}/{id:uuid}/transitions/{name:str}", guards=GUARDS)
async def ask_transition(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
    name: FromPath[str],
) -> Response[str]:
    """Show what a transition asks."""
    return await _show(request, entity, id, TRANSITIONS, name)


@post("/{entity:str}/{id:uuid}/transitions/{name:str}", guards=GUARDS, status_code=303)
async def take_transition(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
    name: FromPath[str],
) -> Response[str] | Redirect:
    """Take a transition."""
    return await _do(request, entity, id, TRANSITIONS, name)


@get("/{entity:str}/{id:uuid}/transitions/{name:str}/options/{attribute:str}", guards=GUARDS)
async def transition_options(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
    name: FromPath[str],
    attribute: FromPath[str],
) -> Response[Any]:
    """Return what a reference that a transition asks for offers for the words in ``q``."""
    return await _options(request, _doing(request, entity, id, TRANSITIONS, name), attribute)


@get("/{entity:str}/{id:uuid}/actions/{name:str}", guards=GUARDS)
async def ask_action(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
    name: FromPath[str],
) -> Response[str]:
    """Show what an action asks."""
    return await _show(request, entity, id, ACTIONS, name)


@post("/{entity:str}/{id:uuid}/actions/{name:str}", guards=GUARDS, status_code=303)
async def take_action(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
    name: FromPath[str],
) -> Response[str] | Redirect:
    """Run an action."""
    return await _do(request, entity, id, ACTIONS, name)


@get("/{entity:str}/{id:uuid}/actions/{name:str}/options/{attribute:str}", guards=GUARDS)
async def action_options(
    request: Request[Any, Any, Any],
    entity: FromPath[str],
    id: FromPath[UUID],  # noqa: A002
    name: FromPath[str],
    attribute: FromPath[str],
) -> Response[Any]:
    """Return what a reference that an action asks for offers for the words in ``q``."""
    return await _options(request, _doing(request, entity, id, ACTIONS, name), attribute)


MOVING = (ask_transition, take_transition, transition_options, ask_action, take_action, action_options)
