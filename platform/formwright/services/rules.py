"""Checks a draft: visible, required, read-only, the values themselves, and the rules of the entity type."""

from __future__ import annotations

from dataclasses import replace

from formwright.metadata.model import Attribute, Rule
from formwright.problems import Place, Problem, ProblemError, Severity
from formwright.services.drafts import Draft
from formwright.services.values import options_of, problem_of

__all__ = ["check_rules", "check_values", "settle_visibility"]


async def settle_visibility(draft: Draft) -> set[str]:
    """Return the attributes that rules hide; those with ``on_hide: clear`` lose their value."""
    hidden = set()
    for attribute in draft.traits.changing:
        if not await draft.holds(attribute.visible, failing=True):
            hidden.add(attribute.name)
            kept = draft.new.get(attribute.name)
            if attribute.on_hide == "clear" and attribute.type.stored and kept is not None:
                draft.put(attribute.name, None)
    return hidden


async def check_values(draft: Draft, hidden: set[str]) -> None:
    """Note what is wrong attribute by attribute: read-only, missing, out of bounds."""
    for name, attribute in draft.attributes.items():
        if name in draft.given:
            await _check_readonly(draft, attribute)
        await _check_required(draft, attribute, hidden)
        value = draft.new.get(name)
        if value is not None and attribute.type.stored and (draft.old is None or draft.changed(name)):
            for invalid in attribute.type.check(value, options_of(attribute, draft.new)):
                draft.problems.extend([problem_of(invalid, draft.at(name).field)])
        if name in draft.children:
            for invalid in attribute.type.check(draft.fields.get(name) or [], attribute.options):
                draft.problems.extend([problem_of(invalid, draft.at(name).field)])


async def _check_readonly(draft: Draft, attribute: Attribute) -> None:
    """Refuse a change of what a rule makes read-only; the attribute counts with its value of before."""
    if attribute.readonly is False or attribute.readonly is True or draft.work.rights.system:
        return
    name, written = attribute.name, draft.new.get(attribute.name)
    draft.put(name, draft.was(name))
    readonly = await draft.holds(attribute.readonly, failing=True)
    draft.put(name, written)
    if readonly:
        label = attribute.label.get(draft.work.actor.locale)
        draft.say("readonly-now", f"{label} cannot be changed as things are.", name)
    elif draft.needs.record.get(name):
        await draft.refresh()


async def _check_required(draft: Draft, attribute: Attribute, hidden: set[str]) -> None:
    name = attribute.name
    if attribute.required is False or attribute.computed is not None or name in hidden:
        return
    present = draft.fields.get(name)
    if (present is not None and present != []) or (not attribute.type.stored and name not in draft.fields):
        return
    if not draft.broken(name) and await draft.holds(attribute.required, failing=False):
        draft.say("required", f"{attribute.label.get(draft.work.actor.locale)} is required.", name)


async def check_rules(draft: Draft) -> None:
    """Note the rules that are broken.

    A broken rule of severity ``warning`` stops until the command acknowledges
    it by name; ``info`` never stops.
    """
    for rule in draft.entity.rules:
        if (not rule.types or draft.type in rule.types) and not _reads_broken(draft, rule):
            problem = await _broken(draft, rule)
            if problem is not None:
                _note(draft, rule, problem)


def _reads_broken(draft: Draft, rule: Rule) -> bool:
    """Return whether the rule reads a value that could not even be read: then it can say nothing."""
    paths = rule.valid.dependencies | (rule.when.dependencies if rule.when else frozenset())
    return any(draft.broken(path.replace("[", ".").split(".", 1)[0]) for path in paths)


async def _broken(draft: Draft, rule: Rule) -> Problem | None:
    first, *others = (draft.at(name) for name in rule.fields or ("",))
    place = first if rule.fields else Place(field=draft.path)
    try:
        if rule.when is not None and not rule.when.true(await draft.asked(rule.when)):
            return None
        if rule.valid.true(await draft.asked(rule.valid)):
            return None
    except ProblemError as error:
        sentence = f"Rule `{rule.name}` cannot be evaluated: {error.problems[0].sentence}"
        return Problem("E_EXPR", sentence, place, related=(rule.place,))
    sentence = rule.message.get(draft.work.actor.locale)
    return Problem(rule.name, sentence, place, severity=Severity(rule.severity), related=tuple(others))


def _note(draft: Draft, rule: Rule, problem: Problem) -> None:
    if problem.severity is Severity.INFO:
        draft.warnings.append(problem)
    elif problem.severity is Severity.WARNING:
        if rule.name in draft.work.acknowledged or draft.work.rights.system:
            draft.accepted.add(rule.name)
            draft.warnings.append(problem)
        else:
            hint = f"acknowledge `{rule.name}` to save all the same"
            draft.problems.extend([replace(problem, hint=hint)])
    else:
        draft.problems.extend([problem])
