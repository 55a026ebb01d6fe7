"""States, transitions, actions and automations."""

from __future__ import annotations

from collections.abc import Iterable

from formwright.metadata.build.attributes import asked_attributes
from formwright.metadata.build.context import Workpiece
from formwright.metadata.build.effects import build_effects
from formwright.metadata.declarations import (
    ActionDeclaration,
    AutomationDeclaration,
    Name,
    TransitionDeclaration,
)
from formwright.metadata.model import Action, Automation, Lifecycle, State, Transition
from formwright.metadata.names import check_name
from formwright.problems import Severity, suggest

__all__ = ["build_actions", "build_automations", "build_lifecycle"]

EVENTS = ("created", "updated", "removed")


def build_lifecycle(piece: Workpiece) -> Lifecycle | None:
    """Return states and transitions, None when the entity type has none."""
    declared = piece.shape.declared.lifecycle
    if declared is None or not declared.states:
        if declared is not None and declared.states is not None:
            piece.problems.add("missing-key", "A lifecycle needs at least one state.", declared.place)
        return None
    states = {}
    for name, written in declared.states.items():
        check_name(name.scalar, "state", piece.problems)
        label = piece.label(("states", str(name), "label"), written.label, name)
        color = str(written.color or "secondary")
        states[str(name)] = State(
            name=str(name), label=label, color=color, final=bool(written.final), place=written.place
        )
    transitions = {}
    for name, move in (declared.transitions or {}).items():
        check_name(name.scalar, "transition", piece.problems)
        transitions[str(name)] = _transition(piece, name, move)
    _check_reachable(piece, declared.states, transitions.values())
    return Lifecycle(states=states, transitions=transitions)


def _transition(piece: Workpiece, name: Name, declared: TransitionDeclaration) -> Transition:
    path = ("transitions", str(name))
    dotted = f"lifecycle.transitions.{name}"
    ask, context = asked_attributes(piece, declared.ask, (*path, "ask"))
    to = str(declared.to) if declared.to and _is_state(piece, declared.to) else ""
    return Transition(
        name=str(name),
        label=piece.label((*path, "label"), declared.label, name),
        sources=_sources(piece, declared.sources or (), to),
        to=to,
        when=piece.expression(declared.when, f"{dotted}.when", context),
        otherwise=piece.text((*path, "otherwise"), declared.otherwise),
        by=piece.roles(declared.by),
        ask=ask,
        do=build_effects(piece, declared.do, f"{dotted}.do", context),
        confirm=piece.text((*path, "confirm"), declared.confirm),
        hidden=bool(declared.hidden),
        place=declared.place,
    )


def _sources(piece: Workpiece, names: Iterable[Name], to: str) -> tuple[str, ...]:
    """Return the states a transition leaves; `any` is every state but the one it leads to."""
    states = piece.shape.states
    found: list[str] = []
    for name in names:
        if name == "any" and "any" not in states:
            found.extend(state for state in states if state != to)
        elif _is_state(piece, name):
            found.append(str(name))
    return tuple(dict.fromkeys(found))


def _is_state(piece: Workpiece, name: Name) -> bool:
    return piece.known(name, piece.shape.states, "unknown-state", "state")


def _check_reachable(piece: Workpiece, states: Iterable[Name], transitions: Iterable[Transition]) -> None:
    """Warn of states that no chain of transitions reaches from the first one."""
    names = list(states)
    moves = list(transitions)
    if not all(move.to and move.sources for move in moves):
        return  # what is missing or misspelt is noted already
    reached = {str(names[0])}
    while found := {move.to for move in moves if set(move.sources) & reached} - reached:
        reached |= found
    for name in names:
        if name not in reached:
            sentence = f"No transition leads to the state `{name}`."
            piece.problems.add("unreachable-state", sentence, name.place, severity=Severity.WARNING)


def build_actions(piece: Workpiece) -> dict[str, Action]:
    """Return the actions by name."""
    found = {}
    for name, declared in (piece.shape.declared.actions or {}).items():
        check_name(name.scalar, "action", piece.problems)
        found[str(name)] = _action(piece, name, declared)
    return found


def _action(piece: Workpiece, name: Name, declared: ActionDeclaration) -> Action:
    path = ("actions", str(name))
    ask, _ = asked_attributes(piece, declared.ask, (*path, "ask"))
    if declared.call:
        piece.call(declared.call, declared.place_of("call"))
    return Action(
        name=str(name),
        label=piece.label((*path, "label"), declared.label, name),
        call=declared.call or "",
        by=piece.roles(declared.by),
        when=piece.expression(declared.when, f"actions.{name}.when"),
        ask=ask,
        place=declared.place,
    )


def build_automations(piece: Workpiece) -> tuple[Automation, ...]:
    """Return what happens on events, in order."""
    found = []
    for index, declared in enumerate(piece.shape.declared.on or ()):
        path = f"on.{index}"
        event = _event(piece, declared)
        condition = piece.expression(declared.condition, f"{path}.if")
        do = build_effects(piece, declared.do, f"{path}.do", piece.here)
        found.append(Automation(event=event, condition=condition, do=do, place=declared.place))
    return tuple(found)


def _event(piece: Workpiece, declared: AutomationDeclaration) -> str:
    """Return the event of an automation; note when it cannot happen."""
    name = declared.when
    if name is None:
        return ""
    kind, _, attribute = name.partition(":")
    if kind == "changed" and attribute:
        piece.attribute(name.part(len("changed:"), attribute))
        return str(name)
    lifecycle = piece.shape.declared.lifecycle
    known = [*EVENTS, *((lifecycle.transitions or {}) if lifecycle else {})]
    if name not in known:
        sentence = f"Nothing called `{name[:60]}` happens to `{piece.name}`."
        hint = suggest(name, known) or "write created, updated, removed, changed:attribute or a transition"
        piece.problems.add("unknown-event", sentence, name.place, hint)
    return str(name)
