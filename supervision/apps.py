from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """What the district does with what streets could not end: ledgers, hand-outs, supervision orders, joint meetings."""

    name = "supervision"
    verbose_name = "区级研判和督办"
