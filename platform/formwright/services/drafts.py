"""A record while it is being saved: how it was, how it will be, and how expressions see both."""

from __future__ import annotations

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
from formwright.services.values import canonical, context_value, differ, fields_of
from formwright.services.work import Work

__all__ = ["Draft"]


@dataclass(slots=True, eq=False, kw_only=True)
class Draft:
    """One record of a save, with the drafts of its children that are saved with it.

    *old* and *new* hold canonical values by attribute; *old* is None for a
    new record. *given* names what the actor wrote. *path* is the field of the
    parent's input at which this record stands (``lines[2]``), for problems.
    *kept* are the context forms of children that the input does not mention.
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
    _loaded: dict[str, Any] = field(default_factory=dict)
    _attributes: tuple[str | None, dict[str, Attribute]] | None = None

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
    def attributes(self) -> dict[str, Attribute]:
        """The attributes that the record has as what it will be."""
        if self._attributes is None or self._attributes[0] != self.type:
            self._attributes = (self.type, self.entity.attributes_of(self.type))
        return self._attributes[1]

    def put(self, name: str, value: Any) -> None:
        """Give an attribute a canonical value, here and for expressions."""
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
        names = (n for n, a in self.entity.attributes.items() if a.stored and old.get(n) is not new.get(n))
        return tuple(
            n for n in names if self.entity.attributes[n].type.stored and differ(old.get(n), new.get(n))
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
        pending = {
            name: below
            for name, below in self.needs.record.items()
            if name not in self.children and self._is_pending(name)
        }
        await enrich(self.work, self.entity, [(self.new, self.fields)], pending)
        for name in pending:
            self._loaded[name] = self.new.get(name)
        if self.old is not None and self.old_fields is not None and "$old" not in self._loaded:
            await enrich(self.work, self.entity, [(self.old, self.old_fields)], self.needs.old)
            self._loaded["$old"] = True

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
