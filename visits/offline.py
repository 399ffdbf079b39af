"""What a phone keeps of the portal itself, so that its pages open without a network: scripts, styles, one empty shell.

Nothing here is about people. What a phone keeps about households is the pack, which travels by /sync/ only.
"""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.templatetags.static import static

from visits.visit_page import VisitPage

# What scripts can do with records; the server's `min_version` asks phones below it to take the new pages at once.
APP_VERSION = 1
# In the order they are loaded: each one only uses those before it.
SCRIPTS = (
    "vendor/idb-8.0.4/idb.js",
    "js/field/shared.js",
    "js/field/store.js",
    "js/field/outbox.js",
    "js/field/pack.js",
    "js/field/draft.js",
    "js/field/photos.js",
    "js/field/visit.js",
    "js/field/upload.js",
    "js/field/shell.js",
    "js/field/leave.js",
    "js/field/pages.js",
)
_FILES = (
    "vendor/bootstrap-5.3.9/css/bootstrap.min.css",
    "css/theme.css",
    "vendor/htmx.org-2.0.11/htmx.min.js",
    "js/ui.js",
    "vendor/tabler-icons-3.51.0/sprite.svg",
    "img/icon.svg",
    *SCRIPTS,
)


def addresses() -> list[str]:
    """Addresses of the static files that the shell needs."""
    return [static(name) for name in _FILES]


def is_hashed() -> bool:
    """Whether a file's address changes with its content, so that a kept copy is never stale."""
    return hasattr(staticfiles_storage, "hashed_files")


def version() -> str:
    """`APP_VERSION` and a digest of the scripts: what pages and device health call the version of the app."""
    return f"{APP_VERSION}-{_digest()[:10]}"


def _digest() -> str:
    return _digest_of(tuple(addresses())) if is_hashed() else _digest_now()


@lru_cache(maxsize=4)
def _digest_of(names: tuple[str, ...]) -> str:
    return sha256("\n".join(names).encode()).hexdigest()


def _digest_now() -> str:
    """Where addresses stay the same while files change, as in development: of the times the files were written."""
    paths = [Path(found) for name in _FILES if (found := finders.find(name))]
    return sha256("\n".join(f"{path} {path.stat().st_mtime_ns}" for path in paths).encode()).hexdigest()


def shell_page() -> str:
    """The pages without data. Rendered without a request: no name, no token, no message can get into it."""
    page = VisitPage(None, AnonymousUser())
    # Made on the phone when a form is opened; and the shell stays the same from one day to the next.
    page.submission, page.today = "", None
    return render_to_string("field/shell.html", {"site_name": "走访", "page": page})


def worker_script() -> str:
    """The service worker; with SW_ENABLED off, one that removes itself and what it kept."""
    if not settings.SW_ENABLED:
        return render_to_string("field/sw-off.js")
    shell = shell_page()
    build = sha256(f"{_digest()}\n{shell}".encode()).hexdigest()[:16]
    return render_to_string("field/sw.js", {"build": build, "files": addresses(), "hashed": is_hashed()})
