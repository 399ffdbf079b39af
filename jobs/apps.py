from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Long work with progress."""

    name = "jobs"
    verbose_name = "任务"

    def ready(self) -> None:
        """Import every app's `job_kinds` module, so that workers know all kinds without this app knowing them."""
        autodiscover_modules("job_kinds")
