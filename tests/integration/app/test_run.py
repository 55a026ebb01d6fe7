"""`formwright run` as a process: starts, serves, follows files, stops and takes its PostgreSQL with it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from tests.support.running import Running, wait_for


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="fw-run-"))
    path.chmod(0o755)  # a server started by root runs as another account
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_it_serves_stops_on_each_signal_and_starts_again(folder):
    """First start with demo data; SIGTERM, SIGINT; PostgreSQL is gone each time and the data is not."""
    running = Running(folder).start()
    assert "admin@example.org" in running.output
    assert httpx.get(running.url + "/health").text == "ok"
    with closing(running.client()) as client:
        assert "Customers" in client.get("/").text
    assert running.postgres()
    assert running.stop(signal.SIGTERM) == 0
    assert not running.postgres()
    again = Running(folder).start()
    with closing(again.client("sales_rep@example.org")) as client:
        assert client.get("/customer?list=everybody").status_code == 200
    assert again.stop(signal.SIGINT) == 0
    assert not again.postgres()


def test_plt_01_a_saved_file_is_live_and_a_broken_one_stops_nothing(folder):
    """PLT-01, the part of this milestone: a new attribute is in form, list, history, explain and JEXL."""
    running = Running(folder).start()
    file = running.metadata / "crm/customer.yaml"
    original = file.read_text()
    try:
        with closing(running.client("crm_manager@example.org")) as client:
            assert "fibre_ready" not in client.get("/customer/new?type=residential").text
            changed = original.replace(
                "  blacklisted: ",
                "  fibre_ready:            {type: boolean, facet: true}\n  blacklisted: ",
                1,
            )
            changed = changed.replace("credit_limit, blacklisted,", "credit_limit, fibre_ready, blacklisted,")
            changed = changed.replace(
                "columns: [number, name, type, segment, state, created_at]",
                "columns: [number, name, fibre_ready, state]",
            )
            file.write_text(changed)
            wait_for(lambda: "fibre_ready" in client.get("/customer/new?type=residential").text)
            assert "Fibre ready" in client.get("/customer?list=everybody").text
            file.write_text(changed.replace("type: boolean, facet", "type: bolean, facet"))
            with closing(running.client()) as admin:
                page = wait_for(lambda: (t := admin.get("/").text) and "bolean" in t and t)
            assert "did you mean" in page
            assert "boolean" in page
            assert client.get("/customer?list=everybody").status_code == 200
        with closing(running.client("sales_rep@example.org")) as client:
            assert "bolean" not in client.get("/").text
    finally:
        file.write_text(original)
        assert running.stop() == 0


def test_a_taken_port_is_told_in_a_sentence(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = Running(folder, PORT=str(taken.getsockname()[1])).environment
        command = [sys.executable, "-m", "formwright.app.cli", "run"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_broken_metadata_on_the_first_start_prints_the_problems(tmp_path):
    metadata = tmp_path / "metadata/shop"
    metadata.mkdir(parents=True)
    (metadata / "module.yaml").write_text("module: shop\nlabel: Shop\n")
    (metadata / "ware.yaml").write_text("entity: ware\nattributes: {name: {type: txt}}\n")
    running = Running(tmp_path)
    command = [sys.executable, "-m", "formwright.app.cli", "run"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=running.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "ware.yaml:2:" in done.stderr
    assert "Traceback" not in done.stderr
