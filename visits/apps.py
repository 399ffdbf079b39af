from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Door-to-door visits."""

    name = "visits"
    verbose_name = "走访"

    def ready(self) -> None:
        """The figures about phones stand in the administration."""
        from visits import admin_sync  # noqa: F401
