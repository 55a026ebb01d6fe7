"""Make a data directory, and write its settings."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from formwright.problems import Problem, ProblemError
from formwright.storage.embedded.account import Account
from formwright.storage.embedded.binaries import Binaries
from formwright.storage.embedded.places import Places

__all__ = ["SETTINGS", "USER", "initialise", "write_settings"]

USER = "formwright"
"""The superuser of the cluster, and the name of its database."""

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
"""Ours over PostgreSQL's defaults: no TCP, memory for a small office, costs of a solid-state disk."""

_OURS = "formwright.conf"


def initialise(binaries: Binaries, places: Places, account: Account | None) -> None:
    """Create the cluster unless there is one.

    A mark beside it tells of a creation that was interrupted: what it left is removed. Raises
    :class:`ProblemError` when initdb fails, or the cluster belongs to another major version.
    """
    mark = places.data / "initialising"
    cluster = places.cluster
    if mark.exists():
        _empty(cluster)
    version = cluster / "PG_VERSION"
    if version.exists():
        _check_version(version.read_text().strip(), binaries, cluster)
        return
    mark.touch()
    _initdb(binaries, cluster, account)
    with (cluster / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(f"\ninclude_if_exists = '{_OURS}'\n")
    mark.unlink()


def write_settings(places: Places, extra: Mapping[str, str]) -> None:
    """Write the settings for the next start, *extra* over :data:`SETTINGS`."""
    folder = {"unix_socket_directories": str(places.socket_folder)}
    lines = [f"{name} = {_quoted(value)}\n" for name, value in {**SETTINGS, **folder, **extra}.items()]
    path = places.cluster / _OURS
    path.write_text("".join(lines), encoding="utf-8")
    path.chmod(0o644)  # the folder is closed; the server may run as another account than we


def _initdb(binaries: Binaries, cluster: Path, account: Account | None) -> None:
    trust = ["--auth=trust", f"--username={USER}", "--encoding=UTF8", "--no-instructions"]
    done = binaries.run("initdb", "-D", cluster.resolve(), *trust, *_locale(binaries.major), account=account)
    if done.returncode:
        reason = done.stdout.strip().rpartition("\n")[2]
        sentence = f"The data directory of the database server could not be made: {reason}"
        raise ProblemError([Problem("embedded-initdb-failed", sentence)])


def _locale(major: int) -> list[str]:
    """Return the options that make case and classes of letters Unicode's, whatever the environment says."""
    if major >= 18:
        return ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C"]
    if major == 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _check_version(found: str, binaries: Binaries, cluster: Path) -> None:
    if found == str(binaries.major):
        return
    sentence = f"`{cluster}` was made by PostgreSQL {found}, but the installed one is {binaries.major}."
    hint = f"dump it with PostgreSQL {found}, then load it into a new data folder"
    raise ProblemError([Problem("embedded-version", sentence, hint=hint)])


def _empty(cluster: Path) -> None:
    if not cluster.is_dir():
        return
    for entry in list(cluster.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
