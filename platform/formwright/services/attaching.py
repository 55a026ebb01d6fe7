"""Which files an actor may put into a record: only what may be read may be passed on."""

from __future__ import annotations

from uuid import UUID

from formwright.services.drafts import Draft
from formwright.services.files import is_foreign

__all__ = ["FILES", "check_attached"]

FILES = ("file", "image")


async def check_attached(draft: Draft) -> None:
    """Note each file that was given to *draft* and that its actor may not read.

    The sentence is that of a file that is not there: nobody learns by it which files there are.
    """
    if draft.work.rights.system:
        return
    for name in sorted(draft.given):
        attribute, value = draft.entity.attributes[name], draft.new.get(name)
        if attribute.type.name in FILES and isinstance(value, UUID) and await is_foreign(draft.work, value):
            label = attribute.label.get(draft.work.actor.locale)
            draft.say("unknown-reference", f"{label}: there is no such file.", name)
