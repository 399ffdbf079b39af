from django.apps import AppConfig


class MediationConfig(AppConfig):
    """Disputes between residents, how they are mediated, and the service days of police, prosecutors, judges and lawyers."""

    name = "mediation"
    verbose_name = "矛盾纠纷和法律服务"
