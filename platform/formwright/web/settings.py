"""What the web part needs to know of its surroundings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from formwright.problems import Problem
from formwright.services.runtime import Runtime

__all__ = ["WebSettings", "Work"]


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where templates lie, and how strict cookies are.

    *secure* marks cookies for HTTPS only. *broken* returns the problems of the
    newest metadata files while an older Model serves; empty when all is well.
    *demo_sign_ins* are (login, role) pairs that the sign-in page of a demo
    offers. *largest_body* is in bytes.
    """

    templates: Path
    secret: bytes
    secure: bool = False
    broken: Callable[[], tuple[Problem, ...]] = tuple
    demo_sign_ins: tuple[tuple[str, str], ...] = ()
    largest_body: int = 8 * 1024 * 1024
    extra_templates: tuple[Path, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Work:
    """What handlers find in the application's state: the services and the settings."""

    runtime: Runtime
    settings: WebSettings
