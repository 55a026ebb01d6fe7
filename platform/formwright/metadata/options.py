"""Keys of attribute types: checked against the JSON Schema that the type gives, and resolved."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from formwright.attributes import AttributeType
from formwright.metadata.declarations import (
    AttributeDeclaration,
    ChoiceDeclaration,
    Name,
    Words,
    WordsText,
    keys_of,
)
from formwright.metadata.declarations.base import read, unknown_keys
from formwright.metadata.declarations.written import described
from formwright.metadata.model import Choice, Translated
from formwright.metadata.nodes import Mapping, Node, Scalar, Sequence
from formwright.problems import Problems, suggest

__all__ = ["lender_of", "options_of", "plain", "words_of_name"]

RESOLVED = ("choices", "to", "of", "by")  # keys of types that the attribute table reads itself
CHOICE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
SIMPLE = {"string": str, "boolean": bool, "integer": int, "array": list}
MOST_CHOICES = 1000


def words_of_name(name: str) -> str:
    """Return a name in words: ``bill_cycle`` -> ``Bill cycle``."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def plain(node: Node) -> Any:
    """Return *node* as JSON would give it: dicts, lists, texts, numbers, truth values, None."""
    if isinstance(node, Mapping):
        return {name: plain(value) for name, value in node.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None


def options_of(
    name: str, declared: AttributeDeclaration, kind: AttributeType, problems: Problems
) -> dict[str, Any]:
    """Return the options of an attribute of type *kind*: checked, choices and names as plain values."""
    options: dict[str, Any] = {}
    _check_keys(name, declared, kind, problems)
    lender = lender_of(declared)
    if declared.choices is not None and "choices" in kind.keys and lender is None:
        options["choices"] = read_choices(declared.choices, problems)
    if declared.to and "to" in kind.keys:
        options["to"] = _targets(name, declared.to, kind, problems)
    for key in ("of", "by"):
        value = getattr(declared, key)
        if value and key in kind.keys:
            options[key] = str(value)
    for key, entry in declared.rest.items():
        if key in kind.keys and _fits(key, entry.value, kind, problems):
            options[key] = plain(entry.value)
    if declared.on_delete and "on_delete" in kind.keys:
        options["on_delete"] = declared.on_delete
    for wrong in kind.check_options(options) if lender is None else ():
        problems.add("bad-option", f"Attribute `{name}`: {wrong.sentence}", declared.place, wrong.hint)
    return options


def _targets(name: str, to: list[Name], kind: AttributeType, problems: Problems) -> str | tuple[str, ...]:
    if kind.keys["to"].get("type") == "array":
        return tuple(dict.fromkeys(str(target) for target in to))
    if len(to) > 1:
        hint = "a reference to one of several entity types is `type: any`"
        problems.add("several-targets", f"`{name}` points at one entity type.", to[1].place, hint)
    return str(to[0]) if to else ""


def _check_keys(name: str, declared: AttributeDeclaration, kind: AttributeType, problems: Problems) -> None:
    """Note keys that neither every attribute nor this type has, and those that the type needs."""
    unknown = {key: entry for key, entry in declared.rest.items() if key not in kind.keys}
    for key in (*RESOLVED, "where", "on_delete"):
        entry = declared.node.entries.get(key)
        if entry is not None and key not in kind.keys:
            unknown[key] = entry
    if unknown:
        known = [key for key in keys_of(AttributeDeclaration) if key not in RESOLVED] + list(kind.keys)
        unknown_keys(unknown, f"{name}: {kind.name}", known, problems)
    for key in kind.needs:
        if key not in declared.node.entries:
            sentence = f"Attribute `{name}` of type `{kind.name}` needs the key `{key}`."
            problems.add("missing-key", sentence, declared.place, str(kind.keys[key].get("description", "")))


def _fits(key: str, node: Node, kind: AttributeType, problems: Problems) -> bool:
    """Return whether *node* fits the JSON Schema of *key*; note when it does not."""
    schema = kind.keys[key]
    value = plain(node)
    simple = SIMPLE.get(schema["type"]) if set(schema) <= {"type", "description"} and _one(schema) else None
    if simple is not None and type(value) is simple and simple is not list:
        return True
    wrong = next(iter(_validator(kind, key).iter_errors(value)), None)
    if wrong is None:
        return True
    expected = str(schema.get("description", "")).rstrip(".")
    sentence = f"`{key}` of type `{kind.name}` does not take {described(node)}."
    problems.add("wrong-kind", sentence, node.place, expected)
    return False


def _one(schema: Any) -> bool:
    return isinstance(schema.get("type"), str)


@lru_cache(maxsize=512)
def _validator(kind: AttributeType, key: str) -> Draft202012Validator:
    return Draft202012Validator(dict(kind.keys[key]))


def lender_of(declared: AttributeDeclaration) -> Name | None:
    """Return the attribute whose choices are borrowed (``choices: lead.source``), None when listed."""
    node = declared.choices
    return Name.of(node) if isinstance(node, Scalar) and not node.is_null else None


def read_choices(node: Node, problems: Problems) -> dict[str, Choice]:
    """Return the choices that a list of values, or a mapping of value to label, stands for."""
    found: dict[str, Choice] = {}
    if isinstance(node, Sequence):
        for item in node.items:
            if not isinstance(item, Scalar) or item.is_null:
                problems.add("wrong-kind", f"A choice is a text; this is {described(item)}.", item.place)
            elif item.text in found:
                problems.add("duplicate-choice", f"The choice `{item.text}` occurs twice.", item.place)
            elif _is_choice(item, problems):
                found[item.text] = Choice(item.text, Translated({"": words_of_name(item.text)}))
    elif isinstance(node, Mapping):
        for entry in node.entries.values():
            if _is_choice(entry.key, problems):
                found[entry.key.text] = _choice(entry.key.text, entry.value, problems)
    else:
        problems.add(
            "wrong-kind", f"`choices` takes a list of values; this is {described(node)}.", node.place
        )
        return found
    if not node_size(node):
        problems.add("wrong-kind", "`choices` takes at least one value.", node.place)
    if len(found) > MOST_CHOICES:
        hint = "make it an entity type with shipped rows, and refer to it"
        problems.add("too-many-choices", f"There are more than {MOST_CHOICES:,} choices.", node.place, hint)
    return found


def node_size(node: Mapping | Sequence) -> int:
    """Return how many entries or items a node has."""
    return len(node.entries) if isinstance(node, Mapping) else len(node.items)


def _is_choice(value: Scalar, problems: Problems) -> bool:
    text = value.text
    if text and len(text) <= 63 and text[0].isalnum() and set(text) <= CHOICE:
        return True
    form = "up to 63 of a–z, A–Z, 0–9, `_`, `.`, `-`, the first a letter or digit"
    sentence = f"`{text[:80]}` cannot be a choice: {form}."
    problems.add("bad-choice", sentence, value.place, "write `value: {label: Any text}`")
    return False


def _choice(name: str, node: Node, problems: Problems) -> Choice:
    default = Translated({"": words_of_name(name)})
    if isinstance(node, Scalar):
        return Choice(name, default if node.is_null else Translated({"": node.text}))
    if isinstance(node, Mapping) and node.entries and not set(node.entries) & {"label", "color"}:
        words = WordsText().read(node, name, problems)
        return Choice(name, Translated(words.texts) if words else default)
    declared = read(ChoiceDeclaration, node, name, problems)
    words = declared.label if declared else None
    label = Translated(words.texts) if isinstance(words, Words) else default
    return Choice(name, label, str(declared.color or "") if declared else "")


def unknown_type(declared: AttributeDeclaration, known: Any, problems: Problems) -> None:
    """Note that there is no such attribute type."""
    kind = declared.type
    if kind is not None:
        sentence = f"There is no attribute type `{kind[:60]}`."
        problems.add("unknown-attribute-type", sentence, kind.place, suggest(kind, known))
