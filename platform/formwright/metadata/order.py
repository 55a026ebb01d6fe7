"""Computed values in the order of what they read; cycles are problems with their path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from formwright.metadata.model import EntityType
from formwright.metadata.shapes import Shape
from formwright.problems import Problems

__all__ = ["check_cycles", "computed_order", "own_name"]

OTHER_NAMES = ("old", "user", "today", "now", "params", "parent")
Node = tuple[str, str]  # entity type, attribute


def own_name(dependency: str) -> str:
    """Return the attribute of the record that a dependency path begins with; empty for other names."""
    parts = dependency.replace("[]", "").split(".")
    if parts[0] == "record":
        return parts[1] if len(parts) > 1 else ""
    return "" if parts[0] in OTHER_NAMES or parts[0].startswith("$") else parts[0]


def computed_order(reads: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return the names of *reads* so that each stands behind those it reads; cycles are cut somewhere."""
    done: dict[str, None] = {}
    for name in reads:
        waiting = [(name, False)]
        while waiting:
            current, finished = waiting.pop()
            if finished:
                done.setdefault(current)
            elif current not in done and (current, True) not in waiting:
                waiting.append((current, True))
                waiting.extend((other, False) for other in sorted(reads[current]) if other in reads)
    return tuple(done)


def check_cycles(entities: Iterable[EntityType], shapes: Mapping[str, Shape], problems: Problems) -> None:
    """Note every cycle of computed values, within a record or between records of different entity types.

    A value may read the same value of other records of its own entity type: a
    total over a tree ends at the leaves.
    """
    graph: dict[Node, list[Node]] = {}
    places = {}
    for entity in entities:
        for name, attribute in entity.attributes.items():
            if attribute.computed is not None:
                reads = attribute.computed.dependencies
                graph[entity.name, name] = sorted(set(_reads(entity.name, reads, shapes)))
                places[entity.name, name] = attribute.computed.place
    reported: set[Node] = set()
    for start in graph:
        path = [] if start in reported else _cycle(start, graph)
        if path and not reported & set(path):
            reported |= set(path)
            shown = " → ".join(f"{entity}.{name}" for entity, name in path)
            sentence = f"`{start[1]}` is computed from itself: {shown}."
            problems.add("computed-cycle", sentence, places[start], "break the chain at one of them")


def _cycle(start: Node, graph: Mapping[Node, list[Node]]) -> list[Node]:
    """Return the shortest way from *start* back to itself, both ends included; nothing when there is none."""
    ways: list[list[Node]] = [[start]]
    seen: set[Node] = set()
    while ways:
        way = ways.pop(0)
        for following in graph.get(way[-1], ()):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _reads(entity: str, dependencies: Iterable[str], shapes: Mapping[str, Shape]) -> Iterator[Node]:
    for dependency in dependencies:
        parts = dependency.replace("[]", "").split(".")
        own = parts[0] not in OTHER_NAMES and not parts[0].startswith("$")
        at, names = entity, parts
        if parts[0] == "record":
            names = parts[1:]
        elif parts[0].startswith("$"):
            at, names = parts[0][1:], parts[1:]
        elif not own:
            continue
        for index, name in enumerate(names):
            shape = shapes.get(at)
            outline = shape.outlines.get(name) if shape else None
            if outline is None:
                break
            if at != entity or (index == 0 and not parts[0].startswith("$")):
                yield at, name
            if len(outline.targets) != 1:
                break
            at = outline.targets[0]
