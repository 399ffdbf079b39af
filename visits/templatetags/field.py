"""Tags of the phone pages."""

from django import template
from django.conf import settings

from visits import offline

register = template.Library()


@register.simple_tag
def field_scripts() -> tuple[str, ...]:
    """The scripts of the phone pages, in the order they are loaded."""
    return offline.SCRIPTS


@register.simple_tag
def field_version() -> str:
    """The version of these pages."""
    return offline.version()


@register.simple_tag
def service_worker_enabled() -> bool:
    """Whether pages register the service worker."""
    return settings.SW_ENABLED
