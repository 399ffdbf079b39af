"""The two doors to a wisher's name, door and phone: the live claimer's, and staff's with a reason. Both write it down."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from wishes.models import Claim, Wish

SHOWN_FOR = timedelta(minutes=5)
REASONS = {
    "ask": "联系心愿人了解情况",
    "tell": "告知心愿进展",
    "follow_up": "回访核实",
}
HIDDEN = "认领已经结束或已报完成，姓名、住址和电话不再显示。"
NOTHING_LEFT = "没有留下联系方式。"


@dataclass(frozen=True)
class Contact:
    """Who wishes, in plain, for one look."""

    name: str
    place: str
    phone: str


def contact_for_claimer(claim: Claim, *, at: datetime | None = None, by: User) -> Contact:
    """Name, door and phone for somebody of the live claim; every opening is an entry in the audit log.

    DomainError once the claim ended or was reported done, and for anybody else. The rows are read under the wish's
    lock, so nobody reads on after the end was written.
    """
    with transaction.atomic():
        wish = Wish.objects.select_for_update(of=("self",)).get(pk=claim.wish_id)
        held = Claim.objects.live().of(by).filter(pk=claim.pk, reported_at__isnull=True).exists()
        if not held:
            raise DomainError(HIDDEN)
        record("wish.claimer_looked", subject=("wish", wish.pk), by=by, claim=claim.pk, at=at or timezone.now())
    return _plain(wish)


def contact_for_staff(wish: Wish, reason: str, *, by: User) -> Contact:
    """The same for staff who may see the wish, with one of `REASONS`; logged before it is shown."""
    if reason not in REASONS:
        raise DomainError("请选择查看原因。")
    if not (wish.phone or wish.name or wish.place):
        raise DomainError(NOTHING_LEFT)
    with transaction.atomic():
        record("wish.reveal", subject=("wish", wish.pk), by=by, reason=reason)
    return _plain(wish)


def _plain(wish: Wish) -> Contact:
    # Of a child only how to reach the guardian; a name is never written down with a child's wish shown.
    name = "" if wish.is_childs else (wish.name.plain if wish.name else "")
    return Contact(name, wish.place.plain if wish.place else "", wish.phone.plain if wish.phone else "")
