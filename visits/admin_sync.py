"""What never came from phones, in the administration: totals only. Neither records nor people stand here."""

from django.contrib import admin
from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from visits.models import Conflict, Device, Submission
from visits.services.devices import UNSENT_AFTER, with_gaps
from visits.states import SubmissionState


@admin.register(Device)
class DeviceAdmin(admin.ModelAdmin):
    """One page of figures: how many numbers never came, how much waits on phones and on people."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Phones announce themselves."""
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nobody edits them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Records name their device."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """The totals instead of rows."""
        context = {**self.admin_site.each_context(request), "title": "手机上传", "totals": totals(), "opts": self.opts}
        return TemplateResponse(request, "admin/visits/device/totals.html", context)


def totals() -> list[tuple[str, int]]:
    """(what, how many): phones, records received, numbers that never came, what waits where."""
    old = timezone.now() - UNSENT_AFTER
    phones = with_gaps(Device.objects.all()).aggregate(
        phones=Count("pk"),
        missing=Sum(F("gaps")),
        with_gaps=Count("pk", filter=Q(gaps__gt=0)),
        late=Count("pk", filter=Q(pending__gt=0, oldest_pending_at__lt=old)),
    )
    records = Submission.objects.aggregate(
        received=Count("pk"),
        waiting=Count("pk", filter=Q(state=SubmissionState.REVIEW)),
        left=Count("pk", filter=Q(state=SubmissionState.RECEIVED)),
        lost=Count("pk", filter=Q(state=SubmissionState.REVIEW, area__isnull=True)),
    )
    return [
        ("手机（每人每个浏览器算一台）", phones["phones"]),
        ("收到的记录", records["received"] + Conflict.objects.count()),
        ("缺号：手机编了号、没有收到的", phones["missing"] or 0),
        ("有缺号的手机", phones["with_gaps"]),
        ("有记录24小时以上没上传的手机", phones["late"]),
        ("待核对的记录", records["waiting"]),
        ("待核对、不知道归哪个社区的", records["lost"]),
        ("收下了、还没处理的", records["left"]),
    ]
