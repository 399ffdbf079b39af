"""What 区委组织部 collects: the review of each case that climbed, and the working ledger (台账) it is listed in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Case
from grids.models import Organization


class Review(models.Model):
    """研判 of one case at one holding of the district. Saved as often as wanted (暂存), decided once."""

    class Decision(models.TextChoices):
        ACCEPT = "accept", "通过，列入台账"
        MEETING = "meeting", "提请联席研判"
        SEND_DOWN = "send_down", "退回街道办理"
        JOIN = "join", "与同类合并"
        SUSPEND = "suspend", "挂账"

    case = models.ForeignKey(Case, models.PROTECT, related_name="reviews", verbose_name="事项")
    step = models.PositiveIntegerField("第几次承办")
    lead = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建议主办"
    )
    helpers = models.ManyToManyField(Organization, related_name="+", blank=True, verbose_name="建议协办")
    opinion = models.TextField("研判说明", blank=True)
    saved_at = models.DateTimeField("暂存时间", default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="暂存人")
    decision = models.CharField("研判意见", max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField("研判时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="研判人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "研判"
        constraints = [
            models.UniqueConstraint(fields=["case", "step"], name="review_once_per_holding"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="review_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | ~Q(decision=""), name="review_decided_says_what"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.step}"


class Ledger(models.Model):
    """台账清单第N号 of a year: weekly or monthly. `number` is ours; the document number (文号) is typed in, never made.

    Once issued it is frozen: items keep what was printed (`LedgerItem.printed`), everything later is a `LedgerEntry`.
    """

    class Pace(models.TextChoices):
        WEEKLY = "weekly", "周清单"
        MONTHLY = "monthly", "月清单"

    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveSmallIntegerField("清单号")
    pace = models.CharField("周期", max_length=10, choices=Pace.choices, default=Pace.WEEKLY)
    from_date = models.DateField("起")
    to_date = models.DateField("止")
    document_number = models.CharField("文号", max_length=40, blank=True, help_text="由人填写，如 魏组〔2026〕5号")
    opened_at = models.DateTimeField("开列时间", default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="开列人")
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="印发人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "台账清单"
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="ledger_numbered_per_year"),
            models.UniqueConstraint(
                fields=["pace"], condition=Q(issued_at__isnull=True), name="ledger_one_open_per_pace"
            ),
            models.CheckConstraint(condition=Q(to_date__gte=F("from_date")), name="ledger_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True, issued_by__isnull=True)
                | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="ledger_issued_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.called

    @property
    def called(self) -> str:
        """清单第12号."""
        return f"清单第{self.number}号"

    @property
    def is_issued(self) -> bool:
        """True once it is frozen."""
        return self.issued_at is not None


class LedgerItemQuerySet(models.QuerySet):
    """Items of ledgers."""

    def visible_to(self, user):
        """Items whose case the user may see; never a complaint about the user."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def for_paper(self):
        """In order, with what their printed words are made of: two queries."""
        rows = self.select_related("case__category", "case__handling_unit", "lead")
        return rows.prefetch_related("helpers").order_by("position")


class LedgerItem(models.Model):
    """One case in one ledger, with what was suggested; frozen in `printed` when the ledger is issued.

    `printed`: number, title, place (street and community), category, reason, opinion, lead, helpers, climbed_at, due_at,
    status, all as words; no personal data.
    """

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="items", verbose_name="清单")
    case = models.ForeignKey(Case, models.PROTECT, related_name="ledger_items", verbose_name="事项")
    position = models.PositiveSmallIntegerField("序号")
    lead = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建议主办"
    )
    helpers = models.ManyToManyField(Organization, related_name="+", blank=True, verbose_name="建议协办")
    opinion = models.TextField("研判说明", blank=True)
    listed_at = models.DateTimeField("列入时间", default=timezone.now)
    listed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="列入人")
    printed = models.JSONField("印发内容", default=dict, blank=True)
    struck_at = models.DateTimeField("销号时间", null=True, blank=True)

    objects = LedgerItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "台账事项"
        constraints = [
            models.UniqueConstraint(fields=["ledger", "position"], name="ledgeritem_position"),
            models.UniqueConstraint(fields=["ledger", "case"], name="ledgeritem_once_per_ledger"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger}之{self.position}"


class LedgerEntry(models.Model):
    """What happened to an item after it was listed. Inserted, never edited (a trigger refuses)."""

    class Kind(models.TextChoices):
        HANDED_OUT = "handed_out", "交办"
        ORDERED = "ordered", "督办"
        MEETING = "meeting", "联席研判"
        SUSPENDED = "suspended", "挂账"
        SENT_DOWN = "sent_down", "退回街道"
        STRUCK = "struck", "销号"
        REOPENED = "reopened", "重新办理"
        NOTE = "note", "备注"

    item = models.ForeignKey(LedgerItem, models.PROTECT, related_name="entries", verbose_name="台账事项")
    kind = models.CharField("变化", max_length=12, choices=Kind.choices)
    text = models.CharField("说明", max_length=500, blank=True)
    noted_at = models.DateTimeField("时间", default=timezone.now)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "台账变化"
        indexes = [models.Index(fields=["item", "noted_at"], name="ledgerentry_story")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.get_kind_display()}"
