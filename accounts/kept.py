"""A form that was sent after the session had ended: kept in the sign-in page and offered for sending once signed in.

Nothing of it is stored here. The fields travel sealed by a signature through the reader's own pages, for a day at most.
"""

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest

MOST_CHARACTERS = 200_000
KEPT_SECONDS = 24 * 3600
_SALT = "accounts.kept"
_TOKEN = "csrfmiddlewaretoken"


@dataclass(frozen=True)
class Kept:
    """Where the form was sent, its fields in order, and how many files could not be kept."""

    to: str
    fields: list[tuple[str, str]]
    files: int


def keep(request: HttpRequest) -> str:
    """What a POST carried, as one sealed text; empty where there is nothing to keep, too much, or a password in it."""
    secret = getattr(request, "sensitive_post_parameters", ())
    if secret == "__ALL__":
        return ""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != _TOKEN and name not in secret
        for value in values
    ]
    files = sum(len(many) for _, many in request.FILES.lists())
    if not fields or sum(len(value) for _, value in fields) > MOST_CHARACTERS:
        return ""
    return signing.dumps([request.get_full_path(), fields, files], salt=_SALT, compress=True)


def opened(sealed: str) -> Kept | None:
    """What `keep` made; None for anything else, and after a day."""
    try:
        to, fields, files = signing.loads(sealed, salt=_SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return None
    return Kept(to, [(name, value) for name, value in fields], files)
