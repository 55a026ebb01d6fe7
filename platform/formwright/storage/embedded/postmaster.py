"""What is really running in a data directory, whatever its ``postmaster.pid`` says."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psutil

__all__ = ["Postmaster", "clear_stale", "running", "workers_of"]

_READY = "ready"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live server process of ours, as its pid file describes it."""

    pid: int
    socket_folder: str
    port: int
    status: str

    @property
    def ready(self) -> bool:
        """Whether it accepts connections, as far as it has written."""
        return self.status == _READY


def running(cluster: Path) -> Postmaster | None:
    """Return the server that runs on *cluster*, or None.

    A pid file alone proves nothing: its process may be dead, a zombie, or another program that
    got the number later. The process must be called postgres and serve this very folder.
    """
    lines = _lines(cluster)
    pid = _pid(lines)
    if pid is None or not _serves(pid, cluster):
        return None
    fields = [*(line.strip() for line in lines), *[""] * 8]
    return Postmaster(pid, fields[4], int(fields[3] or 0), fields[7])


def clear_stale(cluster: Path, socket: Path, patience: float = 10) -> bool:
    """Remove the pid file and the socket lock of a dead server when another program has their number.

    Call it only when :func:`running` says None. PostgreSQL removes such files by itself when no
    process has the number; when one has, it refuses to start. Removing the pid file also removes
    the memory of the shared memory segment, so first wait until no process of the old server is left:
    False when one still is after *patience* seconds.
    """
    stale = [path for path in (cluster / "postmaster.pid", _lock_of(socket)) if _taken(path)]
    until = time.monotonic() + patience
    while stale and workers_of(cluster):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    for path in stale:
        path.unlink(missing_ok=True)
    return True


def workers_of(cluster: Path) -> list[int]:
    """Return the numbers of all live postgres processes that work in *cluster*."""
    return [pid for pid in psutil.pids() if _serves(pid, cluster)]


def _lock_of(socket: Path) -> Path:
    return socket.with_name(socket.name + ".lock")


def _lines(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _pid(lines: list[str]) -> int | None:
    first = lines[0].strip() if lines else ""
    return int(first) if first.isdigit() and int(first) > 0 else None


def _taken(path: Path) -> bool:
    try:
        pid = _pid(path.read_text(encoding="utf-8", errors="replace").splitlines())
    except OSError:
        return False
    return pid is None or psutil.pid_exists(pid)


def _serves(pid: int, cluster: Path) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return _folder(process) == cluster.resolve()
    except psutil.Error:
        return False


def _folder(process: psutil.Process) -> Path | None:
    """Return the data directory of a postgres process: its working folder, else what `-D` says."""
    try:
        return Path(process.cwd()).resolve()
    except psutil.AccessDenied:
        arguments = process.cmdline()
        after = [value for flag, value in pairwise(arguments) if flag == "-D"]
        return Path(after[0]).resolve() if after else None
