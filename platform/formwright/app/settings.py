"""What the surroundings say: environment variables, read once, each with a default or a problem."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from formwright.problems import Place, Problem, ProblemError

__all__ = ["ROOT", "Settings", "settings_from"]

ROOT = Path(__file__).resolve().parents[3]
"""The project's folder, where metadata, plugins, templates and migrations lie."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two installations."""

    data: Path
    port: int = 8000
    host: str = "127.0.0.1"
    database_url: str = ""
    workspace: str = "main"
    demo_password: str = ""
    secure_cookies: bool = False
    secret_key: str = ""
    metadata: tuple[Path, ...] = field(default=(ROOT / "metadata",))
    plugins: Path = ROOT / "plugins"
    templates: Path = ROOT / "templates"
    demo_size: float = 1.0

    @property
    def secret(self) -> bytes:
        """The key of signatures: ``SECRET_KEY``, else a random one kept in the data folder."""
        if self.secret_key:
            return self.secret_key.encode()
        path = self.data / "secret"
        if not path.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            _write_private(path, secrets.token_urlsafe(32))
        return path.read_bytes()


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Return the settings that *environment* asks for.

    ``PORT``, ``HOST``, ``DATABASE_URL``, ``SECRET_KEY``, and with the prefix ``FORMWRIGHT_``: ``DATA``,
    ``WORKSPACE``, ``DEMO_PASSWORD``, ``DEMO_SIZE``, ``METADATA`` (folders joined by the path separator),
    ``PLUGINS``, ``SECURE_COOKIES``. Raises ProblemError with every value that cannot be used.
    """
    found: list[Problem] = []
    folders = tuple(
        Path(part) for part in environment.get("FORMWRIGHT_METADATA", "").split(os.pathsep) if part
    )
    settings = Settings(
        data=Path(environment.get("FORMWRIGHT_DATA") or ".formwright").resolve(),
        port=int(_number(environment, "PORT", 8000, (0, 65535), found)),
        host=environment.get("HOST") or "127.0.0.1",
        database_url=environment.get("DATABASE_URL", ""),
        workspace=environment.get("FORMWRIGHT_WORKSPACE") or "main",
        demo_password=environment.get("FORMWRIGHT_DEMO_PASSWORD", ""),
        secure_cookies=environment.get("FORMWRIGHT_SECURE_COOKIES", "").lower() in ("1", "true", "yes"),
        secret_key=environment.get("SECRET_KEY", ""),
        metadata=folders or (ROOT / "metadata",),
        plugins=Path(environment.get("FORMWRIGHT_PLUGINS") or ROOT / "plugins"),
        demo_size=_number(environment, "FORMWRIGHT_DEMO_SIZE", 1.0, (0, 100), found),
    )
    if found:
        raise ProblemError(found)
    return settings


def _number(
    environment: Mapping[str, str],
    name: str,
    default: float,
    bounds: tuple[float, float],
    found: list[Problem],
) -> float:
    least, most = bounds
    text = environment.get(name, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        sentence = (
            f"The environment variable {name} is {text!r}, which is not a number from {least} to {most}."
        )
        found.append(Problem("bad-setting", sentence, Place(field=name), f"Unset it to use {default:g}."))
        return default
    return value
