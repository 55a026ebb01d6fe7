"""The state of one field: its texts, its options, its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from formwright.access import MASK, FieldRights, masked_text
from formwright.forms.data import FormData
from formwright.forms.rules import fixed, is_readonly, is_required, is_visible
from formwright.forms.states import FieldState, Mode, Option
from formwright.metadata.model import Attribute, EntityType, FormField
from formwright.problems import Problem

__all__ = ["USER", "Around", "field_state", "keys_of", "targets_of"]

USER = "$user"
FILE = "$file"
FILES = ("file", "image")
FULL = 12


class Around:
    """What all fields of one record share: entity type, values, rules' context, rights, mode, locale."""

    __slots__ = ("context", "data", "entity", "locale", "mode", "path", "problems", "rights", "values")

    def __init__(
        self,
        entity: EntityType,
        values: Mapping[str, Any],
        context: Mapping[str, Any],
        rights: FieldRights,
        data: FormData,
        *,
        mode: Mode,
        locale: str,
        problems: Mapping[str, tuple[Problem, ...]],
        path: str = "",
    ) -> None:
        """Keep them. *path* stands before the names of attributes, with its dot: ``lines[0].``."""
        self.entity, self.values, self.context, self.rights, self.data = entity, values, context, rights, data
        self.mode, self.locale, self.problems, self.path = mode, locale, problems, path


def field_state(
    around: Around, attribute: Attribute, field: FormField | None, width: int = 6, *, locked: bool = False
) -> FieldState:
    """Return the state of *attribute*; the caller has made sure that the actor may know of it."""
    name, path = attribute.name, around.path + attribute.name
    label = (field.label if field is not None and field.label is not None else attribute.label).get(
        around.locale
    )
    if not is_visible(attribute, field, around.context):
        return FieldState(attribute=attribute, path=path, label=label, visible=False, readonly=True)
    readonly = (
        around.mode == "view"
        or locked
        or fixed(attribute, around.rights)
        or is_readonly(attribute, field, around.context)
    )
    value = around.values.get(name)
    masked = name in around.rights.masked and value is not None
    content = (_mask if masked else _content)(around, attribute, value, readonly=readonly)
    said = field.help if field is not None and field.help is not None else attribute.help
    return FieldState(
        attribute=attribute,
        path=path,
        label=label,
        help=said.get(around.locale) if said is not None else "",
        visible=_worth_showing(around, attribute, value, readonly=readonly),
        required=not readonly and is_required(attribute, field, around.context),
        readonly=readonly,
        masked=masked,
        source=f"/{around.entity.name}/options/{name}" if targets_of(attribute) and not readonly else "",
        depends=_read_by_where(attribute),
        problems=around.problems.get(path, ()),
        refreshes=_refreshes(around.entity, attribute),
        appearance=field.appearance if field is not None else "",
        width=FULL if attribute.type.wide else width,
        **content,
    )


def _content(around: Around, attribute: Attribute, value: Any, *, readonly: bool) -> dict[str, Any]:
    """Return the parts of a field that hold its value."""
    keys = keys_of(attribute, around.values, around.data.zone)
    options = _options(around, attribute, value, readonly=readonly)
    return {
        "value": value,
        "text": "" if readonly else _text(around, attribute, value, keys),
        "display": _display(around, attribute, value, keys, options),
        "keys": keys,
        "options": options,
        "link": _link(around, attribute, value),
    }


def _mask(around: Around, attribute: Attribute, value: Any, *, readonly: bool) -> dict[str, Any]:
    """Return the same without the value: some are masked already by who loaded them."""
    if isinstance(value, str) and value.startswith(MASK):
        shown = value
    else:
        shown = masked_text(str(_content(around, attribute, value, readonly=True)["display"]))
    typed = around.data.texts.get(around.path + attribute.name, shown)
    return {"text": "" if readonly else typed, "display": shown}


def keys_of(attribute: Attribute, values: Mapping[str, Any], zone: str) -> Mapping[str, Any]:
    """Return the options of the type with what only the record or the actor knows: currency, time zone."""
    keys = attribute.options
    other = keys.get("currency_of")
    if other and values.get(other):
        keys = {**keys, "currency": values[other]}
    if zone and attribute.type.kind == "datetime" and not keys.get("zone"):
        keys = {**keys, "zone": zone}
    return keys


def targets_of(attribute: Attribute) -> tuple[str, ...]:
    """Return the entity types that a reference points at; nothing for values of their own."""
    if not attribute.type.stored:
        return ()
    if attribute.type.name == "user":
        return (USER,)
    to = attribute.options.get("to") or ()
    return (to,) if isinstance(to, str) else tuple(to)


def _read_by_where(attribute: Attribute) -> tuple[str, ...]:
    """Return the attributes of the referring record that decide what is offered."""
    if attribute.where is None:
        return ()
    paths = (path.replace("[", ".").split(".") for path in attribute.where.dependencies)
    return tuple(sorted({path[1] for path in paths if path[0] == "record" and len(path) > 1} - {"id"}))


def _worth_showing(around: Around, attribute: Attribute, value: Any, *, readonly: bool) -> bool:
    """A form for a new record leaves out what cannot be typed and is empty; computed values may come yet."""
    empty = around.mode == "create" and readonly and value is None and attribute.computed is None
    return not empty or attribute.type.name == "children"


def _refreshes(entity: EntityType, attribute: Attribute) -> bool:
    read = entity.affects.get(attribute.name, frozenset())
    return bool(read - {attribute.name}) or (attribute.name == "type" and bool(entity.types))


def _text(around: Around, attribute: Attribute, value: Any, keys: Mapping[str, Any]) -> str | list[str]:
    typed = around.data.texts.get(around.path + attribute.name)
    if typed is not None:
        return typed
    return "" if value is None else attribute.type.text(value, keys, around.locale)


def _display(
    around: Around, attribute: Attribute, value: Any, keys: Mapping[str, Any], options: tuple[Option, ...]
) -> str:
    if value is None or not attribute.type.stored:
        return ""
    if attribute.type.name in FILES:
        return around.data.titles.get((FILE, str(value)), attribute.label.get(around.locale))
    if options or targets_of(attribute):
        return ", ".join(option.label for option in options if option.selected)
    return attribute.type.display(value, keys, around.locale)


def _options(around: Around, attribute: Attribute, value: Any, *, readonly: bool) -> tuple[Option, ...]:
    """Return what there is to choose from; of what cannot be changed only what is chosen."""
    path = around.path + attribute.name
    typed = around.data.texts.get(path)
    chosen = _chosen(value) if typed is None else {typed} if isinstance(typed, str) else set(typed)
    targets = targets_of(attribute)
    if targets:
        return _records(around, attribute, value, path, chosen)
    names = attribute.type.choices(attribute.options)
    if not names:
        return ()
    choices, types = attribute.options.get("choices") or {}, around.entity.types
    found = []
    for name in names:
        sub_type = types.get(name) if attribute.name == "type" else None
        picked = name in chosen
        if (readonly or (sub_type is not None and sub_type.abstract)) and not picked:
            continue
        choice = choices[name]
        hint = sub_type.help.get(around.locale) if sub_type is not None and sub_type.help is not None else ""
        found.append(Option(name, choice.label.get(around.locale), choice.color, picked, hint))
    known = {option.value for option in found}
    gone = [Option(name, name, "", selected=True) for name in sorted(chosen) if name and name not in known]
    return (*found, *gone)


def _chosen(value: Any) -> set[str]:
    if value is None:
        return set()
    if isinstance(value, list):
        return {str(each) for each in value}
    return {str(value)}


def _records(
    around: Around, attribute: Attribute, value: Any, path: str, chosen: set[str]
) -> tuple[Option, ...]:
    """Return the chosen records, in their order, then those that are offered."""
    offers = around.data.offers.get(path, ())
    values = value if isinstance(value, list) else [] if value is None else [value]
    selected = [_record(around, attribute, each) for each in values if str(each) in chosen]
    known = {option.value for option in selected}
    typed = [
        Option(offer.value, offer.label, offer.color, selected=True, hint=offer.hint)
        for offer in offers
        if offer.value in chosen and offer.value not in known
    ]
    known |= {option.value for option in typed}
    return (*selected, *typed, *(offer for offer in offers if offer.value not in known))


def _record(around: Around, attribute: Attribute, value: UUID | str) -> Option:
    entity, _, identity = str(value).rpartition("/")
    target = entity or targets_of(attribute)[0]
    title = around.data.titles.get((target, identity), "")
    return Option(
        str(value), title or "…", selected=True, link=_address(around, target, identity) if title else ""
    )


def _address(around: Around, target: str, identity: str) -> str:
    entity = around.data.entities.get(target)
    return f"/{target}/{identity}" if entity is not None and not entity.embedded else ""


def _link(around: Around, attribute: Attribute, value: Any) -> str:
    if value is None or isinstance(value, list):
        return ""
    if attribute.type.name in FILES:
        return f"/files/{value}"
    return _record(around, attribute, value).link if targets_of(attribute) else ""
