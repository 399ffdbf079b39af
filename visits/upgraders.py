"""Records of older pages are read for ever: a phone may have been without a network for months.

Each function takes the body of a record of its version and returns it as the next version says it. Whoever raises
`forms.SCHEMA_VERSION` adds the line for the version before.
"""

from collections.abc import Callable
from typing import Any

from visits.forms import SCHEMA_VERSION

Body = dict[str, Any]
UPGRADERS: dict[int, Callable[[Body], Body]] = {}


class Unknown(Exception):
    """A version this portal cannot read: newer than the portal, or never published."""


def upgrade(body: Body, version: int) -> Body:
    """The body as the present version says it. Raises Unknown."""
    while version != SCHEMA_VERSION:
        if version not in UPGRADERS:
            raise Unknown
        body, version = UPGRADERS[version](body), version + 1
    return body
