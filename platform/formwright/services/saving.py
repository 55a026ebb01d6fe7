"""The steps that every write shares: complete a draft, check it, write it, and do what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from formwright.access import masked_text
from formwright.metadata.model import Automation, Effect
from formwright.problems import Problem
from formwright.services.commands import Saved
from formwright.services.computing import compute, fill_defaults
from formwright.services.dependents import update_parents
from formwright.services.drafts import Draft
from formwright.services.effects import fire, run_effects
from formwright.services.numbers import give_number
from formwright.services.references import check_references, check_rings
from formwright.services.refusals import Difference, Forbidden, Invalid, Stale
from formwright.services.rights import allowed
from formwright.services.rules import check_rules, check_values, settle_visibility
from formwright.services.uniqueness import check_unique
from formwright.services.writing import write

__all__ = [
    "Fired",
    "check",
    "check_version",
    "complete",
    "fill",
    "follow",
    "saved_of",
    "tree",
    "visible_differences",
    "write_tree",
]

Fired = list[tuple[Draft, list[Automation]]]


def tree(draft: Draft) -> Iterator[Draft]:
    """Yield the draft and all drafts of its children that stay, parents first."""
    yield draft
    for drafts in draft.children.values():
        for child in drafts:
            if not child.removed:
                yield from tree(child)


async def complete(draft: Draft, events: frozenset[str]) -> Fired:
    """Fill, compute and check the draft and its children; return the automations that fired.

    Raises Invalid with every problem, Forbidden when the actor may not have
    the record as it would be.
    """
    await fill(draft)
    fired = [(each, await fire(each, _events(each, draft, events))) for each in tree(draft)]
    hidden = {each: await settle_visibility(each) for each in tree(draft)}
    await compute(draft)
    await check(draft, hidden)
    await _check_rights(draft)
    problems = tuple(draft.problems)
    if problems:
        raise Invalid(problems)
    return fired


async def fill(draft: Draft) -> None:
    """Give new records their defaults, and every record its computed values."""
    for each in tree(draft):
        if each.old is None:
            await each.refresh()
            await fill_defaults(each)
    await compute(draft)


async def check(draft: Draft, hidden: Mapping[Draft, set[str]]) -> None:
    """Note every problem of the draft and its children; *hidden* names the attributes that rules hide."""
    for each in tree(draft):
        await check_values(each, hidden[each])
        await check_rules(each)
        await check_references(each)
        await check_unique(each)
        await check_rings(each)


def _events(draft: Draft, root: Draft, events: frozenset[str]) -> frozenset[str]:
    if draft is root:
        return events
    return frozenset({"created"}) if draft.old is None else frozenset({"updated"} if draft.changes() else ())


async def _check_rights(draft: Draft) -> None:
    """Check the rights to what is new and, for rows of children, to what they become."""
    if draft.old is None and not await allowed(draft, "create", before=False):
        label = draft.entity.label.get(draft.work.actor.locale)
        raise Forbidden.of("forbidden", f"You may not create this: {label}.")
    for drafts in draft.children.values():
        for child in drafts:
            action = _action(child)
            if action and not await allowed(child, action, before=child.old is not None):
                child.say("forbidden", f"You may not {action} this row.")
            if not child.removed and child.old is not None:
                await _check_rights(child)


def _action(child: Draft) -> str:
    if child.removed:
        return "delete"
    if child.old is None:
        return "create"
    return "update" if child.given else ""


async def write_tree(draft: Draft, op: str, payload: dict[str, object] | None = None) -> list[Draft]:
    """Write the record when anything changed, then its children; return what was written."""
    from formwright.services.removing import remove_draft

    written: list[Draft] = []
    if draft.old is None or draft.changes() or draft.accepted:
        await give_number(draft)
        await write(draft, op, payload)
        written.append(draft)
    for drafts in draft.children.values():
        for child in drafts:
            if not child.removed:
                written += await write_tree(child, "create" if child.old is None else "update")
            elif child.old is not None:
                written += await remove_draft(child)
    return written


async def follow(written: list[Draft], fired: Fired, effects: tuple[Effect, ...] = ()) -> None:
    """Do what follows from a write: effects of the transition, automations, computed values of parents."""
    await update_parents(written)
    if written and effects:
        await run_effects(written[0], effects)
    for draft, automations in fired:
        for automation in automations:
            await run_effects(draft, automation.do)


def check_version(draft: Draft, version: int | None) -> bool:
    """Return whether the command was given for an older version than the record has."""
    return draft.old is not None and version is not None and draft.was("version") != version


def refuse_stale(draft: Draft) -> Stale:
    """Return the refusal of a command for an old version, with both values where they differ."""
    mine = {name: Difference(None, draft.new.get(name), draft.was(name)) for name in sorted(draft.given)}
    sentence = f"The record has version {draft.was('version')} now: somebody else changed it meanwhile."
    problem = Problem("stale", sentence, hint="read it again and repeat the change")
    return Stale([problem], draft.was("version"), visible_differences(draft, mine))


def visible_differences(draft: Draft, differences: dict[str, Difference]) -> dict[str, Difference]:
    """Return *differences* with what the actor sees masked only as a mask."""
    masked = draft.rights.masked
    return {
        name: Difference(None, each.mine, masked_text(str(each.theirs or ""))) if name in masked else each
        for name, each in differences.items()
    }


def saved_of(draft: Draft, warnings: list[Problem] | None = None, changed: tuple[str, ...] = ()) -> Saved:
    """Return the answer for a record that was written."""
    return Saved(
        id=draft.id,
        number=draft.new.get("number") or "",
        version=draft.new.get("version") or 0,
        changed=changed,
        warnings=tuple(warnings or ()),
    )
