"""设备健康: whether records may be lost on phones. What is unsent and what is missing, nothing about use."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.due import elapsed
from grids.decorators import require
from grids.models import Posting
from grids.permissions import Ability
from visits.models import Device
from visits.services.devices import CLOCK_WRONG, UNSENT_AFTER, is_outdated, missing, with_gaps

SHOWN = 200


@dataclass(frozen=True)
class Row:
    """One phone: what may be lost on it, and what to do about it."""

    device: Device
    place: str
    unsent: str
    old: bool
    clock: str
    missing: list[int]
    outdated: bool

    @property
    def advice(self) -> list[str]:
        """What helps, in the order of urgency."""
        found = []
        if self.old:
            found.append("连上网打开一次")
        if self.device.gaps:
            found.append("请查看上传页")
        if self.outdated:
            found.append("更新页面")
        if self.clock:
            found.append("校准时间")
        return found


@require(Ability.PLAN_VISITS)
@never_cache
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """Phones of the own staff, by grid: never by who is better or worse."""
    now = timezone.now()
    rows = [_row(device, now) for device in in_order(request.user)[:SHOWN]]
    return render(request, "desk/devices.html", {"rows": rows, "gaps": sum(row.device.gaps for row in rows)})


def in_order(user) -> QuerySet[Device]:
    """The devices of the user's staff with their gaps, in the order of the grids."""
    posting = Posting.objects.current().filter(user=OuterRef("user"), area__isnull=False).order_by("-area_id")
    rows = with_gaps(Device.objects.visible_to(user)).select_related("user")
    rows = rows.annotate(area=Subquery(posting.values("area_id")[:1]), place=Subquery(posting.values("area__name")[:1]))
    return rows.order_by("area", "user__full_name", "pk")


def _row(device: Device, now: datetime) -> Row:
    oldest = now - device.oldest_pending_at if device.oldest_pending_at and device.pending else None
    seconds = device.clock_offset
    minutes = abs(seconds) // 60
    return Row(
        device=device,
        place=device.place or "",
        unsent=f"{device.pending}条，{elapsed(oldest) if oldest else '时间不详'}" if device.pending else "",
        old=bool(oldest and oldest > UNSENT_AFTER),
        clock=f"{'慢' if seconds > 0 else '快'}{minutes}分钟" if abs(seconds) > CLOCK_WRONG else "",
        missing=missing(device) if device.gaps else [],
        outdated=is_outdated(device),
    )
