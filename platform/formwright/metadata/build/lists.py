"""Lists: saved views."""

from __future__ import annotations

from formwright.metadata.build.context import Workpiece
from formwright.metadata.declarations import ListDeclaration, Name
from formwright.metadata.model import ListView
from formwright.metadata.names import check_name
from formwright.metadata.shapes import Outline

__all__ = ["build_lists"]

FIRST = 5


def build_lists(piece: Workpiece) -> dict[str, ListView]:
    """Return the lists by name; without any, one of the title and the first attributes."""
    declared = piece.shape.declared.lists or {}
    found = {}
    defaults: list[str] = []
    for name, written in declared.items():
        check_name(name.scalar, "list", piece.problems)
        found[str(name)] = _list(piece, name, written)
        defaults += [str(name)] if written.default else []
    if len(defaults) > 1:
        sentence = f"The lists `{defaults[0]}` and `{defaults[1]}` are both the default."
        place = next(each for name, each in declared.items() if name == defaults[1]).place_of("default")
        piece.problems.add("two-defaults", sentence, place, "keep one")
    if not found:
        label = piece.label(("lists", "all", "label"), None, "all")
        found["all"] = ListView(name="all", label=label, columns=_first_columns(piece), default=True)
    return found


def _first_columns(piece: Workpiece) -> tuple[str, ...]:
    """Return number, name, sub-type, state and the first attributes that fit into a table."""
    shape = piece.shape
    own = [
        each.name
        for each in shape.outlines.values()
        if not each.system
        and each.kind is not None
        and each.kind.stored
        and not each.kind.wide
        and not _hidden(each)
    ]
    wanted = [
        *(["number"] if shape.declared.number else []),
        *(["name"] if "name" in own else []),
        *(["type"] if shape.lineages else []),
        *(["state"] if shape.states else []),
        *own,
    ]
    columns = tuple(dict.fromkeys(wanted))[: FIRST + 1]
    return columns or ("created_at",)


def _hidden(each: Outline) -> bool:
    return bool(each.declared and (each.declared.sensitive or each.declared.visible is False))


def _list(piece: Workpiece, name: Name, declared: ListDeclaration) -> ListView:
    path = f"lists.{name}"
    by = _board(piece, declared)
    columns = tuple(str(column) for column in declared.columns or () if _column(piece, column))
    if declared.columns is not None and not declared.columns:
        piece.problems.add("wrong-kind", "`columns` takes at least one.", declared.place_of("columns"))
    return ListView(
        name=str(name),
        label=piece.label(("lists", str(name), "label"), declared.label, name),
        columns=columns or _first_columns(piece),
        appearance=declared.appearance or "table",
        by=by,
        filter=piece.expression(declared.filter, f"{path}.filter", piece.rows),
        sort=tuple(pair for each in declared.sort or () for pair in _sort(piece, each)),
        default=bool(declared.default),
        badge=bool(declared.badge),
        place=declared.place,
    )


def _column(piece: Workpiece, name: Name) -> Outline | None:
    """Return the attribute that a column shows, through at most one reference; note when there is none.

    The column `title` is the title of the record, unless there is an attribute of that name.
    """
    first, dot, rest = name.partition(".")
    if not dot:
        return piece.column(name, piece.name)
    outline = piece.attribute(name.part(0, first), what="list column")
    if outline is None or outline.kind is None:
        return None
    target = outline.targets[0] if len(outline.targets) == 1 and outline.kind.kind == "record" else ""
    if not target:
        sentence = f"`{first}` is no reference to one entity type, so `{name[:60]}` leads nowhere."
        piece.problems.add("no-path", sentence, name.place, "a column goes through one reference")
        return None
    if target not in piece.around.shapes:
        return None  # noted at the reference
    return piece.column(name.part(len(first) + 1, rest), target)


def _sort(piece: Workpiece, name: Name) -> list[tuple[str, bool]]:
    descending = name.startswith("-")
    plain = name.part(1, name[1:]) if descending else name
    outline = piece.attribute(plain) if "." not in plain else None
    if "." in plain:
        piece.problems.add(
            "not-sortable", f"`{plain[:60]}` cannot be sorted by: it lies elsewhere.", plain.place
        )
    if outline is None:
        return []
    declared = outline.declared
    column = outline.kind is None or (outline.kind.stored and outline.kind.sortable)
    if not column or (declared and (declared.stored is False or declared.sparse)):
        sentence = f"`{plain}` cannot be sorted by: it has no column that has an order."
        piece.problems.add("not-sortable", sentence, plain.place)
        return []
    return [(str(plain), descending)]


def _board(piece: Workpiece, declared: ListDeclaration) -> str:
    """Return the attribute whose values are the columns of a board or the days of a calendar."""
    appearance = declared.appearance or "table"
    if appearance == "table":
        if declared.by:
            place = declared.place_of("by")
            piece.problems.add("contradiction", "`by` belongs to `as: board` and `as: calendar`.", place)
        return ""
    if declared.by is None:
        hint = "name the attribute that places a record: `by: state`"
        piece.problems.add("missing-key", f"A {appearance} needs the key `by`.", declared.place, hint)
        return ""
    outline = piece.attribute(declared.by)
    if outline is None or outline.kind is None:
        return ""
    days = outline.kind.kind in ("date", "datetime")
    if not (days if appearance == "calendar" else outline.kind.choices(outline.options)):
        hint = "take a date or datetime" if appearance == "calendar" else "take a choice, `state` or `type`"
        sentence = f"`{declared.by}` cannot place records on a {appearance}."
        piece.problems.add("no-board", sentence, declared.by.place, hint)
    return str(declared.by)
