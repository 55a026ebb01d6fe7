"""Rules, unique keys, self references without cycles, number series."""

from __future__ import annotations

import re
from collections.abc import Iterable

from formwright.metadata.build.context import Workpiece
from formwright.metadata.declarations import Jexl, Name, RuleDeclaration, UniqueDeclaration
from formwright.metadata.model import NumberSeries, Rule, Translated, UniqueKey
from formwright.metadata.names import check_name
from formwright.metadata.subtypes import descendants

__all__ = ["build_acyclic", "build_number", "build_rules", "build_unique"]

SERIES = re.compile(r"([A-Za-z0-9_/.-]*(?:\{year\}[A-Za-z0-9_/.-]*)?)\{(0{1,18})\}")


def build_rules(piece: Workpiece) -> tuple[Rule, ...]:
    """Return the rules of the entity type, then those of its sub-types."""
    declared = piece.shape.declared
    found = [_rule(piece, name, rule, frozenset(), "rules") for name, rule in (declared.rules or {}).items()]
    for sub_type, sub in (declared.types or {}).items():
        having = frozenset(descendants(sub_type, piece.shape.lineages))
        path = f"types.{sub_type}.rules"
        found += [_rule(piece, name, rule, having, path) for name, rule in (sub.rules or {}).items()]
    seen: set[str] = set()
    for rule in found:
        if rule and rule.name in seen:
            sentence = f"There are two rules called `{rule.name}`."
            piece.problems.add("duplicate-rule", sentence, rule.place, "give one of them another name")
        seen |= {rule.name} if rule else set()
    return tuple(rule for rule in found if rule)


def _rule(
    piece: Workpiece, name: Name, declared: RuleDeclaration, types: frozenset[str], path: str
) -> Rule | None:
    check_name(name.scalar, "rule", piece.problems)
    fields = piece.attributes(declared.fields)
    valid = piece.expression(declared.valid, f"{path}.{name}.valid", fields=fields)
    when = piece.expression(declared.when, f"{path}.{name}.when", fields=fields)
    narrowed = piece.sub_types(declared.types)
    message = declared.message.texts if declared.message else {}
    if valid is None:
        return None
    return Rule(
        name=str(name),
        valid=valid,
        message=piece.texts.translated(("rules", str(name), "message"), message),
        when=when,
        fields=fields,
        severity=declared.severity or "error",
        types=(types & narrowed if types and narrowed else types | narrowed),
        place=declared.place,
    )


def build_unique(piece: Workpiece) -> tuple[UniqueKey, ...]:
    """Return the unique keys of the entity type, then those of its sub-types, with names that differ."""
    declared = piece.shape.declared
    found: list[UniqueKey] = []
    taken: set[str] = set()
    for index, each in enumerate(declared.unique or ()):
        found += _unique(piece, each, f"unique.{index}", (), taken)
    for sub_type, sub in (declared.types or {}).items():
        having = tuple(descendants(sub_type, piece.shape.lineages))
        for index, each in enumerate(sub.unique or ()):
            found += _unique(piece, each, f"types.{sub_type}.unique.{index}", having, taken)
    return tuple(found)


def _unique(
    piece: Workpiece, declared: UniqueDeclaration, path: str, types: tuple[str, ...], taken: set[str]
) -> Iterable[UniqueKey]:
    of = piece.attributes(declared.of)
    for name in declared.of or ():
        _check_column(piece, name)
    when = piece.expression(declared.when, f"{path}.when", piece.index)
    if types and (when is not None or declared.when is None):
        when = piece.expression(_narrowed(piece, declared, types), f"{path}.when", piece.index)
    if not of:
        return []
    base = key = "_".join(of)
    for number in range(2, 100):
        if key not in taken:
            break
        key = f"{base}_{number}"
    taken.add(key)
    message = Translated(declared.message.texts) if declared.message else None
    return [UniqueKey(name=key, of=of, when=when, message=message, place=declared.place)]


def _narrowed(piece: Workpiece, declared: UniqueDeclaration, types: tuple[str, ...]) -> Jexl:
    """Return the condition of a unique key with the sub-types it is for."""
    listed = ", ".join(f"'{name}'" for name in types)
    own = f" && ({declared.when.text})" if declared.when else ""
    first = declared.of[0].scalar if declared.of else piece.shape.declared.node.entries["types"].key
    return Jexl(f"type in [{listed}]{own}", first)


def _check_column(piece: Workpiece, name: Name) -> None:
    outline = piece.shape.outlines.get(str(name))
    declared = outline.declared if outline else None
    if outline is None or outline.kind is None:
        return
    if not outline.kind.stored or (declared and (declared.stored is False or declared.sparse)):
        sentence = f"`{name}` has no column of its own, so nothing can be unique by it."
        piece.problems.add("no-column", sentence, name.place)


def build_acyclic(piece: Workpiece) -> dict[str, int]:
    """Return self reference -> greatest depth (0: any)."""
    found = {}
    for name, depth in (piece.shape.declared.acyclic or {}).items():
        outline = piece.attribute(name)
        if outline is None or outline.kind is None:
            continue
        if outline.targets != (piece.name,) or outline.kind.multiple:
            sentence = f"`{name}` is no reference to `{piece.name}` itself, so it has no cycles."
            piece.problems.add("not-a-self-reference", sentence, name.place)
            continue
        found[str(name)] = depth
    return found


def build_number(piece: Workpiece) -> NumberSeries | None:
    """Return the series of human numbers, None when there is none."""
    text = piece.shape.declared.number
    if text is None:
        return None
    found = SERIES.fullmatch(text)
    if found is None or len(text) > 40:
        sentence = f"`{text[:60]}` is no number series."
        hint = "write a prefix and as many zeros as digits: `CUS-{000000}`, `INV-{year}-{000000}`"
        piece.problems.add("bad-number", sentence, piece.shape.declared.place_of("number"), hint)
        return None
    return NumberSeries(found[1], len(found[2]))
