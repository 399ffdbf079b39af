from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Door-to-door visits."""

    name = "visits"
    verbose_name = "走访"
