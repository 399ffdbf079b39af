"""Child processes that never outlive us.

On Linux the kernel itself ends a child when its parent dies (PR_SET_PDEATHSIG), even after `kill -9`. Elsewhere
a child may be orphaned; the next start finds it by its pid file and stops it.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
# Loaded before any change of user: afterwards the interpreter's own folder may be out of reach.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class OpsError(RuntimeError):
    """Something on this machine keeps the portal from running; the text says what and what to do."""


@dataclass(frozen=True)
class Account:
    """The operating-system user that a child runs as."""

    uid: int
    gid: int

    def spawn_arguments(self) -> dict:
        """What `subprocess` needs to run a child as this account, without the caller's extra groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def _die_with_parent(parent: int, with_signal: int) -> Callable[[], None]:
    """A hook for the child, run after its change of user, because the kernel forgets the setting at setuid."""

    def hook() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, with_signal)
            if os.getppid() != parent:
                os._exit(1)  # the parent died between fork and prctl

    return hook


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    when_parent_dies: int = signal.SIGTERM,
    pass_fds: Sequence[int] = (),
    own_session: bool = True,
) -> subprocess.Popen:
    """A running child, its output appended to `log` (None: it shares our terminal).

    In a session of its own it does not see a Ctrl-C in the terminal: we decide when it ends. `when_parent_dies` is
    the signal that the kernel sends it when this process ends in whatever way (Linux).
    """
    with _output(log) as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL if own_session else None,
            stdout=output,
            stderr=subprocess.STDOUT if log else None,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=own_session,
            pass_fds=pass_fds,
            preexec_fn=_die_with_parent(os.getpid(), when_parent_dies),
            **(account.spawn_arguments() if account else {}),
        )


def _output(log: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    if log is None:
        return nullcontext()
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open("ab")


def stop(process: subprocess.Popen, *, with_signal: int = signal.SIGTERM, patience: float = 5.0) -> int:
    """The exit code of `process`, asked to end and, after `patience` seconds, killed with its whole session."""
    if process.poll() is None:
        process.send_signal(with_signal)
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        kill_session(process)
        return process.wait()


def kill_session(process: subprocess.Popen) -> None:
    """Ends every process of the child's session at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # all of them ended by themselves


def command_line(pid: int) -> str:
    """The command line of a running process; empty when there is none with this number."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except (FileNotFoundError, ProcessLookupError):
            return ""
    listed = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return listed.stdout.strip()


def stop_orphan(pid: int, *, marker: str, with_signal: int, patience: float = 10.0) -> None:
    """Ends the process `pid` if its command line still carries `marker`: numbers are reused, so look first."""
    if marker not in command_line(pid):
        return
    os.kill(pid, with_signal)
    if not wait_until(lambda: marker not in command_line(pid), seconds=patience):
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: marker not in command_line(pid), seconds=patience)


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """True as soon as `condition` holds, False once `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a message about why its process ended."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def write_atomically(path: Path, text: str) -> None:
    """Puts `text` into `path`, readable by its owner only; a reader sees the old file or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def stop_on_signals(handler: Callable[[int], None]) -> None:
    """Calls `handler` on SIGINT, SIGTERM and SIGHUP.

    SIGINT is installed explicitly: a background job of a non-interactive shell starts with it ignored, and
    Python then never raises KeyboardInterrupt.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: handler(received))
