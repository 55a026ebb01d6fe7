"""The account the server runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Account", "account_for"]

_NAMES = ("formwright", "postgres", "_postgres")


@dataclass(frozen=True, slots=True)
class Account:
    """A system account without rights."""

    name: str
    uid: int
    gid: int

    @classmethod
    def named(cls, name: str) -> Account | None:
        """Return the account called *name*, or None."""
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def reaches(self, path: Path) -> bool:
        """Return whether this account may enter the folder or run the program at *path*."""
        # Asked of the kernel, because mode bits alone miss access lists.
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [shutil.which("test") or "/usr/bin/test", "-x", str(path)],
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            user=self.uid,
            group=self.gid,
            extra_groups=[],
        )
        return done.returncode == 0

    def own(self, path: Path) -> None:
        """Give *path*, and nothing below or above it, to this account, closed to all others."""
        os.chown(path, self.uid, self.gid)
        path.chmod(0o700)


def account_for(cluster: Path) -> Account | None:
    """Return the account to run the server of *cluster* as; None means: as we are.

    As root it is the owner of the cluster when there is one, else an account that exists for this
    (`formwright`, `postgres`), else a new system account `formwright`, else `nobody`.
    """
    if os.geteuid() != 0:
        return None
    return _owner(cluster) or _existing() or _created() or Account.named("nobody")


def _owner(cluster: Path) -> Account | None:
    try:
        entry = pwd.getpwuid(cluster.stat().st_uid)
    except (OSError, KeyError):
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _existing() -> Account | None:
    return next((found for found in map(Account.named, _NAMES) if found), None)


def _created() -> Account | None:
    program = shutil.which("useradd")
    if program is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    shell = ["--shell", "/usr/sbin/nologin"]
    command = [program, *options, *shell, _NAMES[0]]
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - a fixed command, no shell
    return Account.named(_NAMES[0])
