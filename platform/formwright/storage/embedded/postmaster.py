"""What is really running in a data directory, whatever its ``postmaster.pid`` says."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Postmaster", "clear_dead", "gone", "running", "workers_of"]

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


def clear_dead(cluster: Path, socket: Path) -> None:
    """Remove what a dead server left and PostgreSQL does not remove by itself.

    Call it only when :func:`running` says None. Children of a killed server may still run a query; they
    would forbid a start, so they are ended. And when another program has the number in the pid file or
    in the socket's lock, PostgreSQL would take it for the server, so that file goes; without such a
    program it goes by itself. The children go first: a removed pid file no longer warns of them.
    """
    files = [path for path in (cluster / "postmaster.pid", _lock_of(socket)) if path.exists()]
    if not files:
        return
    _end_orphans(cluster)
    for path in files:
        if _taken(path):
            path.unlink(missing_ok=True)


def workers_of(cluster: Path) -> list[psutil.Process]:
    """Return all live postgres processes that work in *cluster*."""
    return [psutil.Process(pid) for pid in psutil.pids() if _serves(pid, cluster)]


def gone(processes: Iterable[psutil.Process], patience: float) -> bool:
    """Wait until all *processes* have ended; return whether they have after *patience* seconds.

    A zombie has ended: its memory and files are free, only nobody has read its exit code yet.
    """
    until = time.monotonic() + patience
    left = list(processes)
    while left := [process for process in left if _alive(process)]:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _end_orphans(cluster: Path) -> None:
    # They notice by themselves within a second unless they are busy. Their transactions are lost in
    # any case: nobody reads the answer, and the next start recovers from the log.
    if gone(workers_of(cluster), 2):
        return
    for signal, patience in (("terminate", 5), ("kill", 10)):
        left = workers_of(cluster)
        for process in left:
            with suppress(psutil.Error):
                getattr(process, signal)()
        if gone(left, patience):
            return


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


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
        # All processes of a server work in its data directory. Where we may not look, it is
        # another user's, and so not ours.
        return Path(process.cwd()).resolve() == cluster.resolve()
    except psutil.Error:
        return False
