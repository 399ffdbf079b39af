from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    """What residents consult about together: topic, notices, votes, works, and the money they raise."""

    name = "consultations"
    verbose_name = "协商议事"
