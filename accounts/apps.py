from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who a person is; never what the person may do."""

    name = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from accounts import signals  # noqa: F401 - connects the receivers
