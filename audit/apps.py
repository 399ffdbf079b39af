from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What was done and by whom: append-only, sealed into a hash chain."""

    name = "audit"
    verbose_name = "审计"
