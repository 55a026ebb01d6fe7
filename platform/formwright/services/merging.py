"""Takes input into a draft: what may be written, read as values; what may not, as problems at the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from formwright.attributes import Invalid
from formwright.metadata.model import Attribute
from formwright.problems import Problem, suggest
from formwright.services.drafts import Draft
from formwright.services.refusals import Difference
from formwright.services.values import differ, options_of, problem_of

__all__ = ["ROW_KEYS", "SET_BY_SYSTEM", "merge", "merge_type", "read_input"]

ROW_KEYS = frozenset({"id", "version", "_remove"})
"""Keys of a child row that say which row is meant and are no input."""

SET_BY_SYSTEM = frozenset(
    {
        "id",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "deleted_at",
        "release",
        "number",
    }
)


def merge_type(draft: Draft, values: Mapping[str, Any], locale: str | None) -> None:
    """Decide the sub-type first: which attributes there are depends on it.

    A change of type clears the values of attributes that the new type does
    not have; the history keeps them.
    """
    entity = draft.entity
    if "type" in values and entity.types:
        read = read_input(draft, entity.attributes["type"], values["type"], locale)
        _decide_type(draft, read)
    elif draft.old is None and entity.types:
        default = entity.attributes["type"].default
        if default is not None and isinstance(default.literal, str):
            draft.put("type", default.literal)
    if draft.old is not None and draft.changed("type"):
        for name, attribute in entity.attributes.items():
            if (
                attribute.type.stored
                and not attribute.belongs_to(draft.type)
                and draft.new.get(name) is not None
            ):
                draft.put(name, None)


def _decide_type(draft: Draft, read: Any) -> None:
    if isinstance(read, Problem):
        draft.problems.extend([read])
        return
    if read is None:
        return  # the check of required values speaks about this
    sub_type = draft.entity.types.get(read)
    if sub_type is None or sub_type.abstract:
        known = [name for name, each in draft.entity.types.items() if not each.abstract]
        draft.say("unknown-type", f"There is no type `{str(read)[:60]}`.", "type", suggest(read, known))
        return
    if differ(draft.was("type"), read):
        draft.given.add("type")
    draft.put("type", read)


def merge(
    draft: Draft, values: Mapping[str, Any], locale: str | None, base: Mapping[str, Any] | None = None
) -> dict[str, Difference]:
    """Put *values* into the draft, except children, which are drafts of their own.

    With *base* only what the actor changed counts, and attributes that others
    changed meanwhile are returned as differences where both changed them.
    """
    differences: dict[str, Difference] = {}
    for name, raw in values.items():
        attribute = draft.entity.attributes.get(name)
        if name == "type" and draft.entity.types:
            _check_type_right(draft)
            continue
        problem = _refused(draft, name, attribute)
        if problem is not None or attribute is None:
            draft.problems.extend([problem] if problem else [])
            continue
        if not attribute.type.stored:
            continue
        read = read_input(draft, attribute, raw, locale)
        if isinstance(read, Problem):
            draft.problems.extend([read])
        elif base is None:
            _take(draft, attribute, read)
        else:
            found = _merge_one(draft, attribute, read, base, locale)
            if found is not None:
                differences[name] = found
    return differences


def _merge_one(
    draft: Draft, attribute: Attribute, mine: Any, base: Mapping[str, Any], locale: str | None
) -> Difference | None:
    name, theirs = attribute.name, draft.was(attribute.name)
    if name not in base:
        if differ(mine, theirs):
            _take(draft, attribute, mine)
        return None
    origin = read_input(draft, attribute, base[name], locale)
    origin = None if isinstance(origin, Problem) else origin
    if not differ(mine, origin) or not differ(mine, theirs):
        return None
    if differ(theirs, origin):
        return Difference(origin, mine, theirs)
    _take(draft, attribute, mine)
    return None


def _take(draft: Draft, attribute: Attribute, value: Any) -> None:
    """Write a value; what is not writable by itself is a problem only when it would change."""
    name = attribute.name
    if draft.old is not None and not differ(draft.was(name), value):
        return
    for code, sentence, hint in _against(draft, attribute):
        if value is not None or draft.old is not None:
            draft.say(code, sentence, name, hint)
        return
    draft.given.add(name)
    draft.put(name, value)


def _against(draft: Draft, attribute: Attribute) -> Iterator[tuple[str, str, str]]:
    """Yield why nobody, or not this actor, writes the attribute in this way."""
    label = attribute.label.get(draft.work.actor.locale)
    trusted = draft.work.rights.system
    if attribute.computed is not None:
        yield "computed-attribute", f"{label} is computed and cannot be written.", "leave it out"
    elif attribute.name == "state":
        if not trusted:
            yield "state-by-transition", "The state changes by a transition only.", "take a transition"
    elif trusted:
        return
    elif attribute.name in SET_BY_SYSTEM or attribute.readonly is True:
        yield "readonly-attribute", f"{label} cannot be written.", "leave it out"
    elif not draft.rights.writable(attribute.name):
        yield "not-writable", f"You may not change {label}.", "leave it out"


def _refused(draft: Draft, name: str, attribute: Attribute | None) -> Problem | None:
    """Return the problem of an attribute that is not there for this actor or this sub-type."""
    if attribute is None or not draft.rights.readable(name):
        known = [n for n in draft.attributes if draft.rights.readable(n)]
        sentence = f"{draft.entity.label} has no attribute `{name[:60]}`."
        return Problem("unknown-attribute", sentence, draft.at(name[:60]), suggest(name[:60], known))
    if not attribute.belongs_to(draft.type):
        label, kinds = attribute.label.get(draft.work.actor.locale), ", ".join(sorted(attribute.types))
        return Problem("other-type", f"{label} belongs to other types only: {kinds}.", draft.at(name))
    return None


def _check_type_right(draft: Draft) -> None:
    attribute = draft.entity.attributes["type"]
    if not draft.changed("type") or draft.old is None:
        return
    for code, sentence, hint in _against(draft, attribute):
        draft.say(code, sentence, "type", hint)


def read_input(draft: Draft, attribute: Attribute, raw: Any, locale: str | None) -> Any:
    """Return the canonical value of an input, or the problem with it.

    The mask that the actor was shown instead of the value means: unchanged.
    """
    name = attribute.name
    if name in draft.rights.masked and isinstance(raw, str) and raw.startswith("•••"):
        return draft.was(name)
    options = options_of(attribute, draft.new, draft.work.actor.zone if locale is not None else "")
    try:
        return attribute.type.parse(raw, options, locale or "en")
    except Invalid as invalid:
        return problem_of(invalid, draft.at(name).field)
    except (ValueError, TypeError, RecursionError, OverflowError):
        # An attribute type of a plugin may not know every odd input; the input is bad all the same.
        label = attribute.label.get(draft.work.actor.locale)
        return Problem("bad-value", f"This is no value of {label}.", draft.at(name))
