"""How a wish comes in: one service for the form, staff, sheets and visits."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.services.intake import NO_NUMBER, NUMBER_TRIES
from cases.states import Channel
from common.crypto import blind_index
from common.errors import DomainError
from common.receipts import new_receipt
from grids.levels import Level, level_of
from grids.models import Area, Compound
from households.models import Household, PrivacyNotice
from notifications.services import notify_many
from wishes.models import Pace, Wish, WishEvent
from wishes.services.acting import acting, after_workdays, seat_of
from wishes.states import Action, ForWhom, Who

PREFIX = "WX"
NEEDS_GUARDIAN = "孩子的心愿须由监护人同意后提出。"


@dataclass
class Asked:
    """What somebody wishes, already cleaned by a form. `submission` makes a second sending harmless."""

    kind: str
    area: Area
    text: str
    channel: str = Channel.WEB
    for_whom: str = ForWhom.SELF
    submission: uuid.UUID = field(default_factory=uuid.uuid4)
    place: str = ""
    compound: Compound | None = None
    household: Household | None = None
    name: str = ""
    phone: str = ""
    wants_sms: bool = False
    guardian_consents: bool = False
    notice: PrivacyNotice | None = None
    source: str = ""
    source_id: str = ""


def find_wish(asked: Asked) -> Wish | None:
    """The wish an earlier sending of the same left, if any."""
    same = Q(uuid=asked.submission)
    if asked.source_id:
        same |= Q(source=asked.source, source_id=asked.source_id)
    return Wish.objects.filter(same).first()


def submit(asked: Asked, *, at: datetime | None = None, by: User | None) -> Wish:
    """Take a wish in, to be reviewed by the community. The same submission a second time returns the first wish.

    DomainError for a child's wish without the guardian's consent.
    """
    if existing := find_wish(asked):
        return existing
    if asked.for_whom == ForWhom.CHILD and not asked.guardian_consents:
        raise DomainError(NEEDS_GUARDIAN)
    at = at or timezone.now()
    for _ in range(NUMBER_TRIES):
        try:
            with transaction.atomic():
                return _open(asked, at, by)
        except IntegrityError as error:
            if existing := find_wish(asked):
                return existing
            if "number" not in str(error):
                raise
    raise DomainError(NO_NUMBER)


def _open(asked: Asked, at: datetime, by: User | None) -> Wish:
    wish = Wish.objects.create(
        uuid=asked.submission,
        number=new_receipt(PREFIX, on=timezone.localdate(at)),
        channel=asked.channel,
        source=asked.source,
        source_id=asked.source_id,
        kind=asked.kind,
        for_whom=asked.for_whom,
        text=asked.text,
        origin_area=asked.area,
        area=asked.area,
        compound=asked.compound,
        household=asked.household,
        place=asked.place,
        name=asked.name,
        phone=asked.phone or None,
        phone_index=blind_index(asked.phone, purpose="phone") if asked.phone else None,
        wants_sms=asked.wants_sms and bool(asked.phone),
        guardian_consents=asked.guardian_consents,
        notice=asked.notice,
        level=max(Level.COMMUNITY, level_of(asked.area.code)),  # where only the street is known, the street reviews
        event_count=1,
        review_by=after_workdays(at, Pace.current().review_days),
        created_at=at,
        created_by=by,
    )
    WishEvent.objects.create(
        wish=wish, number=1, at=at, action=Action.SUBMIT, step=1, by=by, to_status=wish.status, to_level=wish.level
    )
    record("wish.submit", subject=("wish", wish.pk), by=by, actor_kind=None if by else "resident", event=1)
    notify_many(
        [seat_of(wish)],
        cause=f"wish:{wish.pk}:1",
        title=f"新的微心愿待审核：{wish.number}",
        target=wish.get_absolute_url(),
        at=at,
    )
    return wish


def complete(wish: Wish, *, text: str, seen: int | None = None, at: datetime | None = None, by: User | None) -> None:
    """The wisher (or staff for them) adds what was asked for; the first words stay, the addition follows them."""
    if not text.strip():
        raise DomainError("请写上要补充的内容。")
    with acting(wish, Action.COMPLETE, by=by, who=Who.STAFF if by else Who.WISHER, seen=seen, at=at) as turn:
        turn.wish.text = f"{turn.wish.text}\n补充：{text.strip()}"
        turn.wish.reason = ""
        turn.wish.step += 1
        turn.wish.review_by = after_workdays(turn.at, Pace.current().review_days)
        turn.wish.review_alarm_at = None
        turn.tell(seat_of(turn.wish), "微心愿已补充，待审核")
