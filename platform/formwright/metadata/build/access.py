"""Grants: what each role may do with an entity type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from formwright.expressions import Expression
from formwright.metadata.build.context import Workpiece
from formwright.metadata.declarations import GrantDeclaration, Jexl, Name
from formwright.metadata.model import Grant

__all__ = ["build_access"]

VERBS = ("read", "create", "update", "delete", "export")
EVERYBODY = "*"


def build_access(piece: Workpiece) -> dict[str, Grant]:
    """Return the grants by role; ``*`` is every signed-in user."""
    found = {}
    for role, declared in (piece.shape.declared.access or {}).items():
        if role == EVERYBODY or piece.known(role, piece.around.roles, "unknown-role", "role"):
            found[str(role)] = _grant(piece, str(role), declared)
    return found


def _grant(piece: Workpiece, role: str, declared: GrantDeclaration) -> Grant:
    path = f"access.{role}"
    everything = bool(declared.all)
    verbs: dict[str, Any] = {}
    for verb in VERBS:
        context = piece.here if verb == "create" else piece.rows
        verbs[verb] = piece.flag(getattr(declared, verb), everything, f"{path}.{verb}", context)
    lifecycle = piece.shape.declared.lifecycle
    moves = (lifecycle.transitions or {}) if lifecycle else {}
    actions = piece.shape.declared.actions or {}
    lists: dict[str, Any] = {
        key: frozenset(piece.attributes(getattr(declared, key))) for key in ("hide", "mask", "readonly")
    }
    unmask = declared.unmask
    return Grant(
        role=role,
        **verbs,
        **lists,
        unmask=_sensitive(piece) if everything and unmask is None else frozenset(piece.attributes(unmask)),
        transitions=_named(piece, declared.transitions, moves, f"{path}.transitions", "transition"),
        actions=_named(piece, declared.actions, actions, f"{path}.actions", "action"),
        place=declared.place,
    )


def _sensitive(piece: Workpiece) -> frozenset[str]:
    """Return the sensitive attributes: whoever may do everything sees them in full."""
    outlines = piece.shape.outlines.values()
    return frozenset(each.name for each in outlines if each.declared and each.declared.sensitive)


def _named(
    piece: Workpiece,
    given: Mapping[Name, bool | Jexl] | None,
    known: Iterable[str],
    path: str,
    what: str,
) -> dict[str, bool | Expression] | None:
    if given is None:
        return None
    return {
        str(name): piece.flag(value, False, f"{path}.{name}", piece.rows)
        for name, value in given.items()
        if piece.known(name, known, f"unknown-{what}", what)
    }
