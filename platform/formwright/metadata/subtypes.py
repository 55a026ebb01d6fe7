"""Sub-types: names, lineages, and which of them have what another declares."""

from __future__ import annotations

from collections.abc import Mapping

from formwright.metadata.declarations import EntityDeclaration, Name
from formwright.metadata.names import check_name
from formwright.problems import Problems, suggest

__all__ = ["descendants", "lineages"]


def lineages(declared: EntityDeclaration, problems: Problems) -> dict[str, tuple[str, ...]]:
    """Return for each sub-type itself and all that it extends, nearest first."""
    types = declared.types or {}
    parents: dict[str, str] = {}
    for name, sub in types.items():
        check_name(name.scalar, "sub-type", problems)
        if sub.extends and _known(sub.extends, types, problems):
            parents[str(name)] = str(sub.extends)
    lines: dict[str, tuple[str, ...]] = {}
    for name in types:
        line = _line(str(name), parents)
        if line[-1] == name and len(line) > 1:
            path = " → ".join(line)
            problems.add("type-cycle", f"Sub-type `{name}` extends itself: {path}.", name.place)
            line = line[:1]
        lines[str(name)] = tuple(dict.fromkeys(line))
    return lines


def _known(name: Name, types: Mapping[Name, object], problems: Problems) -> bool:
    if name in types:
        return True
    problems.add("unknown-type", f"There is no sub-type `{name[:60]}`.", name.place, suggest(name, types))
    return False


def _line(name: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return the chain from *name* upwards; it ends at the first name that comes back."""
    line = [name]
    while line[-1] in parents:
        above = parents[line[-1]]
        line.append(above)
        if above in line[:-1]:
            break
    return tuple(line)


def descendants(name: str, lines: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the sub-types whose lineage holds *name*: itself and all that extend it."""
    return [other for other, line in lines.items() if name in line]
