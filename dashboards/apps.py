from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Figures: definitions, totals that are kept exact, boards, reports."""

    name = "dashboards"
    verbose_name = "运行情况"
