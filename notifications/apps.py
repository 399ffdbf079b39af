from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Telling a seat something exactly once."""

    name = "notifications"
    verbose_name = "通知"
