from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    """People, and the guarding of their data."""

    name = "households"
    verbose_name = "居民"
