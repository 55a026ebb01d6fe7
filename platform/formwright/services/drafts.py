"""A record while it is being saved: how it was, how it will be, and how expressions see both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from formwright.access import FieldRights
from formwright.expressions import RECORDS, Expression
from formwright.metadata.model import Attribute, EntityType
from formwright.problems import Place, Problem, ProblemError, Problems
from formwright.services.answers import answer_requests
from formwright.services.loading import enrich
from formwright.services.needs import NeedSet, merged
from formwright.services.traits import Traits, traits_of
from formwright.services.values import canonical, context_value, differ, fields_of
from formwright.services.work import Work

__all__ = ["Draft", "refresh_all"]


@dataclass(slots=True, eq=False, kw_only=True)
class Draft:
    """One record of a save, with the drafts of its children that are saved with it.

    *old* and *new* hold canonical values by attribute; *old* is None for a
    new record. *given* names what the actor wrote. *path* is the field of the
    parent's input at which this record stands (``lines[2]``), for problems.
    *kept* are the context forms of children that the input does not mention.
    *edits* counts how often a value became another one.
    """

    work: Work
    entity: EntityType
    id: UUID
    needs: NeedSet
    rights: FieldRights
    problems: Problems
    old: dict[str, Any] | None = None
    new: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    path: str = ""
    parent: Draft | None = None
    parent_fields: dict[str, Any] | None = None
    params: dict[str, Any] | None = None
    children: dict[str, list[Draft]] = field(default_factory=dict)
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    removed: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    old_fields: dict[str, Any] | None = None
    warnings: list[Problem] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    edits: int = 0
    _loaded: dict[str, Any] = field(default_factory=dict)
    _traits: tuple[str | None, Traits] | None = None

    def __post_init__(self) -> None:
        """Begin with the values as they were."""
        self.new = {**(self.old or {}), **self.new, "id": self.id}
        self.fields = fields_of(self.entity, self.new)
        if self.old is not None:
            self.old_fields = fields_of(self.entity, self.old)

    @property
    def type(self) -> str | None:
        """The sub-type, as it will be."""
        kind: str | None = self.new.get("type")
        return kind

    @property
    def traits(self) -> Traits:
        """What is the same for all records of its sub-type, as it will be."""
        kind = self.new.get("type")
        if self._traits is None or self._traits[0] != kind:
            self._traits = (kind, traits_of(self.work.model, self.entity, kind))
        return self._traits[1]

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """The attributes that the record has as what it will be."""
        return self.traits.attributes

    def put(self, name: str, value: Any) -> None:
        """Give an attribute a canonical value, here and for expressions."""
        before = self.new.get(name)
        if before is not value and differ(before, value):
            self.edits += 1
        self.new[name] = value
        if value is None:
            self.fields.pop(name, None)
        else:
            self.fields[name] = context_value(self.entity.attributes[name], value)

    def was(self, name: str) -> Any:
        """Return the canonical value before, None for a new record."""
        return self.old.get(name) if self.old is not None else None

    def changed(self, name: str) -> bool:
        """Return whether the value is another than before."""
        return differ(self.was(name), self.new.get(name))

    def changes(self) -> tuple[str, ...]:
        """Return the stored attributes whose value is another than before."""
        old, new = self.old or {}, self.new
        return tuple(
            n for n in self.traits.stored if old.get(n) is not new.get(n) and differ(old.get(n), new.get(n))
        )

    def at(self, name: str) -> Place:
        """Return the place of an attribute in the input of the whole command."""
        return Place(field=f"{self.path}.{name}" if self.path else name)

    def say(self, code: str, sentence: str, name: str = "", hint: str = "") -> None:
        """Note a problem at an attribute of this record."""
        self.problems.add(code, sentence, self.at(name) if name else Place(field=self.path), hint)

    def broken(self, name: str) -> bool:
        """Return whether there is a problem at an attribute already."""
        field = self.at(name).field
        return any(problem.place.field == field for problem in self.problems)

    async def refresh(self) -> None:
        """Load what expressions read through references and children that are new here."""
        await refresh_all([self])

    def pending(self) -> tuple[str, ...]:
        """Return the attributes below which something is read that is not loaded."""
        return tuple(n for n in self.needs.record if n not in self.children and self._is_pending(n))

    def loaded(self, names: Iterable[str]) -> None:
        """Note that what is read below *names* has been loaded."""
        for name in names:
            self._loaded[name] = self.new.get(name)

    def look_back(self) -> bool:
        """Return, once, whether what is read of the record as it was is still to be loaded."""
        if self.old_fields is None or "$old" in self._loaded:
            return False
        self._loaded["$old"] = True
        return True

    def look_further(self, needs: NeedSet) -> None:
        """Have the next `refresh` load what *needs* names, too: the rules of a form read more than a save."""
        self.needs = merged(self.needs, needs)
        self._loaded.clear()

    def _is_pending(self, name: str) -> bool:
        attribute = self.entity.attributes.get(name)
        if attribute is None or (attribute.type.stored and not self.needs.record[name] and attribute.stored):
            return False
        if name not in self._loaded:
            return self.old is not None or attribute.type.stored or self._starts_empty(name)
        return differ(self._loaded[name], self.new.get(name))

    def _starts_empty(self, name: str) -> bool:
        """A new record has no children in the database: an empty list spares the query."""
        if not self.entity.attributes[name].type.stored:
            self.fields.setdefault(name, [])
        self._loaded[name] = None
        return False

    def gather(self) -> None:
        """Show the children that are saved along in the context form of this record."""
        for name, drafts in self.children.items():
            rows = [*self.kept.get(name, ()), *(d.fields for d in drafts if not d.removed)]
            self.fields[name] = rows

    def context(self) -> dict[str, Any]:
        """Return what expressions of this record see."""
        context = {**self.fields, **self.work.names, "record": self.fields, RECORDS: self.work.answers}
        if self.old_fields is not None:
            context["old"] = self.old_fields
        parent = self.parent.fields if self.parent is not None else self.parent_fields
        if parent is not None:
            context["parent"] = parent
        if self.params is not None:
            context["params"] = self.params
        return context

    async def asked(self, expression: Expression) -> dict[str, Any]:
        """Return the context for *expression*, with the records it asks for fetched."""
        context = self.context()
        if expression.queries:
            await answer_requests(self.work, expression, context)
        return context

    async def holds(self, rule: bool | Expression, *, failing: bool) -> bool:
        """Return whether a rule is true; *failing* is the answer of one that cannot be evaluated."""
        if not isinstance(rule, Expression):
            return rule
        try:
            return bool(rule.true(await self.asked(rule)))
        except ProblemError:
            return failing

    async def value_of(self, expression: Expression, attribute: Attribute) -> Any:
        """Return the canonical value that *expression* gives for *attribute*.

        Raises ProblemError when it cannot be evaluated, Invalid when the
        result is no value of the attribute.
        """
        return canonical(attribute, expression.value(await self.asked(expression)), self.new)


async def refresh_all(drafts: Sequence[Draft]) -> None:
    """Load what expressions of several drafts read, with one query for each entity type and level."""
    groups: dict[tuple[str, int, tuple[str, ...]], list[Draft]] = {}
    for draft in drafts:
        names = draft.pending()
        if names:
            groups.setdefault((draft.entity.name, id(draft.needs), names), []).append(draft)
    for (_, _, names), group in groups.items():
        first = group[0]
        records = [(draft.new, draft.fields) for draft in group]
        await enrich(first.work, first.entity, records, {n: first.needs.record[n] for n in names})
        for draft in group:
            draft.loaded(names)
    before: dict[tuple[str, int], list[Draft]] = {}
    for draft in drafts:
        if draft.look_back():
            before.setdefault((draft.entity.name, id(draft.needs)), []).append(draft)
    for group in before.values():
        first = group[0]
        records = [(draft.old or {}, draft.old_fields or {}) for draft in group]
        await enrich(first.work, first.entity, records, first.needs.old)
