from django.apps import AppConfig
from django.core.checks import Tags, register


class WorkdaysConfig(AppConfig):
    """The working-day calendar and working time."""

    name = "workdays"
    verbose_name = "工作日"

    def ready(self) -> None:
        from workdays.checks import calendar_is_loaded

        register(calendar_is_loaded, Tags.database)
