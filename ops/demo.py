"""`make demo`: the whole portal as one foreground tree.

1. The embedded servers, unless DATABASE_URL and REDIS_URL name others.
2. Migrations, static files, demonstration data; each can be repeated.
3. The web server, the Celery worker and Celery beat.

Ctrl-C or SIGTERM ends them in the opposite order. Should this process be killed, the kernel ends the rest; the
next start recovers. A process that ends by itself takes the demo down and the end of its log is shown.
"""

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from ops import processes
from ops.environment import demo_environment
from ops.homes import CHECKOUT, default_var_dir
from ops.processes import OpsError
from ops.servers import Servers

FIRST_PORT = 8000
PORTS_TRIED = 100
STEPS = {
    "Preparing the database": ["migrate", "--verbosity", "0"],
    "Collecting static files": ["collectstatic", "--no-input", "--verbosity", "0"],
    "Adding demonstration data": ["seed_demo"],
}


class StopAsked(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


class Demo:
    """The demo's processes, as far as they were started."""

    def __init__(self, var_dir: Path, servers: Servers) -> None:
        """A demo beside servers that already run; `run` starts the rest."""
        self.logs = var_dir / "log"
        self.servers = servers
        self.listener = listening_socket()
        self.port = self.listener.getsockname()[1]
        self.env = {"PUBLIC_BASE_URL": f"http://localhost:{self.port}"} | demo_environment(var_dir, servers.urls)
        self.running: dict[str, subprocess.Popen] = {}

    def run(self) -> None:
        """Starts everything and returns never. Raises OpsError when a part fails or ends, StopAsked on a signal."""
        for title, arguments in STEPS.items():
            print(f"{title} …", flush=True)
            self._step(arguments)
        self._start_processes()
        self._wait_for_web()
        print(f"\n  http://localhost:{self.port}/\n\nLogs: {self.logs}\nCtrl-C stops everything.", flush=True)
        processes.wait_until(lambda: bool(self._dead()), seconds=float("inf"), every=0.5)
        raise OpsError(f"{self._dead()}. Everything else is stopped.")

    def stop(self) -> None:
        """Asks all of them to end at once, then kills what has not ended within a few seconds each."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        while self.running:
            _, process = self.running.popitem()
            processes.stop(process)
        self.listener.close()

    def _step(self, arguments: list[str]) -> None:
        process = processes.spawn([sys.executable, "manage.py", *arguments], log=None, env=self.env, cwd=CHECKOUT)
        self.running[arguments[0]] = process
        if process.wait() != 0:
            raise OpsError(f"manage.py {arguments[0]} failed with code {process.returncode}.")
        del self.running[arguments[0]]

    def _start_processes(self) -> None:
        celery = ["celery", "-A", "weidu_portal"]
        web = ["gunicorn", "weidu_portal.wsgi", "--bind", f"fd://{self.listener.fileno()}", "--no-control-socket"]
        self._start("web", [*web, "--workers", "2", "--worker-class", "gthread", "--threads", "4"])
        self._start("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"])
        self._start("beat", [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"])

    def _start(self, name: str, module: list[str]) -> None:
        self.running[name] = processes.spawn(
            [sys.executable, "-m", *module], log=self.logs / f"{name}.log", env=self.env, cwd=CHECKOUT,
            pass_fds=[self.listener.fileno()] if name == "web" else [],
        )  # fmt: skip

    def _wait_for_web(self) -> None:
        processes.wait_until(lambda: bool(self._dead()) or self._web_answers(), seconds=60)
        if self._dead() or not self._web_answers():
            raise OpsError(self._dead() or f"The web server does not answer; see {self.logs / 'web.log'}")

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def _dead(self) -> str:
        """What ended by itself, with the end of its log; empty while everything runs."""
        for name, process in self.running.items():
            if process.poll() is not None:
                tail = processes.last_lines(self.logs / f"{name}.log")
                return f"{tail}\n\nThe process {name} ended with code {process.returncode}"
        return self.servers.dead()


def listening_socket() -> socket.socket:
    """A socket bound to port 8000 of the loopback address, or to the next one that is free.

    The web server inherits it, so nobody can take the port in between.
    """
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(64)
        except OSError:
            listener.close()
            continue
        return listener
    raise OpsError(f"No free port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1}.")


def _ask_to_stop(_received: int) -> None:
    processes.stop_on_signals(lambda _again: None)  # one is enough; a second one must not cut the stopping short
    raise StopAsked


def main() -> int:
    """Runs the demo until it is stopped; the exit code is 0 when that was asked for."""
    processes.stop_on_signals(_ask_to_stop)
    var_dir = default_var_dir()
    try:
        print("Starting the database and the broker …", flush=True)
        with Servers(var_dir) as servers:
            demo = Demo(var_dir, servers)
            try:
                demo.run()
            finally:
                processes.stop_on_signals(lambda _again: None)
                demo.stop()
    except StopAsked:
        print("\nStopped.", flush=True)
    except OpsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
