"""Which processes use a server: the last one out stops it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

import psutil

from formwright.problems import Problem, ProblemError

__all__ = ["Registry", "locked"]


class _Use(TypedDict):
    token: str
    pid: int
    started: float


@contextmanager
def locked(path: Path, patience: float = 300) -> Iterator[None]:
    """Hold the lock file *path*; the kernel lets go of it when its holder dies, however it dies.

    Raises :class:`ProblemError` when another process holds it for more than *patience* seconds.
    """
    with path.open("a") as handle:
        _acquire(handle.fileno(), path, time.monotonic() + patience)
        yield


def _acquire(descriptor: int, path: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                sentence = f"Another process holds `{path}` and does not let go."
                raise ProblemError([Problem("embedded-locked", sentence)]) from None
            time.sleep(0.05)
        else:
            return


class Registry:
    """The live users of a server, in a file; call it only under :func:`locked`.

    A user is a process number together with the moment that process started, so a number that
    was given to another program later does not count.
    """

    def __init__(self, path: Path) -> None:
        """Keep the users in the file *path*."""
        self._path = path

    def add(self) -> str:
        """Add this process; return the token to remove it with."""
        token = uuid4().hex
        mine: _Use = {"token": token, "pid": os.getpid(), "started": psutil.Process().create_time()}
        self._write([*self.live(), mine])
        return token

    def remove(self, token: str) -> int:
        """Remove the use *token*, and all dead ones; return how many are left."""
        left = [use for use in self.live() if use["token"] != token]
        self._write(left)
        return len(left)

    def live(self) -> list[_Use]:
        """Return the uses whose process still lives."""
        return [use for use in self._read() if _alive(use)]

    def _read(self) -> list[_Use]:
        # Whoever died while writing left the old file: it is replaced, never changed in place.
        try:
            uses: list[_Use] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return []
        return uses

    def _write(self, uses: list[_Use]) -> None:
        aside = self._path.with_suffix(".new")
        aside.write_text(json.dumps(uses))
        aside.replace(self._path)


def _alive(use: _Use) -> bool:
    try:
        process = psutil.Process(use["pid"])
        same = abs(process.create_time() - use["started"]) < 1
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
