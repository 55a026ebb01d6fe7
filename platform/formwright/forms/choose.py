"""Which form of an entity type serves a record."""

from __future__ import annotations

from formwright.forms.states import Mode
from formwright.metadata.model import EntityType, Form

__all__ = ["choose_form"]

DEFAULT = "default"


def choose_form(entity: EntityType, mode: Mode, type_name: str | None = None) -> Form:
    """Return the form of *entity* for *mode* and sub-type: the most special one.

    A form for some sub-types or modes serves nothing else. One for the
    sub-type wins over one for the mode, that over ``default``, and the first
    in the metadata over the others.
    """
    fitting = [form for form in entity.forms.values() if _fits(form, mode, type_name)]
    if not fitting:
        msg = f"entity type {entity.name} has no form for {mode}"
        raise LookupError(msg)
    return max(fitting, key=_rank)


def _fits(form: Form, mode: Mode, type_name: str | None) -> bool:
    return (not form.modes or mode in form.modes) and (not form.types or type_name in form.types)


def _rank(form: Form) -> tuple[bool, bool, bool]:
    own = form.name.rpartition(".")[2]
    return bool(form.types), bool(form.modes), own == DEFAULT
