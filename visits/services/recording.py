"""How a visit is written down: one service for the page, the phone's outbox, and those who write in the evening."""

import uuid as uuids
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.models import Case
from common.errors import DomainError
from grids.models import Organization
from households.models import Household, Membership, Resident
from notifications.services import notify_many
from visits.models import Campaign, Companion, Line, Purpose, Topic, Visit, VisitPhoto
from visits.services import mentioning, opening, standing
from visits.states import HOUR_OF, Handling, OpinionState, Outcome, Part, Way
from wishes.models import Wish

_USED = "这个编号已经记了另一次走访。请打开走访页重新填这一次。"
# How far back 补记 reaches, by the local calendar: today and yesterday.
WRITTEN_LATER_DAYS = 1
# A phone's clock may run ahead of ours; beyond this the time of receipt is taken.
AHEAD = timedelta(minutes=10)


@dataclass
class Heard:
    """One topic that was talked about. `uuid` makes a correction find its line again."""

    topic: Topic
    handling: str = Handling.RECORD
    detail: str = ""
    urgent: bool = False
    photos: list[uuids.UUID] = field(default_factory=list)
    uuid: uuids.UUID = field(default_factory=uuids.uuid4)


@dataclass
class Spoken:
    """Something under way that was talked about."""

    told: str
    case: Case | None = None
    wish: Wish | None = None


@dataclass
class Said:
    """What a visitor wrote down, already cleaned by a form. `submission` makes a second sending harmless."""

    household: Household
    outcome: str
    submission: uuids.UUID = field(default_factory=uuids.uuid4)
    happened_at: datetime | None = None
    written_later: bool = False
    way: str = Way.HOME
    purpose: Purpose | None = None
    campaign: Campaign | None = None
    people: list[Resident] = field(default_factory=list)
    others: str = ""
    note: str = ""
    knows_chief: bool | None = None
    next_date: date | None = None
    next_part: str = ""
    lines: list[Heard] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    with_people: list[User] = field(default_factory=list)
    with_units: list[Organization] = field(default_factory=list)
    photos: list[uuids.UUID] = field(default_factory=list)


def later(day: date, part: str) -> datetime:
    """The time a visit written down later is dated with: the middle of its part of the day, local time."""
    return timezone.make_aware(datetime.combine(day, HOUR_OF[Part(part)]))


def check_later(day: date, at: datetime) -> None:
    """DomainError where 补记 names a day that is neither today nor yesterday."""
    today = timezone.localdate(at)
    if not today - timedelta(days=WRITTEN_LATER_DAYS) <= day <= today:
        raise DomainError("补记只能记今天和昨天的走访。")


def write_down(said: Said, *, at: datetime | None = None, by: User) -> Visit:
    """Write a visit down, open its cases and wishes, and say when to come next: one transaction.

    The same submission a second time returns the first visit. DomainError where what was said does not fit together.
    `at` is the time of receipt; `said.happened_at` may not lie ahead of it.
    """
    at = at or timezone.now()
    check(said)
    try:
        with transaction.atomic():
            return _write(said, at, by)
    except IntegrityError:
        # An earlier or a parallel sending of the same record came first. Nearly all come once: nobody asks beforehand.
        existing = Visit.objects.filter(uuid=said.submission).first()
        if existing is None:
            raise
        if (existing.visitor_id, existing.household_id) != (by.pk, said.household.pk) or (
            existing.version == 1 and existing.outcome != said.outcome
        ):
            raise DomainError(_USED) from None
        return existing


def check(said: Said) -> None:
    """DomainError where the parts of a visit contradict each other, in words the visitor understands."""
    if said.outcome not in (Outcome.MET, Outcome.PHONED) and (said.lines or said.spoken):
        raise DomainError("没有见到人也没有联系上，就没有说到的事。请改走访结果，或者去掉说到的事。")
    seen: set[int] = set()
    for heard in said.lines:
        if heard.topic.pk in seen:
            raise DomainError(f"“{heard.topic.name}”写了两次，请合成一条。")
        seen.add(heard.topic.pk)
        if heard.handling == Handling.CASE and heard.topic.category_id is None:
            raise DomainError(f"“{heard.topic.name}”不能立为事项，请选“交社区定”。")
        if heard.handling == Handling.WISH and not heard.topic.wish_kind:
            raise DomainError(f"“{heard.topic.name}”不能记作微心愿，请选“交社区定”。")


def _write(said: Said, at: datetime, by: User) -> Visit:
    happened_at = said.happened_at or at
    if happened_at > at + AHEAD:
        happened_at = at
    day = timezone.localdate(happened_at)
    household = said.household
    area = area_on(household, day)
    visit = Visit.objects.create(
        uuid=said.submission,
        household=household,
        area_id=area,
        compound=household.compound,
        visitor=by,
        outcome=said.outcome,
        way=way_of(said),
        purpose=said.purpose,
        campaign=said.campaign or campaign_of(household, area, day),
        happened_at=happened_at,
        happened_date=day,
        written_later=said.written_later,
        others=said.others,
        note=said.note,
        knows_chief=said.knows_chief,
        next_date=said.next_date,
        next_part=said.next_part,
        photos_expected=len(said.photos) + sum(len(heard.photos) for heard in said.lines),
        received_at=at,
    )
    if said.people:
        visit.people.set(said.people)
    Companion.objects.bulk_create(
        [
            *(Companion(visit=visit, user=one) for one in said.with_people),
            *(Companion(visit=visit, unit=one) for one in said.with_units),
        ]
    )
    for heard in said.lines:
        take(visit, heard, at=at, by=by)
    expect(visit, said.photos, None, by)
    for one in said.spoken:
        mentioning.mention(visit, told=one.told, case=one.case, wish=one.wish, at=at, by=by)
    standing.renew(household)
    record("visit.write", subject=("visit", visit.pk), by=by, outcome=str(said.outcome))
    if any(heard.handling == Handling.REFER for heard in said.lines):
        tell_community(visit, at)
    return visit


def way_of(said: Said) -> str:
    """How the household was reached: who was phoned was not visited at home."""
    return Way.PHONE if said.outcome == Outcome.PHONED and said.way == Way.HOME else said.way


def area_on(household: Household, day: date) -> str:
    """The grid the household belonged to on a day; today's where nothing older is known."""
    ended_later = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    rows = Membership.objects.filter(ended_later, household=household, valid_from__lte=day)
    return rows.values_list("area_id", flat=True).first() or household.area_id


def campaign_of(household: Household, area: str, day: date) -> Campaign | None:
    """The campaign under way that this door belongs to; the one that ends first where there are several."""
    return Campaign.objects.on(day).filter(covering(household, area)).order_by("ends_date", "pk").first()


def covering(household: Household, area: str) -> Q:
    """Campaigns that have a place this door lies in, as long as it is of the grid `area`."""
    above = [area[:length] for length in (6, 9, 12, 15)]
    return Q(places__area_id__in=above) & (Q(places__compound__isnull=True) | Q(places__compound=household.compound_id))


def take(visit: Visit, heard: Heard, *, at: datetime, by: User) -> Line:
    """Write one line down and open what it asks for."""
    referred = heard.handling == Handling.REFER
    line = Line.objects.create(
        visit=visit,
        uuid=heard.uuid,
        topic=heard.topic,
        handling=heard.handling,
        detail=heard.detail.strip(),
        urgent=heard.urgent,
        opinion_state=OpinionState.WAITING if referred else OpinionState.NONE,
    )
    expect(visit, heard.photos, line, by)
    if heard.handling == Handling.CASE:
        opening.open_case(line, at=at, by=by)
    elif heard.handling == Handling.WISH:
        opening.open_wish(line, at=at, by=by)
    return line


def expect(visit: Visit, photos: list[uuids.UUID], line: Line | None, by: User) -> None:
    """Name the photos a visit speaks of; one whose bytes came first is found and joined.

    DomainError where the id is that of somebody else's photo.
    """
    for number in photos:
        held, _ = VisitPhoto.objects.get_or_create(uuid=number, defaults={"user": by})
        if held.user_id != by.pk:
            raise DomainError("有一张照片的编号和别人的重了，请重新拍。")
        if held.visit_id not in (None, visit.pk):
            raise DomainError("有一张照片已经在另一次走访里，请重新拍。")
        held.visit, held.line = visit, line or held.line
        held.save(update_fields=["visit", "line"])


def tell_community(visit: Visit, at: datetime) -> None:
    """One notice a visit to the community, where something is left for it to decide."""
    waiting = visit.lines.filter(opinion_state=OpinionState.WAITING).count()
    if waiting:
        notify_many(
            [f"area:{visit.area_id[:12]}"],
            cause=f"visit:{visit.pk}:opinions",
            title=f"走访听到{waiting}件事，请社区定怎么办",
            target="/desk/opinions/",
            at=at,
        )
