"""The two doors to a party's plain name, phone and address: one look with a reason, and the paper to be signed. Both logged."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from mediation.models import Dispute, Party

SHOWN_FOR = timedelta(minutes=5)
REASONS = {
    "ask": "联系当事人了解情况",
    "mediate": "约当事人调解",
    "follow_up": "回访协议履行情况",
}


@dataclass(frozen=True)
class Contact:
    """A party in plain, for one look or one paper."""

    side: str
    name: str
    phone: str
    address: str


def open_contact(party: Party, reason: str, *, by: User) -> Contact:
    """Name, phone and address for an insider with one of `REASONS`; logged before it is shown."""
    if reason not in REASONS:
        raise DomainError("请选择查看原因。")
    with transaction.atomic():
        record("dispute.reveal", subject=("dispute", party.dispute_id), by=by, reason=reason, party=party.pk)
    return _plain(party)


def parties_to_sign(dispute: Dispute, *, by: User) -> list[Contact]:
    """Everybody of the dispute in plain, for the paper they sign; the printing is logged."""
    rows = list(Party.objects.filter(dispute=dispute).order_by("pk"))
    with transaction.atomic():
        record("dispute.print", subject=("dispute", dispute.pk), by=by, parties=len(rows))
    return [_plain(party) for party in rows]


def _plain(party: Party) -> Contact:
    return Contact(
        party.get_side_display(),
        party.name.plain if party.name else "",
        party.phone.plain if party.phone else "",
        party.address.plain if party.address else "",
    )
