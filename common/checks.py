"""System checks of the keys that guard personal values."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from common.crypto import check_keys


def keys_are_usable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """common.E001 when FIELD_KEYS, INDEX_KEY or their suites cannot be used."""
    try:
        check_keys()
    except ImproperlyConfigured as refusal:
        return [Error(str(refusal), hint="See docs/privacy.md: keys and their rotation.", id="common.E001")]
    return []
