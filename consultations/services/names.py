"""Who gave money: published only with consent, opened to staff with a reason, forgotten in time."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.services.retention import CHUNK, KEPT_FOR
from common.errors import DomainError
from consultations.models import Attendee, Line
from consultations.states import OVER

REASONS = {"receipt": "补开收据", "refund": "退款", "check": "核对账目"}


def published_name(line: Line) -> str:
    """The name as the sheet prints it: in plain with the person's consent, else nothing."""
    return line.name.plain if line.consents and line.name else ""


def name_for_staff(line: Line, reason: str, *, by: User) -> str:
    """The name in plain for one look; logged before it is shown."""
    if reason not in REASONS:
        raise DomainError("请选择查看原因。")
    if not line.name:
        raise DomainError("这一笔没有记姓名。")
    with transaction.atomic():
        record(
            "consultation.reveal",
            subject=("consultation", line.book.consultation_id),
            by=by,
            line=line.pk,
            reason=reason,
        )
    return line.name.plain


def forget_ended(*, at: datetime | None = None) -> int:
    """Take names off books and attendance lists of what ended before `KEPT_FOR`; how many. The money stays."""
    before, total = (at or timezone.now()) - KEPT_FOR, 0
    for model, ended in ((Line, "book__consultation"), (Attendee, "consultation")):
        due = model.objects.filter(**{f"{ended}__status__in": OVER, f"{ended}__ended_at__lt": before}).exclude(name="")
        while rows := list(due.order_by("pk").values_list("pk", ended)[:CHUNK]):
            with transaction.atomic():
                for held in sorted({consultation for _, consultation in rows}):
                    record("consultation.forget", subject=("consultation", held), by=None)
                gone = {"name": "", "consents": False} if model is Line else {"name": ""}
                total += model.objects.filter(pk__in=[pk for pk, _ in rows]).update(**gone)
    return total
