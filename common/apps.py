from django.apps import AppConfig
from django.core.checks import register


class CommonConfig(AppConfig):
    """Values and tools without domain words: Sensitive, encrypted fields, receipt numbers, pages."""

    name = "common"
    verbose_name = "公共"

    def ready(self) -> None:
        from common.checks import keys_are_usable

        register(keys_are_usable)
