"""What a transition or an action asks for: read and checked like attributes of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formwright.attributes import Invalid as InvalidValue
from formwright.metadata.model import Attribute
from formwright.problems import Place, Problem, suggest
from formwright.services.attaching import FILES
from formwright.services.drafts import Draft
from formwright.services.files import is_foreign
from formwright.services.loading import fetch_records
from formwright.services.refusals import Invalid
from formwright.services.values import context_value, options_of
from formwright.storage.source import USER

__all__ = ["take_params"]


async def take_params(
    draft: Draft, ask: Mapping[str, Attribute], params: Mapping[str, Any], locale: str | None
) -> dict[str, Any]:
    """Return the canonical answers, and show them to expressions as ``params``; raise Invalid.

    Problems stand at ``params.<name>``.
    """
    problems = [
        Problem(
            "unknown-attribute", f"`{name[:60]}` is not asked for.", _at(name[:60]), suggest(name[:60], ask)
        )
        for name in params
        if name not in ask
    ]
    values: dict[str, Any] = {}
    for name, attribute in ask.items():
        values[name] = _read(draft, attribute, params.get(name), locale, problems)
    draft.params = {n: context_value(ask[n], v) for n, v in values.items() if v is not None}
    for name, attribute in ask.items():
        if values[name] is None and not any(p.place == _at(name) for p in problems):
            visible = await draft.holds(attribute.visible, failing=True)
            if visible and await draft.holds(attribute.required, failing=False):
                label = attribute.label.get(draft.work.actor.locale)
                problems.append(Problem("required", f"{label} is required.", _at(name)))
        elif values[name] is not None and not await _exists(draft, attribute, values[name]):
            problems.append(Problem("unknown-reference", "There is no such record.", _at(name)))
    if problems:
        raise Invalid(problems)
    return values


def _at(name: str) -> Place:
    return Place(field=f"params.{name}")


def _read(draft: Draft, attribute: Attribute, raw: Any, locale: str | None, problems: list[Problem]) -> Any:
    options = options_of(attribute, draft.new, draft.work.actor.zone if locale is not None else "")
    try:
        value = attribute.type.parse(raw, options, locale or "en")
        wrong = [] if value is None else list(attribute.type.check(value, options))
    except InvalidValue as invalid:
        value, wrong = None, [invalid]
    problems.extend(Problem(w.code, w.sentence, _at(attribute.name), w.hint) for w in wrong)
    return value


async def _exists(draft: Draft, attribute: Attribute, value: Any) -> bool:
    if attribute.type.name in FILES:
        return not await is_foreign(draft.work, value, missing=True)
    if attribute.type.kind != "record" or not (attribute.target or attribute.type.name == "user"):
        return True
    target = USER if attribute.type.name == "user" else attribute.target
    found = await fetch_records(draft.work, target, [value], {"deleted_at": {}} if target != USER else {})
    return value in found and "deleted_at" not in found[value]
