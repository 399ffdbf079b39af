from django.apps import AppConfig


class WishesConfig(AppConfig):
    """Micro-wishes."""

    name = "wishes"
    verbose_name = "微心愿"
