"""The topic: opened, changed, linked to cases, with the people asked to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from cases.services.intake import NO_NUMBER, NUMBER_TRIES
from common.errors import DomainError
from common.receipts import new_receipt
from consultations.models import Attendee, Book, Consultation, ConsultationCase
from consultations.services.acting import Turn, acting, append
from consultations.states import Action
from consultations.wording import fit
from grids.models import Area, Compound

PREFIX = "XS"


@dataclass
class Topic:
    """What is to be talked about, already cleaned by a form. Title and topic are read by residents."""

    title: str
    topic: str
    area: Area
    compound: Compound | None = None
    venue: str = ""
    planned_at: datetime | None = None
    households: int | None = None
    convener: User | None = None


def open_topic(topic: Topic, *, cases: Iterable[Case] = (), at: datetime | None = None, by: User) -> Consultation:
    """A new consultation, from cases where some are given. DomainError where the words may not stand in public."""
    at = at or timezone.now()
    for _ in range(NUMBER_TRIES):
        try:
            with transaction.atomic():
                return _open(topic, list(cases), at, by)
        except IntegrityError as error:
            if "number" not in str(error):
                raise
    raise DomainError(NO_NUMBER)


def _open(topic: Topic, cases: list[Case], at: datetime, by: User) -> Consultation:
    made = Consultation(
        number=new_receipt(PREFIX, on=timezone.localdate(at)),
        convener=topic.convener or by,
        created_at=at,
        created_by=by,
    )
    _write(made, topic)
    made.event_count = 1
    made.save()
    Book.objects.create(consultation=made)
    Attendee.objects.create(consultation=made, user=made.convener, role="召集人")
    append(Turn(made, Action.OPEN, at), "", by)
    for case in cases:
        _link(made, case, at, by)
    return made


def _write(held: Consultation, topic: Topic) -> None:
    held.title, held.topic = fit("议题", topic.title), fit("议什么", topic.topic)
    held.compound, held.area = topic.compound, topic.compound.area if topic.compound else topic.area
    held.venue = fit("地点", topic.venue) if topic.venue.strip() else ""
    held.planned_at, held.households = topic.planned_at, topic.households


def change(
    consultation: Consultation, topic: Topic, *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """Another wording, time or place, as long as nobody has met."""
    with acting(consultation, Action.CHANGE, by=by, seen=seen, at=at) as turn:
        _write(turn.consultation, topic)


def link(consultation: Consultation, case: Case, *, at: datetime | None = None, by: User) -> None:
    """关联事项: a case the topic came from. DomainError where it stands there already."""
    with acting(consultation, Action.LINK, by=by, at=at) as turn:
        _link(turn.consultation, case, turn.at, by)
        turn.note, turn.details = case.number, {"case": case.pk}


def convene(
    consultation: Consultation, to: User, *, note: str = "", at: datetime | None = None, by: User | None
) -> None:
    """换召集人, when a post passes to somebody else; `by` None is the portal, once the time for a hand-over is over."""
    with acting(consultation, Action.CONVENE, by=by, at=at) as turn:
        turn.consultation.convener, turn.note = to, note
        Attendee.objects.get_or_create(consultation=turn.consultation, user=to, defaults={"role": "召集人"})
        turn.tell(f"user:{to.pk}", "这次协商由您召集")


def gather(consultation: Consultation, count: int, *, at: datetime | None = None, by: User) -> None:
    """So many opinions heard on visits became this topic; visits keeps which, since it stands above."""
    with acting(consultation, Action.GATHER, by=by, at=at) as turn:
        turn.note, turn.details = f"合成走访听到的{count}条意见", {"opinions": count}


def _link(held: Consultation, case: Case, at: datetime, by: User) -> None:
    if case.about_id:
        raise DomainError("反映工作人员的事项不能列为协商议题。")
    _, made = ConsultationCase.objects.get_or_create(
        consultation=held, case=case, defaults={"linked_at": at, "linked_by": by}
    )
    if not made:
        raise DomainError("这件事项已经关联过了。")


def invite(
    consultation: Consultation,
    *,
    role: str,
    user: User | None = None,
    name: str = "",
    signs: bool = False,
    at: datetime | None = None,
    by: User,
) -> Attendee:
    """Ask somebody to come: an account, who is told, or a resident by what he or she stands for."""
    if not role.strip():
        raise DomainError("请填写身份，如小区长、居民代表。")
    if signs and user is None:
        raise DomainError("监督签字的人要有账号，请先在队伍和岗位里安排。")
    with acting(consultation, Action.INVITE, by=by, at=at) as turn:
        held = turn.consultation
        if user is not None and held.attendees.filter(user=user).exists():
            raise DomainError("这个人已经请过了。")
        row = Attendee.objects.create(consultation=held, user=user, name=name.strip(), role=role.strip(), signs=signs)
        turn.note = role.strip()
        if user is not None and user != by:
            turn.tell(f"user:{user.pk}", "请您参加协商")
    return row
