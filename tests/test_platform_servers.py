"""The embedded servers: real ones, started, killed and found again."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
import pytest
import redis

from ops import demo, processes
from ops.environment import demo_environment
from ops.homes import CHECKOUT, fallback_folder, find_home
from ops.processes import OpsError
from ops.servers import Servers, erase, running_urls, start_postgres, start_valkey

pytestmark = pytest.mark.processes

SUPERVISOR = """
import signal, sys
from pathlib import Path
from ops.servers import Servers
with Servers(Path(sys.argv[1]), durable=False) as servers:
    print(*(process.pid for _, process, _ in servers._running), flush=True)
    signal.pause()
"""


@pytest.fixture(autouse=True)
def _no_servers_named(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def open_folder():
    """A new folder that every account may pass through."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    return folder


@pytest.fixture
def folder():
    """A VAR_DIR that does not exist yet."""
    parent = open_folder()
    yield parent / "var"
    shutil.rmtree(parent)


@pytest.fixture(scope="module")
def used():
    """A VAR_DIR whose cluster the tests of this module share; making one is what takes the time."""
    parent = open_folder()
    yield parent / "var"
    shutil.rmtree(parent)


def query(urls, sql):
    connection = psycopg2.connect(urls["DATABASE_URL"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def valkey(urls):
    return redis.Redis.from_url(urls["REDIS_URL"], decode_responses=True)


def is_running(pid):
    return bool(processes.command_line(pid))


def test_what_was_written_is_there_after_a_restart(used):
    with Servers(used) as servers:
        query(servers.urls, "create table written (value text)")
        query(servers.urls, "insert into written values ('网格')")
        with valkey(servers.urls) as client:
            client.set("kept", "网格")
        assert running_urls(used) == servers.urls
        assert stat.S_IMODE((used / "servers.env").stat().st_mode) == 0o600
    assert running_urls(used) == {}
    with Servers(used) as servers:
        assert query(servers.urls, "select value from written") == [("网格",)]
        with valkey(servers.urls) as client:
            assert client.get("kept") == "网格"


def test_servers_killed_in_the_middle_start_again_with_what_was_committed(used):
    with Servers(used) as servers:
        query(servers.urls, "create table kept as select 1 as value")
        with valkey(servers.urls) as client:
            client.set("kept", "1")
        for _, process, _ in servers._running:
            process.kill()
        assert processes.wait_until(lambda: bool(servers.dead()), seconds=5)
    with Servers(used) as servers:
        assert query(servers.urls, "select value from kept") == [(1,)]
        with valkey(servers.urls) as client:
            assert client.get("kept") == "1"


def test_servers_without_a_supervisor_are_stopped_before_new_ones_start(used):
    home = find_home(used)
    with Servers(used, durable=False):
        password = (home.folder / "password").read_text()
    orphans = [
        start_postgres(home, password=password, durable=False)[0],
        start_valkey(home, password=password)[0],
    ]
    with Servers(used, durable=False) as servers:
        assert [orphan.wait(10) for orphan in orphans] == [0, 0]
        assert query(servers.urls, "select 1") == [(1,)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_nothing_outlives_a_killed_supervisor(used):
    command = [sys.executable, "-c", SUPERVISOR, str(used)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as supervisor:
        servers = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert [is_running(pid) for pid in servers] == [True, True]
        supervisor.kill()
    assert processes.wait_until(lambda: not any(map(is_running, servers)), seconds=10)
    with Servers(used, durable=False) as again:
        assert query(again.urls, "select 1") == [(1,)]


def test_a_stale_pid_file_with_the_number_of_another_program_is_no_obstacle(used):
    with Servers(used, durable=False):
        cluster = find_home(used).folder / "postgres"
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n")
    with Servers(used, durable=False) as servers:
        assert query(servers.urls, "select 1") == [(1,)]


def test_a_cluster_left_half_made_is_made_again(folder):
    draft = find_home(folder).own_folder("postgres.draft")
    (draft / "PG_VERSION").write_text("18")
    with Servers(folder, durable=False) as servers:
        assert query(servers.urls, "select 1") == [(1,)]


def test_two_folders_do_not_clash_and_one_is_not_run_twice(used, folder):
    with Servers(used, durable=False) as one, Servers(folder, durable=False) as other:
        assert set(one.urls.values()).isdisjoint(other.urls.values())
        with pytest.raises(OpsError, match="already run by another process"):
            Servers(used).__enter__()


def test_servers_named_by_the_environment_are_used_instead(folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/weidu")
    monkeypatch.setenv("REDIS_URL", "redis://broker.example")
    with Servers(folder) as servers:
        assert servers.urls == {}
    assert not folder.exists()


def test_the_data_is_closed_to_those_without_the_password(used):
    with Servers(used, durable=False) as servers:
        wrong = {name: url.replace(url.split("@")[0].rsplit(":", 1)[1], "wrong") for name, url in servers.urls.items()}
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            query(wrong, "select 1")
        with valkey(wrong) as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_a_checkout_in_a_closed_folder_works_and_stays_closed(folder):
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    with Servers(closed / "var", durable=False) as servers:
        assert query(servers.urls, "show server_encoding") == [("UTF8",)]
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        assert (closed / "var" / "servers.home").read_text().strip() == str(fallback_folder(closed / "var"))
        assert stat.S_IMODE(fallback_folder(closed / "var").stat().st_mode) == 0o700
    erase(closed / "var")
    assert not fallback_folder(closed / "var").exists()


def test_keys_are_made_once_and_closed_to_others(folder):
    first, second = (demo_environment(folder, {}) for _ in range(2))
    for name in ("SECRET_KEY_FILE", "FIELD_KEYS_FILE", "INDEX_KEY_FILE"):
        assert first[name] == second[name]
        assert stat.S_IMODE(Path(first[name]).stat().st_mode) == 0o600
    assert Path(first["FIELD_KEYS_FILE"]).read_text().startswith("1:")


def test_the_demo_takes_the_next_port_when_the_first_is_taken():
    with demo.listening_socket() as one, demo.listening_socket() as other:
        assert one.getsockname()[1] < other.getsockname()[1]


def test_a_process_that_ignores_the_request_to_end_is_killed(tmp_path):
    ready = tmp_path / "log"
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
    process = processes.spawn([sys.executable, "-c", code], log=ready)
    assert processes.wait_until(lambda: "ready" in processes.last_lines(ready), seconds=10)
    assert processes.stop(process, patience=0.1) == -signal.SIGKILL
