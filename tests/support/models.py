"""Models built in code, for tests that need no files: the real dataclasses with short spellings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from formwright.attributes import builtin
from formwright.expressions import Kind, Scope, Type, compile_expression
from formwright.metadata.model import (
    Attribute,
    Choice,
    EntityType,
    Lifecycle,
    ListView,
    Model,
    Module,
    NumberSeries,
    Rule,
    State,
    SubType,
    Translated,
    UniqueKey,
    Value,
)

__all__ = ["attribute", "entity", "model", "rule"]

BOOLEAN = Type(Kind.BOOLEAN)


def said(text: str) -> Translated:
    return Translated({"": text})


def attribute(name: str, kind: str = "text", **keys: Any) -> Attribute:
    """Return an attribute of the type named *kind*; keys that Attribute lacks are options of the type."""
    own = {key: keys.pop(key) for key in list(keys) if key in Attribute.__dataclass_fields__}
    if "default" in own:
        own["default"] = Value(literal=own["default"])
    if "choices" in keys:
        keys["choices"] = {one: Choice(one, said(one)) for one in keys["choices"]}
    if isinstance(own.get("types"), str):
        own["types"] = frozenset([own["types"]])
    if isinstance(own.get("was"), str):
        own["was"] = (own["was"],)
    found = builtin().find(kind)
    assert found is not None, kind
    return Attribute(name=name, type=found, options=keys, label=said(name), **own)


class _Names:
    """What expressions know of one entity type."""

    def __init__(self, kinds: Mapping[str, Type]) -> None:
        self.kinds = kinds

    def fields(self, entity: str) -> Mapping[str, Type]:
        return self.kinds

    def entities(self) -> Mapping[str, object]:
        return {}


def _expression(text: str, name: str, attributes: Iterable[Attribute]) -> Any:
    kinds = {"state": Type(Kind.TEXT, optional=True), "type": Type(Kind.TEXT, optional=True)}
    kinds |= {one.name: Type(Kind(one.type.kind), optional=True) for one in attributes}
    scope = Scope(schema=_Names(kinds), entity=name, names={"today": Type(Kind.DATE)})
    return compile_expression(text, scope, expects=BOOLEAN)


def rule(name: str, valid: str, when: str | None = None, severity: str = "error") -> tuple[Any, ...]:
    return (name, valid, when, severity)


def entity(
    name: str,
    *attributes: Attribute,
    types: Iterable[str] = (),
    states: Iterable[str] = (),
    rules: Iterable[tuple[Any, ...]] = (),
    unique: Mapping[str, Any] | None = None,
    sort: Iterable[str] = (),
    number: bool = False,
    was: str = "",
) -> EntityType:
    """Return an entity type. *unique*: name of key -> (attributes, condition or None)."""
    made = tuple(
        Rule(
            name=called,
            valid=_expression(valid, name, attributes),
            when=_expression(when, name, attributes) if when else None,
            message=said(called),
            severity=severity,
        )
        for called, valid, when, severity in rules
    )
    keys = tuple(
        UniqueKey(name=key, of=of, when=_expression(when, name, attributes) if when else None)
        for key, (of, when) in (unique or {}).items()
    )
    all_states = {state: State(name=state, label=said(state)) for state in states}
    view = ListView(name="all", label=said("all"), columns=("id",), sort=tuple((one, False) for one in sort))
    return EntityType(
        name=name,
        module="test",
        label=said(name),
        plural=said(name),
        icon="box",
        number=NumberSeries("N-", 4) if number else None,
        title=_expression("true", name, attributes),
        attributes={one.name: one for one in attributes},
        order=(),
        types={one: SubType(name=one, label=said(one)) for one in types},
        rules=made,
        unique=keys,
        lifecycle=Lifecycle(states=all_states, transitions={}) if all_states else None,
        lists={"all": view},
        was=(was,) if was else (),
    )


def model(*entities: EntityType) -> Model:
    """Return a model; its checksum stands for everything that storage reads."""
    return Model(
        checksum=sha256(repr(entities).encode()).hexdigest(),
        modules={"test": Module(name="test", label=said("test"))},
        entities={one.name: one for one in entities},
        roles={},
    )


def with_attributes(base: EntityType, *attributes: Attribute) -> EntityType:
    """Return *base* with other attributes."""
    return replace(base, attributes={one.name: one for one in attributes})
