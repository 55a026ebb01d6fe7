"""Effects of transitions, actions and automations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from formwright.expressions import Kind, Type
from formwright.metadata.build.context import Context, Workpiece
from formwright.metadata.declarations import EffectDeclaration, Given, Name, NotifyDeclaration, Words
from formwright.metadata.model import Effect, Value
from formwright.metadata.names import check_name
from formwright.metadata.options import plain
from formwright.problems import suggest

__all__ = ["build_effects"]

KINDS = ("set", "create", "emit", "notify", "call")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
FIXED = (
    "id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "release",
    "state",
)


def build_effects(
    piece: Workpiece, effects: Iterable[EffectDeclaration] | None, path: str, context: Context
) -> tuple[Effect, ...]:
    """Return the effects in order; those with problems are left out."""
    found = [_effect(piece, each, f"{path}.{index}", context) for index, each in enumerate(effects or ())]
    return tuple(effect for effect in found if effect)


def _effect(piece: Workpiece, declared: EffectDeclaration, path: str, context: Context) -> Effect | None:
    given = [kind for kind in KINDS if kind in declared.node.entries]
    if len(given) != 1:
        sentence = "An effect is exactly one of `set`, `create`, `emit`, `notify`, `call`."
        piece.problems.add("bad-effect", sentence, declared.place, "write each effect as an item of its own")
        return None
    kind = given[0]
    _check_companions(piece, declared, kind)
    if kind == "set" and declared.set:
        values = _values(piece, declared.set, piece.name, f"{path}.set", context)
        return Effect(kind="set", values=values, place=declared.place)
    if kind == "create" and declared.create:
        return _create(piece, declared, declared.create, path, context)
    if kind == "notify" and declared.notify:
        return _notify(piece, declared.notify, path, context)
    if kind == "call" and declared.call:
        piece.call(declared.call, declared.place_of("call"))
        arguments = _arguments(piece, declared.with_, f"{path}.with", context)
        return Effect(kind="call", target=declared.call, values=arguments, place=declared.place)
    if kind == "emit" and declared.emit:
        name = declared.emit
        if all(check_name(name.part(0, part).scalar, "event", piece.problems) for part in name.split(".")):
            return Effect(kind="emit", target=str(name), place=declared.place)
    return None


def _check_companions(piece: Workpiece, declared: EffectDeclaration, kind: str) -> None:
    for key, owner in (("values", "create"), ("with", "call")):
        if key in declared.node.entries and kind != owner:
            place = declared.node.entries[key].key.place
            piece.problems.add("bad-effect", f"`{key}` belongs to `{owner}`, not to `{kind}`.", place)


def _create(
    piece: Workpiece, declared: EffectDeclaration, name: Name, path: str, context: Context
) -> Effect | None:
    if not piece.entity(name):
        return None
    values = _values(piece, declared.values or {}, str(name), f"{path}.values", context)
    return Effect(kind="create", target=str(name), values=values, place=declared.place)


def _values(
    piece: Workpiece, given: Mapping[Name, Given], entity: str, path: str, context: Context
) -> dict[str, Value]:
    """Return values for attributes of *entity*; note attributes that effects cannot write."""
    found = {}
    for name, each in given.items():
        outline = piece.attribute(name, entity)
        if outline is None:
            continue
        computed = outline.declared is not None and outline.declared.computed is not None
        if name in FIXED or computed or (outline.kind is not None and not outline.kind.stored):
            reason = "it is computed" if computed else "the system keeps it"
            hint = "write a transition" if name == "state" else ""
            piece.problems.add("not-settable", f"`{name}` cannot be set: {reason}.", name.place, hint)
            continue
        value = piece.value(each, outline, f"{path}.{name}", context)
        if value is not None:
            found[str(name)] = value
    return found


def _arguments(
    piece: Workpiece, given: Mapping[Name, Given] | None, path: str, context: Context
) -> dict[str, Value]:
    """Return the arguments of a plugin call: plain values, or expressions of any type."""
    found = {}
    for name, each in (given or {}).items():
        if each.jexl is None:
            found[str(name)] = Value(literal=plain(each.node))
            continue
        expression = piece.expression(each.jexl, f"{path}.{name}", context, expects=None)
        if expression is not None:
            found[str(name)] = Value(expression=expression)
    return found


def _notify(piece: Workpiece, declared: NotifyDeclaration, path: str, context: Context) -> Effect | None:
    if (declared.role is None) == (declared.to is None):
        sentence = "`notify` needs `role` or `to`, and not both."
        piece.problems.add("bad-effect", sentence, declared.place)
        return None
    values: dict[str, Value] = {}
    if declared.to is not None:
        user = Type(Kind.RECORD, optional=True, entity="$user")
        expression = piece.expression(declared.to, f"{path}.notify.to", context, expects=user)
        values["to"] = Value(expression=expression)
    roles = piece.roles([declared.role] if declared.role else [])
    if declared.text is not None:
        _check_placeholders(piece, declared.text)
        values["text"] = Value(literal=piece.texts.translated((path, "text"), declared.text.texts))
    return Effect(kind="notify", target=roles[0] if roles else "", values=values, place=declared.place)


def _check_placeholders(piece: Workpiece, words: Words) -> None:
    """Note `{names}` in a text that are no attributes."""
    known = piece.shape.outlines
    for text in words.texts.values():
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                sentence = f"The text reads `{{{name[:60]}}}`, which `{piece.name}` does not declare."
                piece.problems.add("unknown-attribute", sentence, words.node.place, suggest(name, known))
