"""Notices to seats, who has read them, and what of a half-sent notice has already gone out."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone


class NotificationQuerySet(models.QuerySet):
    """Notices as an inbox asks for them."""

    def for_seats(self, seats: Iterable[str], user) -> Self:
        """Notices to these seats that `user` may see: no seats, nothing, and never one about the user."""
        return self.filter(seat__in=list(seats)).exclude(hidden_from_id=user.pk)

    def unread(self, user) -> Self:
        """Those `user` has not opened; a colleague on the same seat may have."""
        return self.exclude(Exists(Reading.objects.filter(notification=OuterRef("pk"), user=user)))

    def recent(self) -> Self:
        """Newest first, along the index (seat, -id)."""
        return self.order_by("-id")

    def to_push(self, at) -> Self:
        """Those whose push is due at `at`."""
        return self.filter(push_at__lte=at).order_by("push_at")


class Notification(models.Model):
    """One thing told once to one seat ("area:…", "unit:…", "user:…", "report:…").

    `cases/sql.py` inserts here in bulk, so the columns have database defaults. `push_at` is when the push is next
    due and NULL once it went out, was given up, or was never wanted; `attempts` counts pushes begun.
    """

    seat = models.CharField("岗位", max_length=40)
    cause = models.CharField("起因", max_length=80)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True, default="", db_default="")
    target = models.CharField("页面", max_length=120, blank=True, default="", db_default="")
    # No constraint in the database: the set-based insert of ten thousand rows does not look each of them up.
    hidden_from = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="对其不可见",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    created_at = models.DateTimeField("时间", default=timezone.now)
    push_at = models.DateTimeField("待发时间", null=True, blank=True)
    pushed_at = models.DateTimeField("发出时间", null=True, blank=True)
    attempts = models.SmallIntegerField("发送次数", default=0, db_default=0)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        constraints = [models.UniqueConstraint(fields=["seat", "cause"], name="notification_once_per_seat_and_cause")]
        indexes = [
            models.Index(fields=["seat", "-id"], name="notification_inbox"),
            models.Index(fields=["push_at"], condition=Q(push_at__isnull=False), name="notification_to_push"),
        ]

    def __str__(self) -> str:
        return f"{self.seat} {self.cause}"

    def get_absolute_url(self) -> str:
        """Path of the page the notice is about; empty when there is none."""
        return self.target


class Reading(models.Model):
    """A person has seen a notice. Seats have several readers, so it cannot be a column of the notice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="账号", on_delete=models.CASCADE, related_name="+")
    notification = models.ForeignKey(
        Notification, verbose_name="通知", on_delete=models.CASCADE, related_name="readings", db_index=False
    )
    read_at = models.DateTimeField("已读时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "已读记录"
        constraints = [models.UniqueConstraint(fields=["notification", "user"], name="reading_once_per_person")]

    def __str__(self) -> str:
        return f"{self.notification_id} {self.user_id}"


class Delivery(models.Model):
    """What had already gone out when another address of the same notice failed, so that a retry spares its reader.

    Written for half-sent notices only. `message` is the id the receiver saw and holds no address.
    """

    notification = models.ForeignKey(
        Notification, verbose_name="通知", on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    message = models.CharField("消息编号", max_length=60)
    sent_at = models.DateTimeField("发出时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "部分发出记录"
        constraints = [models.UniqueConstraint(fields=["notification", "message"], name="delivery_once_per_message")]

    def __str__(self) -> str:
        return self.message
