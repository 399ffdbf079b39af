"""What the demo, the benches and their commands find in their environment."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from ops.processes import write_atomically


def demo_environment(var_dir: Path, urls: dict[str, str]) -> dict[str, str]:
    """The environment of the demo's processes: our own, with `urls` and whatever it does not say itself.

    The keys are made once and kept in var_dir/keys, because what they encrypted is worth nothing without them.
    """
    keys = var_dir / "keys"
    return {
        "WEIDU_DEMO": "1",
        "TLS": "0",
        "HASHED_STATIC": "1",
        "VAR_DIR": str(var_dir),
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY_FILE": _kept(keys / "secret_key", lambda: secrets.token_urlsafe(50)),
        "FIELD_KEYS_FILE": _kept(keys / "field_keys", lambda: f"1:{random_key()}"),
        "INDEX_KEY_FILE": _kept(keys / "index_key", random_key),
        **os.environ,
        **urls,
    }


def random_key() -> str:
    """Thirty-two random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        write_atomically(path, make())
    return str(path)
