"""Attributes: outlines -> the Model's attributes with their rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from formwright.metadata.borrow import with_choices
from formwright.metadata.build.context import Context, Workpiece
from formwright.metadata.declarations import AttributeDeclaration, Name
from formwright.metadata.model import Attribute, Choice, Translated
from formwright.metadata.names import check_name
from formwright.metadata.shapes import Outline, outline
from formwright.metadata.system import LABELS
from formwright.metadata.texts import Path
from formwright.problems import Place

__all__ = ["asked_attributes", "build_attributes"]

FLAGS = {"required": False, "visible": True, "readonly": False}
COMBINED = frozenset(("default", "required", "on_hide", "stored", "unique", "index", "facet", "search"))


def build_attributes(piece: Workpiece) -> dict[str, Attribute]:
    """Return all attributes of the entity type, system attributes first as they were outlined."""
    found = {}
    for name, shape in piece.shape.outlines.items():
        path = ("attributes", name)
        if shape.system:
            found[name] = _system(piece, shape, path)
        elif shape.kind is not None and shape.declared is not None:
            _check_targets(piece, shape)
            found[name] = _attribute(piece, shape, shape.declared, path)
    return found


def asked_attributes(
    piece: Workpiece, declared: Mapping[Name, AttributeDeclaration] | None, path: Path
) -> tuple[dict[str, Attribute], Context]:
    """Return what a transition or action asks, and the context in which it is `params`."""
    outlines: list[Outline] = []
    for name, written in (declared or {}).items():
        if check_name(name.scalar, "attribute", piece.problems):
            each = outline(name, written, piece.around.catalogue, piece.problems)
            outlines.append(with_choices(each, piece.name, piece.shapes, piece.problems))
    context = piece.asking(".".join(path), outlines)
    found = {}
    for shape in outlines:
        if shape.kind is not None and shape.declared is not None:
            if not shape.kind.stored:
                sentence = f"`{shape.name}` cannot be asked: a `{shape.kind.name}` has no value of its own."
                piece.problems.add("not-askable", sentence, shape.declared.place_of("type"))
            _check_targets(piece, shape)
            found[shape.name] = _attribute(piece, shape, shape.declared, (*path, shape.name), context)
    return found, context


def _attribute(
    piece: Workpiece,
    shape: Outline,
    declared: AttributeDeclaration,
    path: Path,
    context: Context | None = None,
) -> Attribute:
    kind = shape.kind
    assert kind is not None  # noqa: S101 (both callers have looked)
    _check_combinations(piece, shape, declared)
    rules = _rules(piece, shape, declared, path, context)
    stored = kind.stored and declared.stored is not False
    return Attribute(
        name=shape.name,
        type=kind,
        options=_with_texts(piece, shape, path),
        label=piece.label((*path, "label"), declared.label, shape.name),
        help=piece.text((*path, "help"), declared.help),
        types=shape.types,
        stored=stored,
        unique=bool(declared.unique),
        where=_where(piece, shape, declared, path),
        search=declared.search or 0,
        facet=bool(declared.facet),
        index=bool(declared.index),
        sensitive=bool(declared.sensitive),
        on_hide=declared.on_hide or "keep",
        was=tuple(str(name) for name in declared.was or ()),
        sparse=bool(declared.sparse),
        place=declared.place,
        **rules,
    )


def _rules(
    piece: Workpiece, shape: Outline, declared: AttributeDeclaration, path: Path, context: Context | None
) -> dict[str, Any]:
    """Return what expressions may decide: required, visible, readonly, default, computed."""
    dotted = ".".join(path)
    fields = (shape.name,) if context is None else ()
    found: dict[str, Any] = {}
    for key, otherwise in FLAGS.items():
        value = getattr(declared, key)
        if value is not None:
            found[key] = piece.flag(value, otherwise, f"{dotted}.{key}", context, fields=fields)
    if declared.default is not None:
        found["default"] = piece.value(declared.default, shape, f"{dotted}.default", context)
    if declared.computed is not None:
        expects = shape.value.maybe()
        path_of = f"{dotted}.computed"
        found["computed"] = piece.expression(
            declared.computed, path_of, context, expects=expects, fields=fields
        )
    return found


def _where(piece: Workpiece, shape: Outline, declared: AttributeDeclaration, path: Path) -> Any:
    if declared.where is None or not shape.targets or "where" not in (shape.kind.keys if shape.kind else ()):
        return None
    target = shape.targets[0]
    if target not in piece.around.shapes:
        return None
    dotted = ".".join((*path, "where"))
    return piece.expression(declared.where, dotted, piece.offered(target), fields=(shape.name,))


def _with_texts(piece: Workpiece, shape: Outline, path: Path) -> dict[str, Any]:
    """Return the options, the labels of choices in all locales."""
    choices: Mapping[str, Choice] = shape.options.get("choices") or {}
    if not choices:
        return shape.options
    owner, lender = shape.lender
    said = piece.around.texts.get(owner) if owner else None
    translated = {}
    for name, choice in choices.items():
        texts: dict[str, str] = dict(choice.label.texts)
        if said is not None:
            texts = dict(said.translated(("attributes", lender, "choices", name, "label"), texts).texts)
        label: Translated = piece.texts.translated((*path, "choices", name, "label"), texts)
        translated[name] = replace(choice, label=label)
    return {**shape.options, "choices": translated}


def _system(piece: Workpiece, shape: Outline, path: Path) -> Attribute:
    """Return a system attribute with what `attributes` refines."""
    declared = shape.declared
    rules: dict[str, Any] = {}
    label = piece.label((*path, "label"), declared.label if declared else None, LABELS[shape.name])
    if declared is not None:
        rules = _rules(piece, shape, declared, path, None)
        rules["help"] = piece.text((*path, "help"), declared.help)
    kind = shape.kind
    assert kind is not None  # noqa: S101 (system attributes have types of the catalogue)
    return Attribute(
        name=shape.name,
        type=kind,
        options=_labelled(piece, shape),
        label=label,
        search=(declared.search or 0) if declared else 0,
        facet=bool(declared and declared.facet),
        system=True,
        place=declared.place if declared else Place(),
        **rules,
    )


def _labelled(piece: Workpiece, shape: Outline) -> dict[str, Any]:
    """Return the options of `type` and `state` with the labels of sub-types and states."""
    declared = piece.shape.declared
    states = declared.lifecycle.states if declared.lifecycle else None
    named: Any = {"type": declared.types, "state": states}.get(shape.name)
    collection = "types" if shape.name == "type" else "states"
    choices = {}
    for name, choice in (shape.options.get("choices") or {}).items():
        written = (named or {}).get(name)
        label = piece.label((collection, name, "label"), written.label if written else None, name)
        color = str(written.color or "") if written else ""
        choices[name] = replace(choice, label=label, color=color)
    return {**shape.options, "choices": choices} if choices else shape.options


def _check_targets(piece: Workpiece, shape: Outline) -> None:
    """Note entity types that do not exist, and children whose reference does not point back."""
    declared = shape.declared
    if declared is None or shape.kind is None:
        return
    for name in [*(declared.to or ()), *([declared.of] if declared.of else [])]:
        key = "of" if name is declared.of else "to"
        if key in shape.kind.keys:
            piece.entity(name)
    if declared.by and declared.of and "by" in shape.kind.keys and declared.of in piece.around.shapes:
        back = piece.attribute(declared.by, str(declared.of))
        if back is not None and back.kind is not None and piece.name not in back.targets:
            sentence = f"`{declared.of}.{declared.by}` is no reference to `{piece.name}`."
            hint = f"`by` names the attribute of `{declared.of}` that points at `{piece.name}`"
            piece.problems.add("not-a-back-reference", sentence, declared.by.place, hint)


def _check_combinations(piece: Workpiece, shape: Outline, declared: AttributeDeclaration) -> None:
    """Note keys that contradict each other, or that this type cannot keep."""
    kind = shape.kind
    if COMBINED.isdisjoint(declared.node.entries):
        return
    computed = declared.computed is not None
    wrong = {
        "default": computed and "a computed value has no default",
        "required": computed and declared.required is not None and "a computed value is never asked for",
        "on_hide": computed and "a computed value cannot be cleared",
        "unique": _unstored(shape, declared) and "it has no column of its own",
        "index": _unstored(shape, declared) and "it has no column of its own",
        "facet": _unstored(shape, declared) and "it has no column of its own",
        "search": kind is not None
        and kind.search is None
        and declared.search
        and "this type is not searched",
    }
    for key, reason in wrong.items():
        if reason and key in declared.node.entries and getattr(declared, key) not in (None, False, 0):
            _contradiction(piece, shape, declared, key, str(reason))
    if declared.stored is False and not computed:
        _contradiction(piece, shape, declared, "stored", "only computed values can do without a column")


def _unstored(shape: Outline, declared: AttributeDeclaration) -> bool:
    has_no_column = shape.kind is not None and not shape.kind.stored
    return has_no_column or declared.stored is False or bool(declared.sparse)


def _contradiction(
    piece: Workpiece, shape: Outline, declared: AttributeDeclaration, key: str, reason: str
) -> None:
    place = declared.node.entries[key].key.place
    piece.problems.add("contradiction", f"`{shape.name}` cannot have `{key}`: {reason}.", place)
