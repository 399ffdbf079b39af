from django.apps import AppConfig


class WeiduPortalConfig(AppConfig):
    """Settings, addresses, commands and benches: the only place that knows every app."""

    name = "weidu_portal"
    verbose_name = "门户"
