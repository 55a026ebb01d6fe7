"""The CRM's own functions, registered the way every plugin registers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from formwright_plugins.crm import names
from formwright_plugins.crm.demo import load

if TYPE_CHECKING:
    from formwright_plugins.crm.loader import Loader

    from formwright.plugins import Registration
    from formwright.services.calls import Call

__all__ = ["register"]


def register(registry: Registration) -> None:
    """Register what README.md lists."""
    registry.call("crm.touch")(touch)
    registry.demo("crm")(demo)


async def touch(call: Call) -> None:
    """Set when a customer or lead was last in contact: ``with: {customer: id, lead: id, at: datetime}``.

    The automation that calls this has checked that *at* is later than what is known.
    """
    at = call.arguments["at"]
    if call.arguments.get("customer"):
        await call.save("customer", {"last_interaction_at": at.isoformat()}, UUID(call.arguments["customer"]))
    if call.arguments.get("lead"):
        await call.save("lead", {"last_contact_on": at.date().isoformat()}, UUID(call.arguments["lead"]))


async def demo(loader: Loader) -> None:
    """Load the demo records."""
    await load(loader, names)
