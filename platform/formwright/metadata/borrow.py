"""Choices that an attribute has from another one: ``choices: lead.source``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from formwright.metadata.declarations import Name
from formwright.metadata.options import lender_of
from formwright.metadata.shapes import Outline, Shape, Shapes, value_type
from formwright.metadata.texts import Texts
from formwright.problems import Problems, suggest

__all__ = ["Borrowed", "borrow", "lent_texts", "with_choices"]


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A shape with its borrowed choices in place, and what it was made of."""

    plain: Shape
    choices: tuple[Any, ...]
    shape: Shape


def borrow(shapes: dict[str, Shape], memory: dict[str, Borrowed]) -> dict[str, Shape]:
    """Return *shapes* with borrowed choices in place; *memory* keeps those of the compile before."""
    known = Shapes(shapes)
    found = {}
    kept: dict[str, Borrowed] = {}
    for name, shape in shapes.items():
        borrowing = [each for each in shape.outlines.values() if _lender(each)]
        if not borrowing:
            found[name] = shape
            continue
        problems = Problems()
        problems.extend(shape.problems)
        filled = [with_choices(each, name, known, problems) for each in borrowing]
        choices = tuple(each.options.get("choices") for each in filled)
        before = memory.get(name)
        if before is None or before.plain is not shape or before.choices != choices:
            outlines = {**shape.outlines, **{each.name: each for each in filled}}
            before = Borrowed(shape, choices, replace(shape, outlines=outlines, problems=problems, fields={}))
        kept[name] = before
        found[name] = before.shape
    memory.clear()
    memory.update(kept)
    return found


def _lender(outline: Outline) -> Name | None:
    return lender_of(outline.declared) if outline.declared and not outline.system else None


def with_choices(outline: Outline, entity: str, shapes: Shapes, problems: Problems) -> Outline:
    """Return *outline*, an attribute of *entity*, with the choices that it borrows, if it does."""
    name = _lender(outline)
    if name is None or outline.kind is None or "choices" not in outline.kind.keys:
        return outline
    first, dot, rest = name.partition(".")
    owner, attribute = (first, name.part(len(first) + 1, rest)) if dot else (entity, name)
    shape = shapes.get(owner)
    if shape is None:
        sentence = f"There is no entity type `{owner[:60]}`."
        problems.add("unknown-entity", sentence, name.place, suggest(owner, shapes.entities()))
        return outline
    lender = shape.outlines.get(attribute)
    choices = lender.options.get("choices") if lender else None
    if lender is None or not choices:
        lenders = [each.name for each in shape.outlines.values() if each.options.get("choices")]
        sentence = f"`{owner}` has no attribute `{attribute[:60]}` that lists choices."
        hint = suggest(attribute, lenders)
        code = "unknown-attribute" if lender is None else "no-choices"
        problems.add(code, sentence, attribute.place, hint)
        return outline
    options = {**outline.options, "choices": choices}
    value = value_type(outline.kind, options, optional=outline.value.optional)
    return replace(outline, options=options, value=value, lender=(owner, lender.name))


def lent_texts(shape: Shape, texts: Mapping[str, Texts]) -> dict[str, object]:
    """Return what locale files say about the entity types whose choices *shape* has."""
    owners = {outline.lender[0] for outline in shape.outlines.values()} - {""}
    return {owner: texts[owner].said for owner in owners if owner in texts}
