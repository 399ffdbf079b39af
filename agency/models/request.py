"""One errand: the detail row of its case, which holds whose turn it is, until when, for whom and where."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from agency.models.item import AgencyItem
from agency.models.querysets import AgencyRequestQuerySet
from agency.states import SignedAs, Step, Way
from cases.models import Case
from common.fields import SensitiveCharField
from files.models import Photo


class AgencyRequest(models.Model):
    """What an errand knows beyond its case. Changed only by the verbs of `agency.services`.

    Name and phone are the report's. Money is what the note handed over with the receipt says, in yuan, and goes with
    the rest of what is personal (`services.retention`).
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="+", verbose_name="事项")
    item = models.ForeignKey(AgencyItem, models.PROTECT, related_name="requests", verbose_name="代办事项")
    step = models.CharField("步骤", max_length=10, choices=Step.choices, default=Step.ASKED)
    way = models.CharField("怎么交接", max_length=10, choices=Way.choices)
    door = SensitiveCharField("门牌", kind="address", max_length=120, blank=True)
    meet_at = models.DateTimeField("约定见面", null=True, blank=True)
    missing = models.CharField("还缺什么", max_length=200, blank=True)
    times = models.PositiveSmallIntegerField("第几次办", default=1, help_text="缺材料或者办错了，要再来一次的加一")
    event_count = models.PositiveIntegerField("过程条数", default=0)

    asked_at = models.DateTimeField("提出时间", default=timezone.now)
    promised_by = models.DateTimeField("承诺办好")
    done_at = models.DateTimeField("办好时间", null=True, blank=True)
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    handed_back = models.CharField("交回了什么", max_length=200, blank=True)
    signed_as = models.CharField("谁签收", max_length=10, choices=SignedAs.choices, blank=True)
    signer = SensitiveCharField("签收人", kind="name", max_length=30, blank=True)
    received = models.DecimalField("收到（元）", max_digits=8, decimal_places=2, null=True, blank=True)
    returned = models.DecimalField("退回（元）", max_digits=8, decimal_places=2, null=True, blank=True)
    voucher = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="票据照片")

    objects = AgencyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代办"
        constraints = [
            models.CheckConstraint(
                condition=Q(received__isnull=True, returned__isnull=True)
                | Q(received__isnull=False, returned__isnull=False, returned__gte=0, returned__lte=F("received")),
                name="agency_money_returned_of_received",
            ),
            models.CheckConstraint(
                condition=~Q(step=Step.SIGNED) | Q(done_at__isnull=False, signed_at__isnull=False),
                name="agency_signed_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(step=Step.DONE) | Q(done_at__isnull=False), name="agency_done_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["promised_by", "id"], name="agency_by_promise"),
            models.Index(fields=["-asked_at", "-id"], name="agency_newest"),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="agency_done_lately"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}-{self.case_id}"

    @property
    def step_label(self) -> str:
        """The step in words."""
        return Step(self.step).label

    @property
    def paid(self):
        """What was paid out of the money received, in yuan; None where no money changed hands."""
        return None if self.received is None else self.received - self.returned
