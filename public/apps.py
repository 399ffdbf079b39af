from django.apps import AppConfig


class PublicConfig(AppConfig):
    """What residents open."""

    name = "public"
    verbose_name = "服务大厅"
