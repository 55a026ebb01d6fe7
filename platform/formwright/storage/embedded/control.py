"""Start and stop the server process, and create its database."""

from __future__ import annotations

import logging
import re
import subprocess
import time
from pathlib import Path

from formwright.problems import Problem, ProblemError
from formwright.storage.embedded import postmaster
from formwright.storage.embedded.account import Account
from formwright.storage.embedded.binaries import Binaries
from formwright.storage.embedded.cluster import USER
from formwright.storage.embedded.places import Places

__all__ = ["await_ready", "create_database", "halt", "launch"]

logger = logging.getLogger(__name__)

RECOVERY = 600
"""Seconds that a recovery after a crash may take."""

_KEPT_LOG = 10_000_000


def launch(binaries: Binaries, places: Places, account: Account | None) -> None:
    """Start the server and wait until it accepts connections, or raise :class:`ProblemError`."""
    _trim(places.log)
    postmaster.clear_dead(places.cluster, places.socket)
    if _started(binaries, places, account):
        return
    reason = _reason(places.log)
    # The memory of a server killed a moment ago may still be on its way out.
    if "shared memory" in reason:
        time.sleep(1)
        if _started(binaries, places, account):
            return
    sentence = f"The database server does not start: {reason}"
    raise ProblemError([Problem("embedded-start-failed", sentence, hint=f"see {places.log}")])


def await_ready(places: Places) -> None:
    """Wait for a server that somebody else is starting, or that recovers."""
    until = time.monotonic() + RECOVERY
    while time.monotonic() < until:
        found = postmaster.running(places.cluster)
        if found is not None and found.ready:
            return
        if found is None:
            break
        time.sleep(0.1)
    sentence = f"The database server does not become ready: {_reason(places.log)}"
    raise ProblemError([Problem("embedded-start-failed", sentence, hint=f"see {places.log}")])


def create_database(binaries: Binaries, places: Places, account: Account | None) -> None:
    """Create the database of the application unless it exists."""
    connection = ["-h", str(places.socket_folder), "-U", USER, "-d", "postgres", "-X", "-A", "-t", "-q"]
    absent = f"not exists (select from pg_database where datname = '{USER}')"
    once = f"select 'create database {USER}' where {absent}"
    done = binaries.run("psql", *connection, "-v", "ON_ERROR_STOP=1", "-c", once, account=account)
    if done.returncode == 0 and done.stdout.strip():
        done = binaries.run("psql", *connection, "-c", done.stdout.strip(), account=account)
    if done.returncode:
        sentence = f"The database could not be made: {done.stdout.strip()}"
        raise ProblemError([Problem("embedded-start-failed", sentence, hint=f"see {places.log}")])


def halt(binaries: Binaries, places: Places, account: Account | None) -> None:
    """Stop the server: sessions are ended, open transactions rolled back, data written."""
    for mode, patience in (("fast", 60), ("immediate", 10)):
        # pg_ctl signals whatever number the pid file holds: only call it when that is the server.
        if postmaster.running(places.cluster) is None:
            return
        stop = ["stop", "-D", ".", "-m", mode, "-w", "-t", str(patience)]
        here = places.cluster.resolve()
        done = binaries.run("pg_ctl", *stop, account=account, folder=here, timeout=patience + 30)
        if done.returncode == 0:
            return
        logger.warning("The database server did not stop (%s): %s", mode, done.stdout.strip())


def _started(binaries: Binaries, places: Places, account: Account | None) -> bool:
    # Relative paths: pg_ctl puts them into a shell command, where a quote in a name would do harm.
    start = ["start", "-D", ".", "-l", places.log.name, "-w", "-t", str(RECOVERY)]
    here = places.cluster.resolve()
    try:
        done = binaries.run("pg_ctl", *start, account=account, folder=here, timeout=RECOVERY + 30)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _trim(log: Path) -> None:
    """Keep one earlier log when it has grown large."""
    if log.exists() and log.stat().st_size > _KEPT_LOG:
        log.replace(log.with_suffix(".log.1"))


def _reason(log: Path) -> str:
    """Return the last complaint in *log*."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return "it left no log."
    found = [line for line in lines if re.search(r"\b(FATAL|PANIC|ERROR|could not)\b", line)]
    return (found or lines or ["it left an empty log."])[-1].strip()
