"""The one door to a plain value of a resident or a household: one value, with a reason, written down first."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from common.errors import DomainError
from common.sensitive import Sensitive
from households.access import access_to
from households.models import Household, Resident
from households.services.writing import noted

# How long a revealed value stays on the screen.
SHOWN_FOR = timedelta(minutes=5)
REASONS = {
    "ask": "联系住户了解情况",
    "tell": "告知办理结果",
    "visit": "上门走访",
    "call": "走访联系",
    "check": "核对住户资料",
    "emergency": "紧急情况联系",
}
# What may be looked at, with the words for it.
OF_RESIDENT = {"name": "姓名", "phone": "手机号", "id_number": "身份证号"}
OF_HOUSEHOLD = {"contact_name": "联系人", "contact_phone": "联系电话", "address": "地址"}
FIELDS = OF_RESIDENT | OF_HOUSEHOLD


def held_value(household: Household, field: str, resident: Resident | None = None) -> Sensitive | None:
    """The value, masked when printed; None where nothing is held. KeyError for a field that cannot be looked at."""
    if field not in (OF_RESIDENT if resident else OF_HOUSEHOLD):
        raise KeyError(field)
    return getattr(resident or household, field) or None


@transaction.atomic
def reveal(
    household: Household,
    field: str,
    reason: str,
    *,
    resident: Resident | None = None,
    at: datetime | None = None,
    by: User,
) -> str:
    """The plain value of one field, for one look; the household's record and the audit log say who looked and why.

    Refused without a known reason, without the right (`households.access`), or where nothing is held.
    """
    if reason not in REASONS:
        raise DomainError("请选择查看原因。")
    if not access_to(household, by).reveal:
        raise DomainError("现在的岗位不能查看这一项。")
    value = held_value(household, field, resident)
    if value is None:
        raise DomainError("没有登记这一项。")
    details = {"resident": resident.pk} if resident else {}
    noted(household, "reveal", at=at, by=by, field=field, reason=reason, **details)
    return value.plain
