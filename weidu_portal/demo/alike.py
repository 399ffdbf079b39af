"""One 类案 of the demonstration: places in 北大街道 where water stands after rain, each a case of its own."""

from datetime import datetime

from cases import services as cases
from cases.models import Bundle, Case
from weidu_portal.demo.people import BEIDA, Staff

TITLE = "雨后积水点"


def add(staff: Staff, *, at: datetime) -> int:
    """Bundle the open cases about standing water, unless that was done; returns how many there are."""
    wet = list(Case.objects.open().filter(street=BEIDA, category__code="road-flood", about__isnull=True).order_by("pk"))
    if len(wet) < 2 or Bundle.objects.exists():
        return 0
    cases.bundle_up(wet[0], wet[1:], title=TITLE, at=at, by=staff.head(f"area:{BEIDA}"))
    return len(wet)
