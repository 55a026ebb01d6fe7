"""What a declaration is: a frozen dataclass whose fields say which keys a construct has.

The dataclass is the one table of the construct. The reader checks files against
it, and `formwright schema` derives the JSON Schema for editors from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from formwright.metadata.declarations.kinds import Kind, Schema
from formwright.metadata.declarations.written import refuse
from formwright.metadata.nodes import Entry, Mapping, Node, Scalar
from formwright.problems import Place, Problems, suggest

__all__ = ["Declaration", "Key", "Nested", "key", "keys_of", "read", "schema_of"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: the kind of its value, whether it must be there, and what it is for."""

    attribute: str
    kind: Kind
    required: bool
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One construct as written. Keys that were not written are None; *rest* holds keys of others' tables."""

    node: Mapping
    rest: dict[str, Entry] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where the construct begins."""
        return self.node.place

    def place_of(self, name: str) -> Place:
        """Return where the value of a key begins; the construct itself when the key is not written."""
        node = self.node.get(name)
        return node.place if node else self.node.place


D = TypeVar("D", bound=Declaration)


def key(kind: Kind, *, name: str = "", required: bool = False, doc: str = "") -> Any:
    """Return a dataclass field for one key; *name* where the key is not a Python name."""
    return field(default=None, metadata={"kind": kind, "name": name, "required": required, "doc": doc})


_tables: dict[type, dict[str, Key]] = {}


def keys_of(declaration: type[Declaration]) -> dict[str, Key]:
    """Return the table of a construct: key -> Key."""
    known = _tables.get(declaration)
    if known is not None:
        return known
    table = {}
    for item in fields(declaration):
        if "kind" in item.metadata:
            meta = item.metadata
            table[meta["name"] or item.name] = Key(item.name, meta["kind"], meta["required"], meta["doc"])
    _tables[declaration] = table
    return table


def read(
    declaration: type[D], node: Node, name: str, problems: Problems, *, open_keys: bool = False
) -> D | None:
    """Return the declaration that *node*, the value of key *name*, makes; None when it is no mapping.

    Unknown keys are problems, unless *open_keys*: then they are kept in ``rest``
    for a table that is known only later.
    """
    if isinstance(node, Scalar) and node.is_null:
        node = Mapping(node.source, node.line, node.column)
    if not isinstance(node, Mapping):
        refuse(name, "a mapping", node, problems)
        return None
    table = keys_of(declaration)
    values: dict[str, Any] = {}
    rest: dict[str, Entry] = {}
    for written, entry in node.entries.items():
        known = table.get(written)
        if known is None:
            rest[written] = entry
        elif not (isinstance(entry.value, Scalar) and entry.value.is_null):
            values[known.attribute] = known.kind.read(entry.value, written, problems)
    if rest and not open_keys:
        unknown_keys(rest, name, table, problems)
        rest = {}
    for wanted, known in table.items():
        if known.required and (wanted not in node.entries or _empty(node.entries[wanted].value)):
            problems.add("missing-key", f"`{name}` needs the key `{wanted}`.", node.place, known.doc)
    return declaration(node=node, rest=rest, **values)


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def unknown_keys(rest: dict[str, Entry], name: str, known: Any, problems: Problems) -> None:
    """Note each key of *rest* as unknown, with the nearest of the *known* ones."""
    for written, entry in rest.items():
        sentence = f"`{name}` has no key `{written[:60]}`."
        problems.add("unknown-key", sentence, entry.key.place, suggest(written, known))


@dataclass(frozen=True, slots=True)
class Nested(Kind):
    """A construct of its own table."""

    declaration: type[Declaration]
    open_keys: bool = False

    def read(self, node: Node, key: str, problems: Problems) -> Declaration | None:
        """Return the declaration."""
        return read(self.declaration, node, key, problems, open_keys=self.open_keys)

    def schema(self) -> Schema:
        """Return a pointer to the definition of the construct."""
        return {"$ref": f"#/$defs/{self.declaration.__name__}"}

    def accepts(self, node: Node) -> bool:
        """Only mappings."""
        return isinstance(node, Mapping)


def schema_of(declaration: type[Declaration]) -> Schema:
    """Return the JSON Schema of a construct, closed: only keys of its table."""
    table = keys_of(declaration)
    properties = {}
    for name, known in table.items():
        schema = dict(known.kind.schema())
        properties[name] = {**schema, "description": known.doc} if known.doc else schema
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    needed = [name for name, known in table.items() if known.required]
    return {**schema, "required": needed} if needed else schema
