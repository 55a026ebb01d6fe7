"""The steps that every write shares: complete a draft, check it, write it, and do what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from formwright.access import masked_text
from formwright.metadata.model import Automation, Effect
from formwright.problems import Problem
from formwright.services.commands import Saved
from formwright.services.computing import compute, fill_defaults
from formwright.services.dependents import update_parents
from formwright.services.drafts import Draft, refresh_all
from formwright.services.effects import fire, run_effects
from formwright.services.numbers import give_numbers
from formwright.services.probes import Probes
from formwright.services.references import ask_references, check_references, check_rings
from formwright.services.refusals import Difference, Forbidden, Invalid, Refusal, Stale
from formwright.services.rights import allowed
from formwright.services.rules import check_rules, check_values, settle_visibility
from formwright.services.uniqueness import ask_unique, tell_unique, wanted_unique
from formwright.services.writing import Writing, write_all

__all__ = [
    "Fired",
    "check",
    "check_version",
    "complete",
    "complete_all",
    "fill",
    "follow",
    "refuse_stale",
    "run_fired",
    "saved_of",
    "tree",
    "visible_differences",
    "write_tree",
    "write_trees",
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
    (outcome,) = await complete_all([draft], events, Probes())
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


async def complete_all(
    roots: Sequence[Draft], events: frozenset[str], probes: Probes
) -> list[Fired | Refusal]:
    """Do the same for several records, and return for each what fired, or why it is refused.

    What they ask the database is asked together, with *probes*; nothing of
    one is seen by another.
    """
    await _fill_all(roots)
    fired: list[Fired] = []
    hidden: dict[Draft, set[str]] = {}
    for root in roots:
        before = _state(root)
        fired.append([(each, await fire(each, _events(each, root, events))) for each in tree(root)])
        hidden.update([(each, await settle_visibility(each)) for each in tree(root)])
        if _state(root) != before or _looks_up(root):
            await compute(root)
    await _check_all(roots, hidden, probes)
    return [await _outcome(root, each) for root, each in zip(roots, fired, strict=True)]


def _state(root: Draft) -> int:
    """Return a number that is another one after any value of the record or its children has changed."""
    return sum(each.edits for each in tree(root))


def _looks_up(root: Draft) -> bool:
    """Return whether rows read their parent while it reads them: then computing once may not be enough."""
    return any(each.needs.parent for each in tree(root) if each is not root)


async def _outcome(root: Draft, fired: Fired) -> Fired | Refusal:
    try:
        await _check_rights(root)
    except Forbidden as refusal:
        return refusal
    problems = tuple(root.problems)
    return Invalid(problems) if problems else fired


async def fill(draft: Draft) -> None:
    """Give new records their defaults, and every record its computed values."""
    await _fill_all([draft])


async def _fill_all(roots: Sequence[Draft]) -> None:
    everyone = [each for root in roots for each in tree(root)]
    await refresh_all(everyone)
    await fill_defaults([each for each in everyone if each.old is None])
    for root in roots:
        await compute(root)


async def check(draft: Draft, hidden: Mapping[Draft, set[str]]) -> None:
    """Note every problem of the draft and its children; *hidden* names the attributes that rules hide."""
    await _check_all([draft], hidden, Probes())


async def _check_all(roots: Sequence[Draft], hidden: Mapping[Draft, set[str]], probes: Probes) -> None:
    everyone = [each for root in roots for each in tree(root)]
    wanted = {each: await wanted_unique(each) for each in everyone}
    for each in everyone:
        ask_references(each, probes)
        ask_unique(each, wanted[each], probes)
    if everyone:
        await probes.ask(everyone[0].work)
    for each in everyone:
        await check_values(each, hidden[each])
        await check_rules(each)
        await check_references(each, probes)
        tell_unique(each, wanted[each], probes)
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
    return await write_trees([draft], op, [payload or {}])


async def write_trees(
    roots: Sequence[Draft], op: str, payloads: Sequence[Mapping[str, object]] = ()
) -> list[Draft]:
    """Write several records and their children, level by level; *payloads* are one for each record."""
    from formwright.services.removing import remove_draft

    await give_numbers([each for root in roots for each in tree(root) if each.old is None])
    told = payloads or [{}] * len(roots)
    level = [Writing(root, op, payload) for root, payload in zip(roots, told, strict=True)]
    written: list[Draft] = []
    while level:
        due = [e for e in level if e.draft.old is None or e.draft.changes() or e.draft.accepted]
        await write_all(due)
        written += [each.draft for each in due]
        children = [c for e in level for drafts in e.draft.children.values() for c in drafts]
        for child in children:
            if child.removed and child.old is not None:
                written += await remove_draft(child)
        staying = (child for child in children if not child.removed)
        level = [Writing(c, "create" if c.old is None else "update") for c in staying]
    return written


async def follow(written: list[Draft], fired: Fired, effects: tuple[Effect, ...] = ()) -> None:
    """Do what follows from a write: effects of the transition, automations, computed values of parents."""
    await update_parents(written)
    if written and effects:
        await run_effects(written[0], effects)
    await run_fired(fired)


async def run_fired(fired: Fired) -> None:
    """Run the effects of the automations that fired."""
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
