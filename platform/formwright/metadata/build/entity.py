"""One entity type: all its parts put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from formwright.expressions import Expression
from formwright.metadata.build.access import build_access
from formwright.metadata.build.attributes import build_attributes
from formwright.metadata.build.context import Use, Workpiece
from formwright.metadata.build.forms import build_forms
from formwright.metadata.build.lifecycle import build_actions, build_automations, build_lifecycle
from formwright.metadata.build.lists import build_lists
from formwright.metadata.build.rules import build_acyclic, build_number, build_rules, build_unique
from formwright.metadata.declarations import EntityDeclaration, Jexl
from formwright.metadata.model import Attribute, EntityType, SubType, Translated
from formwright.metadata.nodes import Scalar
from formwright.metadata.options import words_of_name
from formwright.metadata.order import computed_order, own_name

__all__ = ["build_entity"]


def build_entity(piece: Workpiece, module: str) -> EntityType:
    """Return the entity type; what has problems is left out and noted in the workpiece."""
    declared = piece.shape.declared
    attributes = build_attributes(piece)
    parts: dict[str, Any] = {
        "rules": build_rules(piece),
        "unique": build_unique(piece),
        "lifecycle": build_lifecycle(piece),
        "forms": MappingProxyType(build_forms(piece)),
        "lists": MappingProxyType(build_lists(piece)),
        "access": MappingProxyType(build_access(piece)),
        "automations": build_automations(piece),
        "actions": MappingProxyType(build_actions(piece)),
        "acyclic": MappingProxyType(build_acyclic(piece)),
        "types": MappingProxyType(_sub_types(piece)),
    }
    _check_was(piece, attributes)
    label = piece.label(("label",), declared.label, piece.name)
    return EntityType(
        name=piece.name,
        module=module,
        label=label,
        plural=_plural(piece, declared, label),
        icon=str(declared.icon or "table"),
        number=build_number(piece),
        title=_title(piece, declared),  # type: ignore[arg-type]  # None only beside a noted problem
        attributes=MappingProxyType(attributes),
        order=_order(attributes),
        help=piece.text(("help",), declared.help),
        features=frozenset(declared.has or ()),
        affects=MappingProxyType(affects(piece.name, piece.uses)),
        was=tuple(str(name) for name in declared.was or ()),
        embedded=bool(declared.embedded),
        place=declared.place,
        **parts,
    )


def _order(attributes: Mapping[str, Attribute]) -> tuple[str, ...]:
    reads = {
        name: {own_name(path) for path in attribute.computed.dependencies}
        for name, attribute in attributes.items()
        if attribute.computed is not None
    }
    return computed_order(reads)


def _plural(piece: Workpiece, declared: EntityDeclaration, label: Translated) -> Translated:
    if declared.plural is not None:
        return piece.label(("plural",), declared.plural, piece.name)
    plain = label.texts.get("") or label.texts.get("en") or words_of_name(piece.name)
    return piece.texts.translated(("plural",), {"": _plural_of(plain)})


def _plural_of(text: str) -> str:
    """Return the regular English plural of a label."""
    if text.endswith("y") and text[-2:-1] not in "aeiou":
        return f"{text[:-1]}ies"
    return f"{text}es" if text.endswith(("s", "x", "z", "ch", "sh")) else f"{text}s"


def _title(piece: Workpiece, declared: EntityDeclaration) -> Expression | None:
    """Return the expression that names a record: as declared, else `name`, else `number`."""
    jexl = declared.title
    if jexl is None:
        name = "name" if "name" in piece.shape.outlines else "number"
        jexl = Jexl(name, Scalar(declared.node.source, declared.node.line, declared.node.column, name))
    return piece.expression(jexl, "title", expects=None)


def _sub_types(piece: Workpiece) -> dict[str, SubType]:
    found = {}
    for name, sub in (piece.shape.declared.types or {}).items():
        path = ("types", str(name))
        found[str(name)] = SubType(
            name=str(name),
            label=piece.label((*path, "label"), sub.label, name),
            extends=str(sub.extends or ""),
            lineage=piece.shape.lineages[str(name)],
            color=str(sub.color or ""),
            help=piece.text((*path, "help"), sub.help),
            abstract=bool(sub.abstract),
            place=sub.place,
        )
    return found


def _check_was(piece: Workpiece, attributes: Mapping[str, Attribute]) -> None:
    """Note earlier names that are in use, or that two attributes claim."""
    claimed: dict[str, str] = {}
    for shape in piece.shape.outlines.values():
        for name in (shape.declared.was if shape.declared else None) or ():
            other = claimed.get(str(name))
            if name in attributes:
                sentence = f"`{shape.name}` cannot have been `{name}`: there is an attribute of that name."
                piece.problems.add(
                    "was-in-use", sentence, name.place, "remove the `was`, or the other attribute"
                )
            elif other:
                sentence = f"Both `{other}` and `{shape.name}` say that they were `{name}`."
                piece.problems.add("was-in-use", sentence, name.place, "keep one")
            claimed[str(name)] = shape.name


def affects(entity: str, uses: Iterable[Use]) -> dict[str, frozenset[str]]:
    """Return for each attribute the fields whose rules read it: a change of it may change their state."""
    found: dict[str, set[str]] = {}
    for use in uses:
        for dependency in use.expression.dependencies:
            elsewhere = use.entity != entity and not dependency.startswith("record.")
            name = "" if elsewhere else own_name(dependency)
            if name and use.fields:
                found.setdefault(name, set()).update(use.fields)
    return {name: frozenset(fields) for name, fields in found.items()}
