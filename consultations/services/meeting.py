"""From the notices to the published decision."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from consultations.models import Consultation, Notice, Objection, Option
from consultations.services.acting import acting
from consultations.services.money import settled
from consultations.states import Action, Majority, Voting, Way
from consultations.wording import fit
from files.models import Photo

# 《城市社区公示》 knows no term: a week is what the district's account shows, three days the least we accept.
LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 3, 7, 60


@dataclass
class Told:
    """One round of notices."""

    way: str
    told_at: datetime
    reach: int | None = None
    others: str = ""
    note: str = ""
    photo: Photo | None = None


def notify_residents(consultation: Consultation, told: Told, *, at: datetime | None = None, by: User) -> Notice:
    """记通知: residents were told, door to door, by phone, by paper or in the group."""
    with acting(consultation, Action.NOTICE, by=by, at=at) as turn:
        held = turn.consultation
        if held.planned_at is None or not held.venue:
            raise DomainError("请先定时间和地点，再通知居民。")
        if told.told_at > turn.at:
            raise DomainError("通知时间还没有到，请核对。")
        if told.way != Way.POSTED and told.reach is None:
            raise DomainError("请填写通知到几户。")
        if held.households is not None and (told.reach or 0) > held.households:
            raise DomainError(f"应到{held.households}户，通知到的户数不能比它多，请核对。")
        is_first = not held.notices.exists()
        row = Notice.objects.create(
            consultation=held,
            way=told.way,
            told_at=told.told_at,
            told_by=by,
            others=told.others.strip(),
            reach=told.reach,
            note=told.note.strip(),
            photo=told.photo,
        )
        held.notified_at = held.notified_at or turn.at
        turn.note = row.get_way_display()
        asked = held.attendees.filter(user__isnull=False).exclude(user=by).values_list("user", flat=True)
        for pk in asked if is_first else ():
            turn.tell(f"user:{pk}", "协商已定时间地点")
    return row


@dataclass(frozen=True)
class Vote:
    """A proposal with its count."""

    text: str
    agree: int
    against: int = 0
    abstain: int = 0


@dataclass
class Meeting:
    """What a meeting leaves: when, who was there, by which rule, what was said, how it was voted."""

    held_at: datetime
    present: int
    voting: str
    majority: str
    minutes: str
    votes: list[Vote]
    came: tuple[int, ...] = ()


def hold(
    consultation: Consultation, meeting: Meeting, *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """记会议; a second time it replaces what was written down, until something is decided."""
    with acting(consultation, Action.HOLD, by=by, seen=seen, at=at) as turn:
        held = turn.consultation
        _check_meeting(held, meeting, turn.at)
        held.held_at, held.present, held.minutes = meeting.held_at, meeting.present, meeting.minutes.strip()
        held.voting, held.majority = Voting(meeting.voting), Majority(meeting.majority)
        held.options.all().delete()
        Option.objects.bulk_create(
            Option(
                consultation=held,
                position=position,
                text=fit("方案", vote.text),
                agree=vote.agree,
                against=vote.against,
                abstain=vote.abstain,
                present=meeting.present,
                majority=meeting.majority,
            )
            for position, vote in enumerate(meeting.votes, start=1)
        )
        for one in held.attendees.all():
            one.came = one.pk in meeting.came
            one.save(update_fields=["came"])
        turn.note = "；".join(f"{v.text}：同意{v.agree}、不同意{v.against}、弃权{v.abstain}" for v in meeting.votes)


def _check_meeting(held: Consultation, meeting: Meeting, at: datetime) -> None:
    if meeting.held_at > at:
        raise DomainError("会议时间还没有到，请核对。")
    if not meeting.minutes.strip():
        raise DomainError("请填写会议记录。")
    if not meeting.votes:
        raise DomainError("请至少填写一个方案的表决结果。")
    if held.households is not None and meeting.present > held.households:
        raise DomainError(f"应到{held.households}户，到会户数不能比它多，请核对。")
    for vote in meeting.votes:
        if vote.agree + vote.against + vote.abstain > meeting.present:
            raise DomainError(f"“{vote.text}”的票数比到会{meeting.present}户多，请核对。")


def decide(
    consultation: Consultation, decision: str, *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """议定: what residents will read. DomainError where no proposal went through by the rule of the meeting."""
    with acting(consultation, Action.DECIDE, by=by, seen=seen, at=at) as turn:
        held = turn.consultation
        if not any(option.carried for option in held.options.all()):
            raise DomainError(
                f"没有方案达到“{held.get_majority_display()}”，不能议定；可以重新协商，或者记未形成决定。"
            )
        held.decision, held.decided_at = fit("议定", decision), turn.at
        turn.public_text = held.decision


def fail(consultation: Consultation, why: str, *, at: datetime | None = None, by: User) -> None:
    """未形成决定: nothing went through, and it ends here. Cases it came from go their own way."""
    with acting(consultation, Action.FAIL, by=by, at=at) as turn:
        turn.consultation.outcome = turn.note = _said("原因", why)


def publish(
    consultation: Consultation,
    until: date | None = None,
    *,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """公示 the decision, until the last day on which objections are taken (a week where none is given)."""
    with acting(consultation, Action.PUBLISH, by=by, seen=seen, at=at) as turn:
        today = timezone.localdate(turn.at)
        until = until or today + timedelta(days=USUAL_DAYS)
        if not LEAST_DAYS <= (until - today).days <= MOST_DAYS:
            raise DomainError(f"公示期最少{LEAST_DAYS}天，最多{MOST_DAYS}天，请核对日期。")
        turn.consultation.published_at, turn.consultation.objections_until = turn.at, until
        turn.public_text = f"公示到{until.month}月{until.day}日"


def object_to(consultation: Consultation, text: str, *, at: datetime | None = None, by: User) -> Objection:
    """记异议 while it is published; who objects is not written down."""
    with acting(consultation, Action.OBJECT, by=by, at=at) as turn:
        row = Objection.objects.create(
            consultation=turn.consultation, text=_said("异议", text), noted_at=turn.at, noted_by=by
        )
        turn.note = row.text
    return row


def answer(objection: Objection, text: str, *, at: datetime | None = None, by: User) -> None:
    """What the community answered; once."""
    with acting(objection.consultation, Action.ANSWER, by=by, at=at) as turn:
        held = Objection.objects.get(pk=objection.pk)
        if held.answered_at:
            raise DomainError("这条异议已经答复过了。")
        held.answer, held.answered_at, held.answered_by = _said("答复", text), turn.at, by
        held.save(update_fields=["answer", "answered_at", "answered_by"])
        turn.note = held.answer
    objection.refresh_from_db()


def again(consultation: Consultation, why: str, *, at: datetime | None = None, by: User) -> None:
    """重新协商: back to the residents; what was decided is withdrawn, what was voted stays in the history."""
    with acting(consultation, Action.AGAIN, by=by, at=at) as turn:
        held = turn.consultation
        turn.note = _said("原因", why)
        if not settled(held):
            raise DomainError("账本里已经有钱，请先退回，再重新协商。")
        held.options.all().delete()
        held.steps.filter(done_at__isnull=True, photos__isnull=True).delete()
        held.held_at = held.present = held.decided_at = held.published_at = held.objections_until = None
        held.voting = held.majority = held.minutes = held.decision = ""


def _said(what: str, words: str) -> str:
    if not words.strip():
        raise DomainError(f"请填写{what}。")
    return words.strip()
