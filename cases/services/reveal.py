"""The one door to a reporter's plain contact."""

from datetime import timedelta

from django.db import transaction

from accounts.models import User
from audit.services import record
from cases.models import Report
from common.errors import DomainError

# How long a revealed value stays on the screen.
SHOWN_FOR = timedelta(minutes=5)
REASONS = {
    "ask": "联系反映人了解情况",
    "tell": "告知办理结果",
    "follow_up": "回访核实",
}


def reveal_contact(report: Report, reason: str, *, by: User) -> tuple[str, str]:
    """Name and phone in plain, for one look; logged with the reason first.

    Refused where the reporter asked that handlers do not see them, or no known reason is given.
    """
    if reason not in REASONS:
        raise DomainError("请选择查看原因。")
    if report.withheld:
        raise DomainError("反映人要求不让经办人员看到联系方式，可以在公开答复里回应。")
    if not report.phone:
        raise DomainError("没有留下联系方式。")
    with transaction.atomic():
        record("report.reveal", subject=("report", report.pk), by=by, reason=reason, case=report.case_id)
    return report.name.plain if report.name else "", report.phone.plain
