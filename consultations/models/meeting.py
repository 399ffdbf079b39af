"""Who was told and who came, what was voted, what was objected."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.fields import SensitiveCharField
from consultations.models.consultation import Consultation
from consultations.states import Way, carries
from files.models import Photo


class Attendee(models.Model):
    """Somebody asked to come: a member of staff or post holder by account, else a resident by what he or she stands for.

    A resident's name is written down only where it is needed. `signs` marks who watches over the money.
    """

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="attendees", verbose_name="协商")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    name = SensitiveCharField("姓名", kind="name", max_length=30, blank=True)
    role = models.CharField("身份", max_length=20, help_text="如：召集人、小区长、居民代表")
    signs = models.BooleanField("监督签字", default=False)
    came = models.BooleanField("到会", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参加的人"
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "user"], condition=Q(user__isnull=False), name="attendee_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(signs=False) | Q(user__isnull=False), name="attendee_who_signs_has_an_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.role}"

    @property
    def called(self) -> str:
        """陈书记; a resident masked, or only by what he or she stands for."""
        return self.user.called if self.user_id else str(self.name) or self.role


class Notice(models.Model):
    """One round of telling people: how, when, who went, how many households it reached."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="notices", verbose_name="协商")
    way = models.CharField("方式", max_length=10, choices=Way.choices)
    told_at = models.DateTimeField("时间")
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁通知")
    others = models.CharField("还有谁", max_length=40, blank=True, help_text="写称呼，如：孙师傅")
    reach = models.PositiveIntegerField("通知到几户", null=True, blank=True, help_text="张贴的不用填")
    note = models.CharField("说明", max_length=100, blank=True)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片")

    class Meta:
        verbose_name = verbose_name_plural = "通知"

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.way}"


class Option(models.Model):
    """A proposal that was voted on. One household has one vote, so no count exceeds the households present."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="options", verbose_name="协商")
    position = models.PositiveSmallIntegerField("次序")
    text = models.CharField("方案", max_length=60)
    agree = models.PositiveIntegerField("同意")
    against = models.PositiveIntegerField("不同意", default=0)
    abstain = models.PositiveIntegerField("弃权", default=0)
    present = models.PositiveIntegerField("到会户数")
    majority = models.CharField("怎样算通过", max_length=10)

    class Meta:
        verbose_name = verbose_name_plural = "方案"
        constraints = [
            models.UniqueConstraint(fields=["consultation", "position"], name="option_one_of_a_position"),
            models.CheckConstraint(
                condition=Q(present__gte=models.F("agree") + models.F("against") + models.F("abstain")),
                name="option_votes_of_those_present",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def carried(self) -> bool:
        """Whether it went through by the rule of the meeting."""
        return carries(self.agree, self.present, self.majority)


class Objection(models.Model):
    """What somebody held against the published decision, and what the community answered. Nobody is named."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="objections", verbose_name="协商")
    text = models.CharField("异议", max_length=500)
    noted_at = models.DateTimeField("记下时间", default=timezone.now)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="objection_answered_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.pk}"
