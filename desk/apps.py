from django.apps import AppConfig


class DeskConfig(AppConfig):
    """What staff open, across apps."""

    name = "desk"
    verbose_name = "工作台"
