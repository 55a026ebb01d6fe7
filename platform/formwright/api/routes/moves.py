"""What is done with a record besides changing values, and what was done: transitions, actions, history."""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post
from litestar.response import Response

from formwright.api.answers import encoded, etag, json_answer, version_wanted
from formwright.api.asking import number_in, parameters
from formwright.api.bodies import object_body
from formwright.api.callers import actor_in, shared_in
from formwright.api.commands import about, entity_in, identity_in, recorded, saved_answer
from formwright.metadata.model import EntityType
from formwright.services.acting import run_action
from formwright.services.commands import RunAction, Transition
from formwright.services.history import MOST, Entry, history_of
from formwright.services.moves import transition
from formwright.services.values import dumped

__all__ = ["MOVES"]

Asked = Request[Any, Any, Any]


async def _command(request: Asked) -> dict[str, Any]:
    most = shared_in(request).settings.largest_body
    return {
        **about(request),
        "id": identity_in(request),
        "version": version_wanted(request, required=False),
        "name": str(request.path_params["name"]),
        "params": await object_body(request, most=most, optional=True),
    }


@post("/{entity:str}/{id:str}/transitions/{name:str}", status_code=200)
async def take_transition(request: Asked) -> Response[bytes]:
    """Take a transition; the body answers what it asks for."""
    saved = await transition(shared_in(request).runtime, Transition(**await _command(request)))
    return await saved_answer(request, saved)


@post("/{entity:str}/{id:str}/actions/{name:str}", status_code=200)
async def take_action(request: Asked) -> Response[bytes]:
    """Run an action; the answer holds its result and the record."""
    saved = await run_action(shared_in(request).runtime, RunAction(**await _command(request)))
    document = await recorded(request, saved)
    body = b'{"result":' + encoded(saved.result) + b',"record":' + document.body + b"}"
    answer = json_answer(body)
    answer.headers["ETag"] = etag(document.version)
    if saved.repeated:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


@get("/{entity:str}/{id:str}/history")
async def get_history(request: Asked) -> Response[bytes]:
    """Return the versions of a record, the newest first."""
    given = parameters(request, ("before", "limit"))
    limit = number_in(given, "limit", 50, MOST - 1)
    before = number_in(given, "before", 0, 2**31 - 1) or None
    entity = entity_in(request)
    found = await history_of(
        shared_in(request).runtime,
        entity.name,
        identity_in(request),
        actor_in(request),
        before=before,
        limit=limit + 1,
    )
    items = [_entry(entity, each) for each in found[:limit]]
    more = found[limit - 1].version if len(found) > limit else None
    return json_answer(encoded({"items": items, "next": more}))


def _entry(entity: EntityType, entry: Entry) -> dict[str, Any]:
    return {
        "version": entry.version,
        "at": entry.at.isoformat(),
        "op": entry.op,
        "actor": entry.actor or None,
        "channel": entry.channel,
        "reason": entry.reason,
        "request_id": entry.request_id,
        "release": entry.release,
        "changes": {
            change.attribute: {
                "old": _dumped(entity, change.attribute, change.old),
                "new": _dumped(entity, change.attribute, change.new),
            }
            for change in entry.changes
        },
        "acknowledged": entry.acknowledged,
    }


def _dumped(entity: EntityType, name: str, value: Any) -> Any:
    """Return the JSON form; a mask is a text already."""
    attribute = entity.attributes[name]
    masked = isinstance(value, str) and value.startswith("•••")
    return value if masked else dumped(attribute, value)


MOVES = (take_transition, take_action, get_history)
