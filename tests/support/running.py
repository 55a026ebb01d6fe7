"""`formwright run` as a process, in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx

from formwright.storage.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse"
T = TypeVar("T")


class Running:
    """A started `formwright run` in a folder of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.metadata = folder / "metadata"
        if not self.metadata.exists():
            shutil.copytree(ROOT / "metadata", self.metadata)
        self.environment = {
            **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            "PORT": "0",
            "FORMWRIGHT_DATA": str(folder / "data"),
            "FORMWRIGHT_DEMO_SIZE": "0.005",
            "FORMWRIGHT_METADATA": str(self.metadata),
            "FORMWRIGHT_DEMO_PASSWORD": PASSWORD,
            "PYTHONPATH": str(ROOT / "platform"),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }

    def start(self) -> Running:
        command = [sys.executable, "-m", "formwright.app.cli", "run"]
        self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            found = re.search(r"serves (http://\S+)", line)
            if found:
                self.url = found[1]
            if line.startswith("  password:"):
                return self
        raise AssertionError(self.output)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        status = self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.output += self.process.stdout.read()
        self.process.stdout.close()
        return status

    def postgres(self) -> int | None:
        """Return the process number of the server that works on this data folder, or None."""
        return EmbeddedPostgres(self.folder / "data/postgres").pid

    def client(self, login: str = "admin@example.org") -> httpx.Client:
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=20)
        page = client.get("/sign-in").text
        token = re.search(r'name="_token" value="([^"]+)"', page)
        assert token
        answer = client.post(
            "/sign-in", data={"_token": token[1], "login": login, "password": PASSWORD, "next": "/"}
        )
        assert answer.status_code == 200, answer.text
        assert "sign-out" in answer.text
        return client


def wait_for(check: Callable[[], T], seconds: float = 15) -> T:
    """Return what *check* gives once it gives something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
