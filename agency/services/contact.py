"""The one door to where somebody lives who asked for an errand."""

from django.db import transaction

from accounts.models import User
from agency.models import AgencyRequest
from audit.services import record
from cases.services.reveal import REASONS
from common.errors import DomainError


def reveal_door(errand: AgencyRequest, reason: str, *, by: User) -> str:
    """The door in plain, for one look; logged with the reason first."""
    if reason not in REASONS:
        raise DomainError("请选择查看原因。")
    if not errand.door:
        raise DomainError("没有留下门牌。")
    with transaction.atomic():
        record("agency.reveal", subject=("case", errand.case_id), by=by, reason=reason)
    return errand.door.plain
