"""Accounts of staff and the keys of other systems."""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from common.crypto import blind_index
from common.fields import EncryptedField
from common.normalise import clean_phone

PHONE_PURPOSE = "accounts.user.phone"


def index_of_phone(phone: str) -> bytes:
    """The blind index of a staff member's mobile number. ValueError with Chinese text where it is none."""
    return blind_index(clean_phone(phone), purpose=PHONE_PURPOSE)


class UserQuerySet(models.QuerySet):
    """Accounts by what people type."""

    def typed(self, name: str) -> "User | None":
        """The account of this user name, in any case, else of this mobile number, else None. One query."""
        name = name.strip()
        found = Q(username__iexact=name)
        with suppress(ValueError):  # not a phone number, so only a name
            found |= Q(phone_index=index_of_phone(name))
        accounts = sorted(self.filter(found)[:2], key=lambda user: user.username.lower() != name.lower())
        return accounts[0] if accounts else None


class Accounts(UserManager.from_queryset(UserQuerySet)):
    """Django's manager of users, with our queryset."""

    use_in_migrations = False


class User(AbstractUser):
    """A member of staff with a real name. What the person may do hangs on postings (`grids`), never on the account."""

    first_name = None
    last_name = None
    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    full_name = models.CharField("姓名", max_length=30)
    title = models.CharField("称呼", max_length=30, blank=True, help_text="姓加职务，如：陈书记")
    unit_name = models.CharField("单位", max_length=60, blank=True)
    phone = EncryptedField("手机号", kind="phone", aad_field="uuid", null=True, blank=True)
    phone_index = models.BinaryField("手机号索引", max_length=16, null=True, blank=True, editable=False, unique=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=True)
    email = models.EmailField("工作邮箱", blank=True)
    size = models.CharField("字号", max_length=10, blank=True, choices=[("", "标准版"), ("elder", "长辈版")])

    REQUIRED_FIELDS = ["full_name"]

    objects = Accounts()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        constraints = [
            models.UniqueConstraint(
                Upper("username"), name="user_name_unique_in_any_case", violation_error_message="已有这个账号"
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index__isnull=True)
                | Q(phone__isnull=False, phone_index__isnull=False),
                name="user_phone_has_its_index",
            ),
        ]

    def __str__(self) -> str:
        return self.called

    @property
    def called(self) -> str:
        """What colleagues and residents call the person: title where given, else the full name."""
        return self.title or self.full_name

    def get_full_name(self) -> str:
        """Full name, for Django's admin."""
        return self.full_name

    def get_short_name(self) -> str:
        """Title or name, for Django's admin."""
        return self.called

    def take_phone(self, phone: str) -> None:
        """Hold `phone` and the index it is found by; empty forgets both. Not saved. ValueError with Chinese text."""
        self.phone = clean_phone(phone) if phone else None
        self.phone_index = index_of_phone(phone) if phone else None


class ApiKeyQuerySet(models.QuerySet):
    """Keys of other systems."""

    def working(self):
        """Keys that open the API: not revoked, and of an account that is in use."""
        return self.filter(revoked_at__isnull=True, user__is_active=True)

    def seen(self, key: "ApiKey", at: datetime | None = None) -> bool:
        """Note that `key` was used, at most once a minute. True where it was written."""
        at = at or timezone.now()
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - timedelta(minutes=1))
        return bool(self.filter(stale, pk=key.pk).update(last_used_at=at))


class ApiKey(models.Model):
    """A key another system calls the API with. It acts as its user; only a hash of the key is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_keys", verbose_name="代表的账号"
    )
    name = models.CharField("用途", max_length=60)
    prefix = models.CharField("前缀", max_length=8, unique=True, help_text="明文可见的一段，用来认出是哪个密钥")
    hash = models.CharField("摘要", max_length=64, editable=False, help_text="SHA-256")
    created_at = models.DateTimeField("签发时间", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签发人"
    )
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="作废人"
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接口密钥"
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=False) | Q(revoked_by__isnull=True),
                name="api_key_revoked_by_somebody_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.prefix}…）"
