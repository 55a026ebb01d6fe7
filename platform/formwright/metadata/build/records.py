"""Rows that ship with modules, and demo rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from formwright.attributes import Invalid
from formwright.metadata.build.context import parsed
from formwright.metadata.declarations import Name, RecordsDeclaration, described, read
from formwright.metadata.load import Unit
from formwright.metadata.model import Link, RecordSet, Row
from formwright.metadata.nodes import Mapping as Tree
from formwright.metadata.nodes import Node, Scalar, Sequence
from formwright.metadata.shapes import Outline, Shape
from formwright.problems import Place, Problem, Problems, suggest

__all__ = ["build_records"]

WRITABLE = ("number", "type", "state", "owner")
MOST_ROWS = 100_000


def build_records(
    units: Iterable[Unit], shapes: Mapping[str, Shape], problems: Problems
) -> tuple[RecordSet, ...]:
    """Return the rows of all files, sets of entity types that others refer to first."""
    declared = [(unit, read(RecordsDeclaration, unit.tree, "records", problems)) for unit in units]
    reader = _Reader(shapes, problems)
    for _, each in declared:
        if each is not None and each.records in shapes and each.identity:
            reader.keys.setdefault(str(each.records), tuple(str(name) for name in each.identity))
    sets = [found for unit, each in declared if each and (found := reader.read(unit, each))]
    reader.check_links()
    return tuple(_ordered(sets, shapes))


class _Reader:
    """Reads rows; remembers which there are and which are pointed at."""

    def __init__(self, shapes: Mapping[str, Shape], problems: Problems) -> None:
        self.shapes, self.problems = shapes, problems
        self.keys: dict[str, tuple[str, ...]] = {}  # entity type -> attributes that identify its rows
        self.rows: dict[tuple[str, tuple[Any, ...]], Place] = {}
        self.links: list[tuple[Link, Place]] = []

    def read(self, unit: Unit, declared: RecordsDeclaration) -> RecordSet | None:
        """Return the set of one file, None when its entity type is not known."""
        entity = str(declared.records or "")
        shape = self.shapes.get(entity)
        if shape is None:
            if declared.records:
                sentence = f"There is no entity type `{entity[:60]}`."
                hint = suggest(entity, self.shapes)
                self.problems.add("unknown-entity", sentence, declared.records.place, hint)
            return None
        demo = "demo" in PurePosixPath(unit.source.path).parts[:-1]
        if not declared.identity and not demo:
            hint = (
                "name the attribute that identifies a row, so that it is updated and not doubled: `key: code`"
            )
            self.problems.add("missing-key", "Shipped rows need a `key`.", declared.place, hint)
        key = tuple(str(name) for name in declared.identity or () if self._outline(name, shape))
        if len(declared.rows or ()) > MOST_ROWS:
            self.problems.add(
                "too-many-rows", f"More than {MOST_ROWS:,} rows.", declared.place, "import them"
            )
        rows = [row for node in (declared.rows or ())[:MOST_ROWS] if (row := self._row(node, shape, key))]
        return RecordSet(
            entity=entity, key=key, rows=tuple(rows), demo=demo, module=unit.module, place=declared.place
        )

    def _outline(self, name: Name, shape: Shape) -> Outline | None:
        outline = shape.outlines.get(str(name))
        if outline is None:
            sentence = f"Entity type `{shape.entity}` has no attribute `{name[:60]}`."
            self.problems.add("unknown-attribute", sentence, name.place, suggest(name, shape.outlines))
        return outline

    def _row(self, node: Node, shape: Shape, key: tuple[str, ...], without: str = "") -> Row | None:
        if not isinstance(node, Tree):
            self.problems.add("wrong-kind", f"A row is a mapping; this is {described(node)}.", node.place)
            return None
        values = {}
        for entry in node.entries.values():
            outline = self._outline(Name.of(entry.key), shape)
            if outline is not None and self._writable(outline, entry.key):
                value = self._value(outline, entry.value)
                if value is not None:
                    values[outline.name] = value
        self._check_key(node, shape.entity, key, values)
        self._check_required(node, shape, values, without)
        return Row(values=values, place=node.place)

    def _writable(self, outline: Outline, key: Scalar) -> bool:
        computed = outline.declared is not None and outline.declared.computed is not None
        kept = outline.system and outline.name not in WRITABLE
        if not (computed or kept):
            return True
        reason = "it is computed" if computed else "the system keeps it"
        self.problems.add("not-settable", f"`{outline.name}` cannot be set: {reason}.", key.place)
        return False

    def _value(self, outline: Outline, node: Node) -> Any:
        """Return the canonical value, or links where the attribute points at records."""
        if outline.kind is None or (isinstance(node, Scalar) and node.is_null):
            return None
        if "of" in outline.options:
            return self._children(outline, node)
        if outline.kind.name == "user" and isinstance(node, Scalar):
            return Link("$user", ("login",), (node.text,))
        if isinstance(outline.options.get("to"), tuple):
            return self._link_to_any(outline, node)
        if outline.targets:
            if outline.kind.multiple and isinstance(node, Sequence):
                return tuple(self._link(outline.targets[0], item) for item in node.items)
            link = self._link(outline.targets[0], node)
            return (link,) if outline.kind.multiple else link
        return self._literal(outline, node)

    def _children(self, outline: Outline, node: Node) -> tuple[Row, ...] | None:
        """Return the rows of children; their reference back is not written."""
        shape = self.shapes.get(outline.options["of"])
        if shape is None:
            return None  # noted at the attribute
        if not isinstance(node, Sequence):
            sentence = f"`{outline.name}` takes a list of rows; this is {described(node)}."
            self.problems.add("wrong-kind", sentence, node.place)
            return None
        back = str(outline.options.get("by", ""))
        rows = [self._row(item, shape, (), without=back) for item in node.items]
        return tuple(row for row in rows if row)

    def _literal(self, outline: Outline, node: Node) -> Any:
        kind = outline.kind
        if kind is None:
            return None
        try:
            value = parsed(node, outline)
            wrong = list(kind.check(value, outline.options)) if value is not None else []
        except Invalid as error:
            value, wrong = None, [error]
        for invalid in wrong:
            sentence = f"`{outline.name}` does not take this value: {invalid.sentence}"
            self.problems.add("bad-value", sentence, node.place, invalid.hint)
        return None if wrong else value

    def _link(self, entity: str, node: Node) -> Link:
        """Return the pointer to the row with the written key; a list for keys of several attributes."""
        key = self.keys.get(entity, ("number",))
        items = node.items if isinstance(node, Sequence) else [node]
        texts = tuple(item.text for item in items if isinstance(item, Scalar))
        if len(texts) != len(key) or len(texts) != len(items):
            sentence = f"A row of `{entity}` is named by its {', '.join(key)}; this is {described(node)}."
            self.problems.add("wrong-kind", sentence, node.place)
        link = Link(entity, key, texts)
        self.links.append((link, node.place))
        return link

    def _link_to_any(self, outline: Outline, node: Node) -> Link | None:
        if isinstance(node, Tree) and len(node.entries) == 1:
            entry = next(iter(node.entries.values()))
            if entry.key.text in outline.targets:
                return self._link(entry.key.text, entry.value)
        shown = ", ".join(outline.targets)
        sentence = f"`{outline.name}` takes `{{entity type: key of the row}}` for one of {shown}."
        self.problems.add("wrong-kind", sentence, node.place)
        return None

    def _check_key(self, node: Tree, entity: str, key: tuple[str, ...], values: dict[str, Any]) -> None:
        """Note a row without its key, or with the key of another."""
        missing = [name for name in key if name not in values]
        if missing and all(name not in node.entries for name in missing):
            sentence = f"The row has no `{missing[0]}`, which is its key."
            self.problems.add("missing-value", sentence, node.place)
        if not key or missing:
            return
        identity = (entity, tuple(_text(values[name]) for name in key))
        first = self.rows.get(identity)
        self.rows[identity] = first or node.place
        if first is not None:
            sentence = f"There are two rows with the key `{', '.join(identity[1])}`."
            self.problems.extend(
                [Problem("duplicate-row", sentence, node.place, "keep one", related=(first,))]
            )

    def _check_required(self, node: Tree, shape: Shape, values: dict[str, Any], without: str) -> None:
        sub_type = values.get("type")
        for outline in shape.outlines.values():
            declared = outline.declared
            belongs = not outline.types or sub_type in outline.types
            if declared is None or declared.required is not True or not belongs:
                continue
            given = outline.name in node.entries or outline.name in ("owner", without)
            made = declared.default is not None or declared.computed is not None
            if not (given or made) and outline.kind is not None and outline.kind.stored:
                sentence = f"The row has no `{outline.name}`, which is required."
                self.problems.add("missing-value", sentence, node.place)

    def check_links(self) -> None:
        """Note pointers at shipped rows that do not exist."""
        known: dict[str, set[tuple[str, ...]]] = {}
        for entity, identity in self.rows:
            known.setdefault(entity, set()).add(identity)
        for link, place in self.links:
            if link.entity in known and link.values not in known[link.entity]:
                shown = ", ".join(link.values)
                sentence = f"There is no row of `{link.entity}` with {', '.join(link.key)} `{shown[:60]}`."
                hint = suggest(shown, [", ".join(each) for each in known[link.entity]])
                self.problems.add("unknown-row", sentence, place, hint)


def _text(value: Any) -> str:
    return ", ".join(value.values) if isinstance(value, Link) else str(value)


def _ordered(sets: list[RecordSet], shapes: Mapping[str, Shape]) -> list[RecordSet]:
    """Return shipped sets before demo sets, and each behind those whose rows it points at."""
    rank: dict[str, int] = {}

    def deep(entity: str, above: tuple[str, ...]) -> int:
        if entity not in rank and entity not in above and entity in shapes:
            outlines = shapes[entity].outlines.values()
            targets = {
                target for each in outlines if each.kind and each.kind.stored for target in each.targets
            }
            having = [target for target in sorted(targets) if any(s.entity == target for s in sets)]
            rank[entity] = 1 + max((deep(target, (*above, entity)) for target in having), default=0)
        return rank.get(entity, 0)

    return sorted(sets, key=lambda each: (each.demo, deep(each.entity, ()), each.entity, each.place.file))
