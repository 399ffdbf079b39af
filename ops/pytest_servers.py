"""pytest plugin: a throw-away PostgreSQL and Valkey for the test session, gone when it ends in whatever way.

Loaded by `-p` in pytest.ini, because pytest-django reads the settings before any conftest.py has a say. With
DATABASE_URL set the tests use that server instead. Every xdist worker has a Valkey of its own, since tests empty it.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from ops.environment import random_key
from ops.processes import command_line
from ops.servers import Servers, erase

_FOLDER_PREFIX = "weidu-test-"


class _Session:
    """The servers and the folder of this test process."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.servers: Servers | None = None

    def start(self) -> None:
        is_worker = "PYTEST_XDIST_WORKER" in os.environ
        if not is_worker:
            _remove_leftovers()
        self.folder = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX))
        self.folder.chmod(0o711)  # the servers' account passes through; it lists nothing
        (self.folder / "owner").write_text(str(os.getpid()))
        (self.folder / "staticfiles").mkdir()
        atexit.register(self.stop)
        self.servers = Servers(self.folder, durable=False, wanted=("REDIS_URL",) if is_worker else ())
        self.servers.__enter__()
        os.environ |= self.servers.urls
        os.environ |= {"VAR_DIR": str(self.folder), "MEDIA_ROOT": str(self.folder / "media"), "TLS": "0"}
        os.environ |= {"WEIDU_DEMO": "1", "DJANGO_ALLOW_ASYNC_UNSAFE": "true", "HASHED_STATIC": "0"}
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        os.environ.setdefault("SECRET_KEY", random_key())
        os.environ.setdefault("FIELD_KEYS", f"1:{random_key()}")
        os.environ.setdefault("INDEX_KEY", random_key())

    def stop(self) -> None:
        if self.servers:
            self.servers.stop()
            self.servers = None
        if self.folder:
            _remove(self.folder)
            self.folder = None


_session = _Session()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Starts the servers before pytest-django reads the settings."""
    _session.start()
    return (yield)


def pytest_unconfigure() -> None:
    """Stops the servers once the test databases are gone."""
    _session.stop()


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """The environment for a real worker process that is to work on this test's own database and broker."""
    from django.conf import settings
    from django.db import connection

    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    url = f"{base}/{connection.settings_dict['NAME']}"
    return dict(os.environ) | {"DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}


def _remove_leftovers() -> None:
    """Removes folders of test sessions that were killed; their servers died with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*"):
        owner = folder / "owner"
        if folder.stat().st_uid == os.getuid() and owner.exists() and not command_line(int(owner.read_text() or 0)):
            _remove(folder)


def _remove(folder: Path) -> None:
    erase(folder)
    shutil.rmtree(folder)
