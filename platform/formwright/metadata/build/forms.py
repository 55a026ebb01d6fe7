"""Forms: sections and fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from formwright.metadata.build.context import Workpiece
from formwright.metadata.declarations import FieldDeclaration, FormDeclaration, Name, SectionDeclaration, read
from formwright.metadata.model import Form, FormField, Section, Translated
from formwright.metadata.names import check_name, folded
from formwright.metadata.nodes import Mapping, Node, Scalar
from formwright.metadata.shapes import Outline
from formwright.metadata.subtypes import descendants

__all__ = ["build_forms"]

MODES = ("create", "edit", "view")


def build_forms(piece: Workpiece) -> dict[str, Form]:
    """Return the forms by name, those of sub-types as ``type.name``; without any, one of every attribute."""
    declared = piece.shape.declared
    found = {}
    for name, form in (declared.forms or {}).items():
        check_name(name.scalar, "form", piece.problems)
        found[str(name)] = _form(piece, name, form, piece.sub_types(form.types), f"forms.{name}")
    for sub_type, sub in (declared.types or {}).items():
        having = frozenset(descendants(sub_type, piece.shape.lineages))
        for name, form in (sub.forms or {}).items():
            check_name(name.scalar, "form", piece.problems)
            types = piece.sub_types(form.types) or having
            key = f"{sub_type}.{name}"
            found[key] = replace(_form(piece, name, form, types, f"types.{key}"), name=key)
    if "default" not in found:
        found["default"] = _plain_form(piece)
    return found


def _plain_form(piece: Workpiece) -> Form:
    """Return the form without declaration: one section with the sub-type and every written attribute."""
    outlines = piece.shape.outlines.values()
    own = [each.name for each in outlines if not each.system]
    refined = [
        each.name for each in outlines if each.system and each.declared is not None and each.name != "type"
    ]
    names = [*(["type"] if piece.shape.lineages else []), *own, *refined]
    fields = tuple(FormField(attribute=name) for name in names)
    label = piece.label(("sections", "default", "label"), None, "general")
    section = Section(name="general", label=label, fields=fields)
    return Form(
        name="default", label=piece.label(("forms", "default", "label"), None, "form"), sections=(section,)
    )


def _form(piece: Workpiece, name: Name, declared: FormDeclaration, types: frozenset[str], path: str) -> Form:
    modes = tuple(declared.modes or ((str(name),) if name in MODES else ()))
    sections: list[Section] = []
    for index, written in enumerate(declared.sections or ()):
        sections.append(_section(piece, written, f"{path}.sections.{index}", {s.name for s in sections}))
    seen: dict[str, FormField] = {}
    for field in (field for section in sections for field in section.fields):
        if field.attribute in seen:
            sentence = f"`{field.attribute}` is on this form twice."
            piece.problems.add("duplicate-field", sentence, field.place, "keep one")
        seen[field.attribute] = field
    return Form(
        name=str(name),
        label=piece.label(("forms", str(name), "label"), declared.label, name),
        sections=tuple(sections),
        modes=modes,
        types=types,
        place=declared.place,
    )


def _section(piece: Workpiece, declared: SectionDeclaration, path: str, taken: Iterable[str]) -> Section:
    words = declared.section
    written = (
        (words.texts.get("") or words.texts.get("en") or next(iter(words.texts.values()), ""))
        if words
        else ""
    )
    name = str(declared.name or "") or _slug(written)
    if declared.name:
        check_name(declared.name.scalar, "section", piece.problems)
    if name in taken:
        sentence = f"There are two sections called `{name}` in this form."
        piece.problems.add("duplicate-section", sentence, declared.place, "give one of them a `name`")
    key = written if ("sections", written, "label") in piece.texts.said else name
    fields = tuple(_fields(piece, declared.fields or (), path))
    inside = tuple(field.attribute for field in fields)
    return Section(
        name=name,
        label=piece.texts.translated(("sections", key, "label"), words.texts if words else {"": ""}),
        fields=fields,
        columns=declared.columns or 2,
        visible=piece.flag(declared.visible, True, f"{path}.visible", fields=inside),
        help=piece.text(("sections", key, "help"), declared.help),
        tab=declared.tab or "",
        tab_label=_tab_label(piece, declared.tab),
        collapsed=bool(declared.collapsed),
        place=declared.place,
    )


def _tab_label(piece: Workpiece, tab: str | None) -> Translated | None:
    return piece.texts.translated(("sections", tab, "label"), {"": tab}) if tab else None


def _slug(text: str) -> str:
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in folded(text))
    return "_".join(part for part in plain.split("_") if part)[:41] or "general"


def _fields(piece: Workpiece, nodes: Iterable[Node], path: str) -> Iterable[FormField]:
    for node in nodes:
        if isinstance(node, Scalar) and not node.is_null:
            name = Name.of(node)
            if piece.attribute(name, what="attribute") is not None:
                yield FormField(attribute=str(name), place=node.place)
        elif isinstance(node, Mapping) and node.entries:
            yield from _long_field(piece, node, path)
        else:
            sentence = "A field is an attribute, or `attribute: {…}`."
            piece.problems.add("wrong-kind", sentence, node.place)


def _long_field(piece: Workpiece, node: Mapping, path: str) -> Iterable[FormField]:
    """Yield the field that ``attribute: {…}`` stands for; several keys are a missing dash."""
    if len(node.entries) > 1:
        place = list(node.entries.values())[1].key.place
        hint = "write `attribute: {key: …}`, each field as an item of its own"
        piece.problems.add("wrong-kind", "A field has one attribute.", place, hint)
        return
    entry = next(iter(node.entries.values()))
    name = Name.of(entry.key)
    declared = read(FieldDeclaration, entry.value, name, piece.problems)
    outline = piece.attribute(name)
    if declared is None or outline is None:
        return
    dotted = f"{path}.fields.{name}"
    fields = (str(name),)
    yield FormField(
        attribute=str(name),
        label=piece.text((dotted, "label"), declared.label),
        help=piece.text((dotted, "help"), declared.help),
        visible=piece.flag(declared.visible, True, f"{dotted}.visible", fields=fields),
        required=piece.flag(declared.required, False, f"{dotted}.required", fields=fields),
        readonly=piece.flag(declared.readonly, False, f"{dotted}.readonly", fields=fields),
        appearance=declared.appearance or "",
        columns=_grid_columns(piece, declared, outline),
        width=declared.width or 0,
        place=entry.key.place,
    )


def _grid_columns(piece: Workpiece, declared: FieldDeclaration, outline: Outline) -> tuple[str, ...]:
    """Return the columns of children shown as a grid; they are attributes of the child."""
    if not declared.columns:
        return ()
    target = outline.targets[0] if len(outline.targets) == 1 else ""
    if not outline.options.get("of"):
        if outline.kind is not None:
            hint = "`columns` of a section is on the section"
            place = declared.node.entries["columns"].key.place
            piece.problems.add(
                "contradiction", f"`{outline.name}` has no rows to show columns of.", place, hint
            )
        return ()
    return tuple(str(name) for name in declared.columns if piece.column(name, target) is not None)
