from django.apps import AppConfig


class GridsConfig(AppConfig):
    """The ground: areas, organizations, posts, who serves where, hence who may see and do what."""

    name = "grids"
    verbose_name = "网格"
