"""Reads what a form posted: names like ``name`` and ``lines[0].amount`` become the values of a Save."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException

from formwright.metadata.model import Attribute, EntityType, Model
from formwright.problems import Place, Problem
from formwright.services.refusals import Refusal

__all__ = ["BadRequest", "Posted", "Unsupported", "read_fields", "read_posted", "texts_in"]

MOST_FIELDS = 20_000
MOST_ROWS = 2_000
DEEPEST = 3
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
STEP = re.compile(r"([a-z][a-z0-9_]{0,62})(?:\[(\d{1,5})\])?")
CONTROL = re.compile(r"_[a-z]+(\.[a-z0-9_.\[\]]{1,200})?")
SUFFIXES = ("._upload", "._clear")
ROW_KEYS = ("id", "_remove")

Fields = list[tuple[str, str | UploadFile]]
Values = dict[str, Any]


class BadRequest(Refusal):
    """The body is no form that could be read."""

    status = 400


class Unsupported(Refusal):
    """The content type is none that a form has."""

    status = 415


@dataclass(slots=True)
class Posted:
    """A form as it was posted.

    *values* are texts by attribute: one, several (of controls that post one
    attribute together), or rows as dictionaries. *controls* are the names
    that begin with an underline, without it; *many* the same with every text.
    *uploads* and *cleared* are by the path of their field. *problems* are
    names that no form has.
    """

    values: Values = field(default_factory=dict)
    controls: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)
    uploads: dict[str, UploadFile] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def put(self, path: str, value: str) -> None:
        """Give the field at *path* another text; a path that was not posted is left alone."""
        target, name = _parent_of(self.values, path)
        if target is not None:
            target[name] = value


async def read_fields(request: Request[Any, Any, Any]) -> Fields:
    """Return names and values of the body in their order.

    Raises Unsupported for anything but the two content types of forms,
    BadRequest for bodies that are no such form in UTF-8.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            text = (await request.body()).decode("ascii")
            found: Fields = list(
                parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
            )
            return found
        if kind == "multipart/form-data":
            return list((await request.form()).multi_items())
    except (UnicodeError, LookupError, ValueError) as error:
        if isinstance(error, ClientException):
            raise
        raise BadRequest.of("bad-form", "The form could not be read.", hint="send it in UTF-8") from error
    raise Unsupported.of("bad-content-type", "A form is sent as `multipart/form-data` or url encoded.")


def read_posted(fields: Fields, model: Model, entity: EntityType) -> Posted:
    """Return the fields as values of *entity*; what no form can have posted becomes problems."""
    posted = Posted()
    plain: list[tuple[str, str]] = []
    for name, value in fields:
        if name.startswith("_"):
            _control(posted, name, value)
        elif name.endswith(SUFFIXES):
            _file(posted, name, value)
        elif isinstance(value, UploadFile):
            posted.problems.append(_unknown(name))
        else:
            plain.append((name, value))
    tree: dict[str, Any] = {}
    for name, text in plain:
        if not _place(tree, name, text):
            posted.problems.append(_unknown(name))
    posted.values = _collapse(tree, model, entity, posted.problems)
    return posted


def _unknown(name: str) -> Problem:
    shown = name.encode("ascii", "replace").decode()[:60]
    return Problem("unknown-field", f"This form has no field `{shown}`.", Place(field=shown))


def _control(posted: Posted, name: str, value: str | UploadFile) -> None:
    if isinstance(value, UploadFile) or not CONTROL.fullmatch(name):
        posted.problems.append(_unknown(name))
        return
    posted.controls[name[1:]] = value
    posted.many.setdefault(name[1:], []).append(value)


def _file(posted: Posted, name: str, value: str | UploadFile) -> None:
    path, _, suffix = name.rpartition("._")
    if suffix == "clear":
        posted.cleared.add(path)
    elif isinstance(value, UploadFile):
        posted.uploads[path] = value
    # A text here is an empty file control, or the name of a file in a post without files.


def _place(tree: dict[str, Any], name: str, text: str) -> bool:
    """Put a text into the tree of lists and rows; return whether the name is one of a field."""
    steps = name.split(".")
    if len(steps) > DEEPEST:
        return False
    for step in steps[:-1]:
        found = STEP.fullmatch(step)
        if found is None or found[2] is None or int(found[2]) >= MOST_ROWS:
            return False
        rows = tree.setdefault(found[1], {})
        if not isinstance(rows, dict):
            return False
        tree = rows.setdefault(int(found[2]), {})
    last = steps[-1]
    if not NAME.fullmatch(last) and last not in ROW_KEYS:
        return False
    texts = tree.setdefault(last, [])
    if not isinstance(texts, list):
        return False
    texts.append(text)
    return True


def _collapse(tree: Mapping[str, Any], model: Model, entity: EntityType, problems: list[Problem]) -> Values:
    values: Values = {}
    for name, found in tree.items():
        attribute = entity.attributes.get(name)
        if isinstance(found, list):
            if attribute is not None and not attribute.type.stored:
                problems.append(_unknown(name))
            else:
                values[name] = _text(attribute, found)
        elif attribute is None or attribute.type.stored or attribute.target not in model.entities:
            problems.append(_unknown(f"{name}[{next(iter(found))}]"))
        else:
            child = model.entities[attribute.target]
            values[name] = [_row(found[index], model, child, problems) for index in sorted(found)]
    return values


def _row(tree: Mapping[str, Any], model: Model, entity: EntityType, problems: list[Problem]) -> Values:
    keys = {key: tree[key][-1] for key in ROW_KEYS if isinstance(tree.get(key), list)}
    inner = {name: found for name, found in tree.items() if name not in ROW_KEYS}
    return {**_collapse(inner, model, entity, problems), **keys}


def _text(attribute: Attribute | None, texts: list[str]) -> str | list[str]:
    several = len(texts) > 1 or (attribute is not None and attribute.type.multiple)
    return texts if several else texts[0]


def texts_in(values: Mapping[str, Any], path: str = "") -> Iterable[tuple[str, str | list[str]]]:
    """Yield the texts of *values* by the path of their field: ``lines[0].amount``."""
    for name, value in values.items():
        if name in ROW_KEYS and path:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for index, row in enumerate(value):
                yield from texts_in(row, f"{path}{name}[{index}].")
        else:
            yield f"{path}{name}", value


def _parent_of(values: Values, path: str) -> tuple[Values | None, str]:
    *steps, last = path.split(".")
    here = values
    for step in steps:
        found = STEP.fullmatch(step)
        rows = here.get(found[1]) if found else None
        index = int(found[2] or 0) if found else 0
        if not isinstance(rows, list) or index >= len(rows) or not isinstance(rows[index], dict):
            return None, last
        here = rows[index]
    return here, last
