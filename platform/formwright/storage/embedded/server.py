"""Start, join, watch and stop the embedded server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import quote

from formwright.problems import Problem, ProblemError
from formwright.storage.embedded import postmaster
from formwright.storage.embedded.account import Account, account_for
from formwright.storage.embedded.binaries import Binaries
from formwright.storage.embedded.cluster import USER, initialise, write_settings
from formwright.storage.embedded.control import await_ready, create_database, halt, launch
from formwright.storage.embedded.places import Places, reachable_binaries, shelter
from formwright.storage.embedded.registry import Registry, locked

__all__ = ["EmbeddedPostgres"]


class EmbeddedPostgres:
    """A PostgreSQL server on a private Unix socket, its data in one folder.

    ``start`` starts it or joins the one that already runs on the folder, whoever started it;
    ``stop`` leaves it, and stops it when no other live process uses it. A process that dies
    without ``stop`` leaves the server running for the next one to take over. All methods block
    (a start takes a quarter of a second, a recovery after a crash as long as it takes): call them
    before the event loop runs, or in a thread. Nothing is tied to ``atexit``, which signals skip:
    whoever starts it stops it, in the code that handles SIGINT and SIGTERM.
    """

    def __init__(
        self,
        data: Path | str,
        *,
        binaries: Binaries | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Use the folder *data*; *settings* go to postgresql.conf, over our own."""
        self.places = Places(Path(data).absolute())
        self._binaries = binaries
        self._settings = dict(settings or {})
        self._token: str | None = None
        self._process = os.getpid()

    @property
    def dsn(self) -> str:
        """The URL to connect with, once started."""
        return self.dsn_of(USER)

    def dsn_of(self, database: str) -> str:
        """Return the URL of another *database* of the same server."""
        folder = quote(str(self.places.socket_folder), safe="/")
        return f"postgresql://{USER}@/{quote(database, safe='')}?host={folder}"

    @property
    def running(self) -> bool:
        """Whether a server of this folder runs and accepts connections."""
        found = postmaster.running(self.places.cluster)
        return found is not None and found.ready

    @property
    def pid(self) -> int | None:
        """The process number of the server, or None."""
        found = postmaster.running(self.places.cluster)
        return found.pid if found else None

    def start(self) -> Self:
        """Start or join the server and return this object; raises :class:`ProblemError`."""
        self._make_data_folder()
        with locked(self.places.lock):
            self._run_server()
            if self._token is None:
                self._token = Registry(self.places.users).add()
                self._process = os.getpid()
        return self

    def ensure_running(self) -> bool:
        """Start the server again if it died; return whether that was needed. Cheap when it runs."""
        if self.running:
            return False
        self.start()
        return True

    def stop(self) -> bool:
        """Leave the server; return whether it was stopped, because nobody else used it.

        Connections are closed and open transactions rolled back (a fast stop). Calling it twice,
        or in a child process that was forked later, does nothing.
        """
        if self._token is None or self._process != os.getpid():
            return False
        with locked(self.places.lock):
            left = Registry(self.places.users).remove(self._token)
            self._token = None
            if left or postmaster.running(self.places.cluster) is None:
                return False
            binaries, account = self._tools()
            halt(binaries, self.places, account)
            self.places.remove_socket_folder()
        return True

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def _make_data_folder(self) -> None:
        try:
            self.places.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            sentence = f"The data folder `{self.places.data}` cannot be made: {error.strerror}."
            raise ProblemError([Problem("embedded-data-folder", sentence)]) from error

    def _run_server(self) -> None:
        found = postmaster.running(self.places.cluster)
        if found is not None:
            if not found.ready:
                await_ready(self.places)
            return
        binaries, account = self._tools()
        if account is not None:
            shelter(self.places, account)
        initialise(binaries, self.places, account)
        self.places.prepare_socket_folder(account)
        write_settings(self.places, self._settings)
        launch(binaries, self.places, account)
        create_database(binaries, self.places, account)

    def _tools(self) -> tuple[Binaries, Account | None]:
        binaries = self._binaries or Binaries.of_wheel()
        account = account_for(self.places.cluster)
        return (binaries if account is None else reachable_binaries(binaries, account)), account
