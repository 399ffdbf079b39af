from django.apps import AppConfig


class AgencyConfig(AppConfig):
    """Errands the community runs for people: items with their guides, and requests with their steps."""

    name = "agency"
    verbose_name = "代办服务"
