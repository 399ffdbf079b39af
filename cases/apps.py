from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The state table, the ladder and its sweep."""

    name = "cases"
    verbose_name = "事项"
