"""What plugin functions get when an effect or an action calls them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from formwright.problems import suggest
from formwright.services.commands import Remove, Save, Saved, Transition
from formwright.services.drafts import Draft
from formwright.services.refusals import Invalid
from formwright.services.work import Work
from formwright.services.writing import emit

if TYPE_CHECKING:
    from formwright.access import Actor

__all__ = ["Call", "call_function"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: about which record, with which arguments, inside which transaction.

    *record* holds canonical values by attribute. Everything that the function
    saves belongs to the same transaction; an exception undoes all of it, and
    a ProblemError is shown to the actor.
    """

    work: Work
    draft: Draft
    arguments: Mapping[str, Any]

    @property
    def id(self) -> UUID:
        """The id of the record."""
        return self.draft.id

    @property
    def entity(self) -> str:
        """The name of its entity type."""
        return self.draft.entity.name

    @property
    def record(self) -> Mapping[str, Any]:
        """Its values by attribute."""
        return self.draft.new

    @property
    def actor(self) -> Actor:
        """On whose behalf."""
        return self.work.actor

    async def save(self, entity: str, values: Mapping[str, Any], id: UUID | None = None) -> Saved:  # noqa: A002
        """Create or update a record in the same transaction, with the rights of the system."""
        from formwright.services.records import save_in

        command = Save(entity=entity, id=id, values=values, actor=self.actor, channel="plugin")
        return await save_in(self.work.following(channel="plugin"), command)

    async def transition(self, entity: str, id: UUID, name: str, params: Mapping[str, Any] = {}) -> Saved:  # noqa: A002
        """Take a transition, hidden ones too, in the same transaction."""
        from formwright.services.moves import transition_in

        command = Transition(
            entity=entity, id=id, name=name, params=params, actor=self.actor, channel="plugin"
        )
        return await transition_in(self.work.following(channel="plugin"), command)

    async def remove(self, entity: str, id: UUID) -> Saved:  # noqa: A002
        """Remove a record in the same transaction."""
        from formwright.services.removing import remove_in

        command = Remove(entity=entity, id=id, actor=self.actor, channel="plugin")
        return await remove_in(self.work.following(channel="plugin"), command)

    async def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Write an event about the record into the outbox."""
        await emit(self.draft, event, payload)


PluginFunction = Callable[[Call], Awaitable[Any]]


async def call_function(draft: Draft, name: str, arguments: Mapping[str, Any]) -> Any:
    """Return what the plugin function *name* returns; raise Invalid when no plugin has registered it."""
    function: PluginFunction | None = draft.work.runtime.functions.get(name)
    if function is None:
        hint = suggest(name, draft.work.runtime.functions)
        raise Invalid.of("function-missing", f"No plugin provides the function `{name}`.", hint=hint)
    return await function(Call(draft.work, draft, arguments))
