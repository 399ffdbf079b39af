"""The papers of a mediation file: records, the agreement, hand-overs, scans. Read by insiders only."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from files.models import Photo
from mediation.models.dispute import Dispute
from mediation.states import Kept, Paper, Receiver, RecordKind


def _who(label: str) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label)


class Record(models.Model):
    """调查记录, 调解记录 or 回访记录: what was asked and said on a day."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="records", verbose_name="纠纷")
    kind = models.CharField("记录", max_length=15, choices=RecordKind.choices)
    held_date = models.DateField("日期")
    text = models.TextField("内容")
    kept = models.CharField("协议履行", max_length=10, choices=Kept.choices, blank=True)
    written_at = models.DateTimeField("记录时间", default=timezone.now)
    written_by = _who("记录人")

    class Meta:
        verbose_name = verbose_name_plural = "调解卷宗记录"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.dispute_id}"


class Agreement(models.Model):
    """人民调解协议书: facts, what was agreed, how and by when; who signs are the parties of the dispute."""

    dispute = models.OneToOneField(Dispute, models.PROTECT, related_name="agreement", verbose_name="纠纷")
    is_oral = models.BooleanField("口头协议", default=False)
    facts = models.TextField("纠纷的主要事实、争议事项")
    points = models.TextField("协议内容", help_text="各方的权利义务")
    performance = models.TextField("履行的方式、地点、期限")
    perform_until = models.DateField("履行期限", null=True, blank=True)
    agreed_date = models.DateField("协议日期")
    written_at = models.DateTimeField("登记时间", default=timezone.now)
    written_by = _who("登记人")

    class Meta:
        verbose_name = verbose_name_plural = "人民调解协议"

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.agreed_date}"


class HandOver(models.Model):
    """A dispute given to the justice office, a court or the petition office: to whom, when, with what."""

    dispute = models.OneToOneField(Dispute, models.PROTECT, related_name="hand_over", verbose_name="纠纷")
    receiver = models.CharField("移交给", max_length=10, choices=Receiver.choices)
    body = models.CharField("接收单位", max_length=60)
    handed_date = models.DateField("移交日期")
    what = models.TextField("移交说明和材料")
    handed_at = models.DateTimeField("登记时间", default=timezone.now)
    handed_by = _who("移交人")

    class Meta:
        verbose_name = verbose_name_plural = "纠纷移交"

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.body}"


class Scan(models.Model):
    """A photographed page of the file."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="scans", verbose_name="纠纷")
    paper = models.CharField("材料", max_length=15, choices=Paper.choices)
    photo = models.OneToOneField(Photo, models.PROTECT, related_name="+", verbose_name="扫描件")
    added_at = models.DateTimeField("存入时间", default=timezone.now)
    added_by = _who("存入人")

    class Meta:
        verbose_name = verbose_name_plural = "卷宗扫描件"

    def __str__(self) -> str:
        return f"{self.get_paper_display()} {self.dispute_id}"
