"""Pass three: layers of an entity type -> one tree that remembers who said what."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from formwright.metadata.load import ENVIRONMENT, Unit, problem_of_two
from formwright.metadata.nodes import Entry, Mapping, Node, Scalar
from formwright.problems import Problems, suggest

__all__ = ["layers", "merge", "merge_all"]

NOT_IN_OVERLAYS = ("entity", "number", "was")


def layers(units: Iterable[Unit], rank: dict[str, int], problems: Problems) -> dict[str, list[Unit]]:
    """Return for each entity type its files: lowest layer first, by module, the environment last."""
    units = list(units)
    grouped: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.kind == "entity" and not is_sub_type_file(unit):
            first = grouped.setdefault(unit.name, [unit])[0]
            if first is not unit:
                sentence = f"Entity type `{unit.name}` is declared twice."
                hint = f"to add to it, write `extend: {unit.name}`"
                problems.extend([problem_of_two("duplicate-entity", sentence, unit.place, first.place, hint)])
    upper = [u for u in units if u.kind == "extend" or (u.kind == "entity" and is_sub_type_file(u))]
    for unit in sorted(upper, key=lambda u: _level(u, rank)):
        if unit.name in grouped:
            grouped[unit.name].append(unit)
        else:
            sentence = f"There is no entity type `{unit.name[:60]}`."
            problems.add("unknown-entity", sentence, unit.place, suggest(unit.name, grouped))
    return grouped


def _level(unit: Unit, rank: dict[str, int]) -> tuple[int, int, str]:
    """Sub-type files belong to the lowest layer; then modules by rank; the environment comes last."""
    if unit.kind == "entity":
        return (0, 0, unit.source.path)
    return (2 if unit.module == ENVIRONMENT else 1, rank.get(unit.module, 0), unit.source.path)


def is_sub_type_file(unit: Unit) -> bool:
    """Whether the unit is a file of one sub-type."""
    types = unit.tree.entries.get("types")
    return set(unit.tree.entries) == {"entity", "types"} and types is not None and types.key.text == "type"


def merge_all(units: list[Unit], problems: Problems) -> Mapping:
    """Return the tree of an entity type from its layers, without the keys that only say which file it is."""
    for unit in units[1:]:
        _check_overlay(unit, problems)
    trees = [_body(unit.tree) for unit in units]
    return reduce(lambda lower, upper: merge(lower, upper, problems), trees)


def _body(tree: Mapping) -> Mapping:
    entries = {key: entry for key, entry in tree.entries.items() if key not in ("entity", "extend")}
    return Mapping(tree.source, tree.line, tree.column, entries)


def _check_overlay(unit: Unit, problems: Problems) -> None:
    if unit.kind == "extend":
        for key in NOT_IN_OVERLAYS:
            if key in unit.tree.entries:
                place = unit.tree.entries[key].key.place
                hint = "only the file that declares the entity type has it"
                problems.add("not-in-overlay", f"An overlay cannot set `{key}`.", place, hint)


def merge(lower: Mapping, upper: Mapping, problems: Problems) -> Mapping:
    """Return *lower* with *upper* laid over it, both unchanged.

    Mappings merge key by key, everything else is replaced, null removes.
    """
    entries = dict(lower.entries)
    for name, over in upper.entries.items():
        under = entries.get(name)
        if isinstance(over.value, Scalar) and over.value.is_null:
            if under is None:
                hint = "null removes a key of a lower layer; write `{}` for one without anything"
                problems.add("nothing-to-remove", f"There is no `{name}` to remove.", over.key.place, hint)
            entries.pop(name, None)
        elif under is None:
            entries[name] = over
        else:
            entries[name] = Entry(over.key, _value(under.value, over.value, problems), under.places)
    return Mapping(lower.source, lower.line, lower.column, entries)


def _value(lower: Node, upper: Node, problems: Problems) -> Node:
    if isinstance(lower, Mapping) and isinstance(upper, Mapping):
        return merge(lower, upper, problems)
    return upper
