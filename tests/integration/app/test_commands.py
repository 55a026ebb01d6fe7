"""Commands that work on a database: plan, apply, releases, rollback, users, worker, serve."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest
from click.testing import CliRunner, Result
from tests.support.running import ROOT

from formwright.app.cli import cli

MODULE = "module: shop\nlabel: Shop\nnavigation: [ware]\n"
ROLES = "roles: {admin: {label: Administrator, all: true}}\n"
WARE = "entity: ware\nattributes:\n  name: {type: text, required: true}\n  price: {type: money}\naccess: {admin: {all: true}}\n"
DATA = "records: ware\nkey: name\nrows:\n  - {name: Pen, price: 2}\n"


class Shop:
    """A small folder of metadata and a database for it."""

    def __init__(self, folder, dsn: str) -> None:
        self.folder = folder / "shop"
        (self.folder / "data").mkdir(parents=True)
        self.write("module.yaml", MODULE)
        self.write("roles.yaml", ROLES)
        self.write("ware.yaml", WARE)
        self.write("data/wares.yaml", DATA)
        self.environment = {
            "FORMWRIGHT_METADATA": str(folder),
            "DATABASE_URL": dsn,
            "FORMWRIGHT_DATA": str(folder / "data"),
        }

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def run(self, *arguments: str, **more: str) -> Result:
        return CliRunner().invoke(cli, arguments, env={**self.environment, **more})


@pytest.fixture
def shop(tmp_path, dsn) -> Shop:
    return Shop(tmp_path, dsn)


def test_plan_changes_nothing_apply_does_and_a_second_one_has_nothing_to_do(shop):
    planned = shop.run("plan")
    assert planned.exit_code == 0, planned.output
    assert "create table ware" in planned.output
    assert "create table ware" in shop.run("plan").output
    applied = shop.run("apply", "--note", "first light")
    assert "Release 1." in applied.output, applied.output
    assert "Nothing to do." in shop.run("apply").output
    listed = shop.run("releases").output
    assert "first light" in listed
    assert "done" in listed


def test_a_plan_as_json(shop):
    data = json.loads(shop.run("plan", "--json").stdout)
    assert data["changes"]


def test_a_removed_attribute_comes_back_with_its_data_by_rollback(shop, database_rows):
    shop.run("apply")
    assert database_rows("select price from ware") == [(2,)]
    shop.write("ware.yaml", WARE.replace("  price: {type: money}\n", ""))
    shop.write("data/wares.yaml", DATA.replace(", price: 2", ""))
    assert "Release 2." in shop.run("apply").output
    with pytest.raises(Exception, match="price"):
        database_rows("select price from ware")
    back = shop.run("rollback", "1")
    assert "Release 3" in back.output, back.output
    assert database_rows("select price from ware") == [(2,)]


def test_rolling_back_to_nothing_is_a_problem(shop):
    shop.run("apply")
    assert "unknown-release" in str(shop.run("rollback", "9").exception)


def test_users_are_added_with_rules(shop):
    shop.run("apply")
    made = shop.run(
        "user",
        "add",
        "eva@example.org",
        "--name",
        "Eva",
        "--role",
        "admin",
        FORMWRIGHT_PASSWORD="a long passphrase",
    )
    assert made.exit_code == 0, made.output
    assert "Eva" in shop.run("user", "list").output
    assert "unknown-role" in str(
        shop.run(
            "user", "add", "x", "--name", "X", "--role", "amdin", FORMWRIGHT_PASSWORD="a long passphrase"
        ).exception
    )


def test_the_worker_does_a_round_and_wants_a_release(shop):
    assert "nothing-applied" in str(shop.run("worker", "--check").exception)
    shop.run("apply")
    assert shop.run("worker", "--check").exit_code == 0


def test_serve_shares_a_port_between_processes_and_takes_new_releases(shop):
    shop.run("apply")
    shop.run(
        "user",
        "add",
        "eva@example.org",
        "--name",
        "Eva",
        "--role",
        "admin",
        FORMWRIGHT_PASSWORD="a long passphrase",
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {**shop.environment, "PYTHONPATH": str(ROOT / "platform"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "formwright.app.cli", "serve", "--port", "0", "--workers", "2"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        url = ""
        for line in process.stderr:
            if found := re.search(r'"port": (\d+)', line):
                url = f"http://127.0.0.1:{found[1]}"
                break
        assert url
        assert httpx.get(f"{url}/health").text == "ok"
        with httpx.Client(base_url=url, follow_redirects=True) as client:
            token = re.search(r'name="_token" value="([^"]+)"', client.get("/sign-in").text)
            assert token
            client.post(
                "/sign-in",
                data={"_token": token[1], "login": "eva@example.org", "password": "a long passphrase"},
            )
            assert "Weight" not in client.get("/ware/new").text
            shop.write("ware.yaml", WARE.replace("  price:", "  weight: {type: integer}\n  price:"))
            assert "Release 2." in shop.run("apply").output
            end = time.monotonic() + 15
            while sum("Weight" in client.get("/ware/new").text for _ in range(6)) < 6:
                assert time.monotonic() < end, "the new release was not taken"
                time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def database_rows(dsn):
    """Return a function that runs one query on the database of the test."""
    import asyncio

    import asyncpg

    def rows(query: str) -> list[tuple]:
        async def run() -> list[tuple]:
            connection = await asyncpg.connect(dsn, server_settings={"search_path": "main"})
            try:
                return [tuple(row) for row in await connection.fetch(query)]
            finally:
                await connection.close()

        return asyncio.run(run())

    return rows


def test_tokens_are_made_listed_and_revoked(shop):
    assert shop.run("apply", "--yes").exit_code == 0
    add = ("user", "add", "ada@example.org", "--name", "Ada", "--role", "admin")
    assert shop.run(*add, FORMWRIGHT_PASSWORD="a long enough secret").exit_code == 0
    made = shop.run(
        "token", "add", "ada@example.org", "--name", "robot", "--scope", "write", "--entity", "ware"
    )
    assert made.output.startswith("fw_"), made.output
    listed = shop.run("token", "list", "ada@example.org").output
    assert re.search(r"robot +write +until .* ware", listed), listed
    assert shop.run("token", "revoke", "ada@example.org", listed.split()[0]).output == "Revoked.\n"
    assert "revoked" in shop.run("token", "list", "ada@example.org").output
    assert shop.run("token", "list", "nobody").exit_code == 1
