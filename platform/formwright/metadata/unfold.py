"""Pass two: short forms -> long forms, in the tree, so that overlays merge whatever form was used."""

from __future__ import annotations

from formwright.metadata.nodes import Entry, Mapping, Node, Scalar, Sequence

__all__ = ["unfold"]


def unfold(tree: Mapping, kind: str) -> Mapping:
    """Return the tree of a file with its short forms written out.

    ``name: text`` becomes ``name: {type: text}``; a list of states, of self
    references or of sections becomes a mapping; the file of one sub-type becomes
    an entity type with that sub-type.
    """
    if kind not in ("entity", "extend"):
        return tree
    if kind == "entity" and isinstance(tree.get("type"), Scalar):
        tree = _sub_type_file(tree)
    _construct(tree)
    types = tree.get("types")
    if isinstance(types, Mapping):
        for entry in types.entries.values():
            _construct(entry.value)
    return tree


def _construct(node: Node) -> None:
    """Unfold in an entity type or sub-type."""
    if not isinstance(node, Mapping):
        return
    _attributes(node.get("attributes"))
    lifecycle = node.get("lifecycle")
    if isinstance(lifecycle, Mapping):
        _replace(lifecycle, "states", _names_to_mapping)
        _asked(lifecycle.get("transitions"))
    _asked(node.get("actions"))
    _replace(node, "acyclic", _names_to_mapping)
    forms = node.get("forms")
    if isinstance(forms, Mapping):
        for name in forms.entries:
            _replace(forms, name, _sections)


def _replace(mapping: Mapping, key: str, change: object) -> None:
    entry = mapping.entries.get(key)
    if entry is not None and isinstance(entry.value, Sequence) and callable(change):
        mapping.entries[key] = Entry(entry.key, change(entry.value, key), entry.earlier)


def _attributes(node: Node | None) -> None:
    if not isinstance(node, Mapping):
        return
    for name, entry in node.entries.items():
        value = entry.value
        if isinstance(value, Scalar) and not value.is_null:
            key = Scalar(value.source, value.line, value.column, "type")
            long = Mapping(value.source, value.line, value.column, {"type": Entry(key, value)})
            node.entries[name] = Entry(entry.key, long, entry.earlier)


def _asked(node: Node | None) -> None:
    """Unfold the attributes that transitions or actions ask for."""
    if isinstance(node, Mapping):
        for entry in node.entries.values():
            if isinstance(entry.value, Mapping):
                _attributes(entry.value.get("ask"))


def _names_to_mapping(names: Sequence, key: str) -> Node:
    """Return the mapping that a list of names stands for; the list itself when it holds anything else."""
    entries: dict[str, Entry] = {}
    for item in names.items:
        if not isinstance(item, Scalar) or item.is_null or item.text in entries:
            return names
        nothing = Scalar(item.source, item.line, item.column, "0" if key == "acyclic" else "")
        entries[item.text] = Entry(item, nothing)
    return Mapping(names.source, names.line, names.column, entries)


def _sections(sections: Sequence, _: str) -> Node:
    key = Scalar(sections.source, sections.line, sections.column, "sections")
    return Mapping(sections.source, sections.line, sections.column, {"sections": Entry(key, sections)})


def _sub_type_file(tree: Mapping) -> Mapping:
    """Return ``{entity: e, types: {t: {…}}}`` for ``{entity: e, type: t, …}``."""
    name = tree.entries["type"].value
    if not isinstance(name, Scalar):
        return tree
    own = {key: entry for key, entry in tree.entries.items() if key not in ("entity", "type")}
    sub_type = Mapping(name.source, name.line, name.column, own)
    types = Mapping(name.source, name.line, name.column, {name.text: Entry(name, sub_type)})
    key = tree.entries["type"].key
    entries = {"entity": tree.entries["entity"], "types": Entry(key, types)}
    return Mapping(tree.source, tree.line, tree.column, entries)
