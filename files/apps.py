from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Photos, re-encoded and stripped before they are stored."""

    name = "files"
    verbose_name = "附件"
