"""Many operations in one request, or a stream of them, line by line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, post
from litestar.response import Response

from formwright.api.answers import JSON, NDJSON, json_answer
from formwright.api.bodies import check_type, object_body, read_json
from formwright.api.callers import shared_in
from formwright.api.commands import about
from formwright.api.lines import LineAnswer
from formwright.api.operations import operation_of, outcome_as_json
from formwright.api.refusals import TooLarge
from formwright.problems import Place, ProblemError, Problems, suggest
from formwright.services.bulk import Bulk, Operation, Outcome, bulk
from formwright.services.refusals import Invalid

__all__ = ["BULK"]

MODES = ("atomic", "partial")
AT_ONCE = 200
"""How many lines of a stream share a transaction."""


@post("/{entity:str}/bulk", status_code=200)
async def do_bulk(request: Request[Any, Any, Any]) -> Response[Any]:
    """Do up to 1,000 operations; or, as NDJSON, any number, each standing for itself."""
    told = about(request, query=("reason",))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == NDJSON:
        check_type(request, (NDJSON,))
        return LineAnswer(_answers(request, told))
    most = shared_in(request).settings.largest_bulk
    command = _command(await object_body(request, most=most, types=(JSON, NDJSON)), told)
    outcomes = await bulk(shared_in(request).runtime, command)
    failed = sum(1 for each in outcomes if each.problems)
    return json_answer(
        _plain(
            {
                "mode": "atomic" if command.atomic else "partial",
                "done": len(outcomes) - failed,
                "failed": failed,
                "results": [outcome_as_json(each) for each in outcomes],
            }
        )
    )


def _command(body: dict[str, Any], told: dict[str, Any]) -> Bulk:
    """Return the command in *body*; raise Invalid with everything that is wrong with its form."""
    problems = Problems()
    for name in body:
        if name not in ("mode", "operations"):
            hint = suggest(name[:60], ("mode", "operations"))
            problems.add("unknown-key", f"`{name[:60]}` is not known here.", Place(field=name[:60]), hint)
    mode, given = body.get("mode", "atomic"), body.get("operations")
    if mode not in MODES:
        problems.add("bad-mode", "`mode` is `atomic` or `partial`.", Place(field="mode"))
    if not isinstance(given, list):
        problems.add("not-a-list", "`operations` must be a list.", Place(field="operations"))
        given = []
    read = [operation_of(each, f"operations[{index}]", problems) for index, each in enumerate(given)]
    if problems:
        raise Invalid(tuple(problems))
    return Bulk(operations=[each for each in read if each is not None], atomic=mode == "atomic", **told)


def _plain(value: Any) -> bytes:
    """Return ASCII: a problem may quote half of a surrogate pair."""
    return json.dumps(value).encode()


@dataclass(slots=True)
class _Batch:
    """The lines of a stream that are done together: operations, or why a line is none, by index."""

    first: int
    operations: dict[int, Operation]
    refused: dict[int, Outcome]

    @property
    def end(self) -> int:
        return self.first + len(self.operations) + len(self.refused)

    def read(self, line: bytes) -> None:
        problems, index = Problems(), self.end
        try:
            operation = operation_of(read_json(line), "", problems)
        except ProblemError as error:
            problems.extend(error.problems)
            operation = None
        if operation is not None:
            self.operations[index] = operation
        else:
            self.refused[index] = Outcome(index=index, status=422, problems=tuple(problems))


async def _answers(request: Request[Any, Any, Any], told: dict[str, Any]) -> AsyncIterator[bytes]:
    """Yield a line for each line of the request, in order, as the portions are done."""
    runtime, key = shared_in(request).runtime, told["idempotency_key"]

    async def done(batch: _Batch) -> bytes:
        own = {**told, "idempotency_key": f"{key}:{batch.first}" if key else ""}
        command = Bulk(operations=list(batch.operations.values()), atomic=False, **own)
        outcomes = await bulk(runtime, command)
        found = {i: replace(o, index=i) for i, o in zip(batch.operations, outcomes, strict=True)}
        found.update(batch.refused)
        return b"".join(_plain(outcome_as_json(found[i])) + b"\n" for i in sorted(found))

    batch = _Batch(0, {}, {})
    try:
        async for line in _lines(request):
            batch.read(line)
            if batch.end - batch.first >= AT_ONCE:
                yield await done(batch)
                batch = _Batch(batch.end, {}, {})
        if batch.end > batch.first:
            yield await done(batch)
    except ProblemError as error:
        # The answer has begun: the last line says why there are no more.
        status = getattr(error, "status", 422)
        last = Outcome(index=batch.first, status=status, problems=error.problems)
        yield _plain(outcome_as_json(last)) + b"\n"


async def _lines(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """Yield the lines of the body that are not blank; raise TooLarge for one that is too long."""
    most, rest = shared_in(request).settings.largest_body, b""
    async for chunk in request.stream():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield line
        if len(rest) > most:
            raise TooLarge.of("body-too-large", f"At most {most:,} bytes fit into one line.")
    if rest.strip():
        yield rest


BULK = (do_bulk,)
