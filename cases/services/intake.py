"""How a request comes in: one intake for the form, staff, sheets and other systems."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases import wording
from cases.models import Case, CasePhoto, Category, Event, Report
from cases.services import clock, likeness
from cases.services.acting import acting, begin_step, seat_of
from cases.states import OPEN, Action, Channel, Status
from common.crypto import blind_index
from common.errors import DomainError
from common.receipts import new_receipt
from files.models import Photo
from grids.levels import Level, level_of
from grids.models import Area, Compound
from grids.scope import postings_of
from households.models import PrivacyNotice
from notifications.services import notify_many

# Six random digits a day: a number may be taken, the next one hardly ever.
NUMBER_TRIES = 5
HOTLINE_SOURCE = "12345"
NO_NUMBER = "系统繁忙，没有取到受理编号，您填写的内容还在，请再提交一次。"


@dataclass
class Request:
    """What somebody asks, already cleaned by a form. `submission` makes a second sending harmless."""

    category: Category
    area: Area
    text: str
    channel: str = Channel.WEB
    submission: uuid.UUID = field(default_factory=uuid.uuid4)
    subject: str = ""
    title: str = ""
    place: str = ""
    compound: Compound | None = None
    name: str = ""
    phone: str = ""
    withheld: bool = False
    wants_sms: bool = False
    under_14: bool = False
    guardian_consents: bool = False
    notice: PrivacyNotice | None = None
    photos: list[Photo] = field(default_factory=list)
    urgent: bool = False
    about: User | None = None
    source: str = ""
    source_id: str = ""
    said_at: datetime | None = None
    external_number: str = ""
    external_due_at: datetime | None = None
    # A time promised for the first holding instead of the limit's, and the promise in words.
    due_at: datetime | None = None
    dated: str = ""


def find_report(request: Request) -> Report | None:
    """The report an earlier sending of the same request left, if any."""
    same = Q(uuid=request.submission)
    if request.source_id:
        same |= Q(source=request.source, source_id=request.source_id)
    return Report.objects.filter(same).first()


def knows(source: str, source_id: str) -> bool:
    """Whether this row of this source was taken in before, whatever became of its case since."""
    return Report.objects.filter(source=source, source_id=source_id).exists()


def _source(request: Request) -> tuple[str, str]:
    """Where a request comes from and its number there; a hotline order's own number is its source."""
    if request.source_id or not request.external_number:
        return request.source, request.source_id
    return HOTLINE_SOURCE, request.external_number


def register(request: Request, *, at: datetime | None = None, by: User | None) -> Report:
    """Open a case for a request and return its first report, with the receipt.

    The same submission or source id a second time returns the report of the first. Urgency is staff's to set; a
    category that is urgent by default makes the case urgent too.
    """
    if existing := find_report(request):
        return existing
    at = at or timezone.now()
    for _ in range(NUMBER_TRIES):
        try:
            with transaction.atomic():
                return _open(request, at, by)
        except IntegrityError as error:
            if existing := find_report(request):
                return existing
            _refuse_known_number(request, error)
    raise DomainError(NO_NUMBER)


def _refuse_known_number(request: Request, error: IntegrityError) -> None:
    """Say so where the hotline's number is taken; raise on unless merely our random number was."""
    if request.external_number and ("external_number" in str(error) or "source_id" in str(error)):
        raise DomainError(f"外部编号{request.external_number}已经登记过。") from error
    if "number" not in str(error) and "receipt" not in str(error):
        raise error


def _open(request: Request, at: datetime, by: User | None) -> Report:
    urgent = request.category.urgent or (request.urgent and by is not None)
    number = new_receipt(on=timezone.localdate(at))
    case = Case(
        uuid=request.submission,
        number=number,
        category=request.category,
        channel=request.channel,
        title=request.title,
        subject=request.subject,
        text=request.text,
        place=request.place,
        compound=request.compound,
        urgent=urgent,
        matter_class=request.category.default_class,
        origin_area=request.area,
        area=request.area,
        about=request.about,
        external_number=request.external_number,
        external_due_at=request.external_due_at,
        created_at=at,
        created_by=by,
        step=0,
        event_count=1,
    )
    level = first_level(request.area, request.about)
    begin_step(case, level=level, at=at, due_at=request.due_at, dated=request.dated)
    case.save()
    likeness.remember(case)
    report = _report(request, case, number, at, by)
    event = Event.objects.create(
        case=case,
        number=1,
        at=at,
        action=Action.REGISTER,
        step=case.step,
        by=by,
        report=report,
        to_status=case.status,
        to_level=case.level,
        due_at=case.due_at,
        basis=case.basis,
    )
    CasePhoto.objects.bulk_create(
        CasePhoto(case=case, photo=photo, report=report, event=event, public=True) for photo in request.photos
    )
    record("case.register", subject=("case", case.pk), by=by, actor_kind=None if by else "resident", event=1)
    notify_many(
        [seat_of(case)],
        cause=f"case:{case.pk}:1",
        title=f"新事项待签收：{wording.label(case)}",
        target=case.get_absolute_url(),
        hidden_from=case.about_id,
        at=at,
    )
    return report


def _report(request: Request, case: Case, receipt: str, at: datetime, by: User | None, *, first: bool = True) -> Report:
    source, source_id = _source(request)
    return Report.objects.create(
        uuid=request.submission,
        receipt=receipt,
        case=case,
        is_first=first,
        channel=request.channel,
        source=source,
        source_id=source_id,
        name=request.name,
        phone=request.phone or None,
        phone_index=blind_index(request.phone, purpose="phone") if request.phone else None,
        withheld=request.withheld,
        wants_sms=request.wants_sms and bool(request.phone),
        under_14=request.under_14,
        guardian_consents=request.guardian_consents,
        text="" if first else request.text,
        notice=request.notice,
        said_at=request.said_at,
        created_at=at,
        created_by=by,
    )


def first_level(area: Area, about: User | None = None) -> Level:
    """Who gets a new case: the grid, the community where the grid is not known, or the level above the person complained about."""
    level = level_of(area.code)
    if about is None:
        return level
    held = [level_of(p.area_id) for p in postings_of(about) if p.area_id and area.code.startswith(p.area_id)]
    above = max(held, default=level) + 1
    return Level(min(max(above, level), Level.DISTRICT))


def join(case: Case, request: Request, *, at: datetime | None = None, by: User | None) -> Report:
    """Add a co-reporter to a case that is already under way; the second sending returns the report of the first.

    A hotline order that joins brings its number and its deadline along.
    """
    target = case.live
    if target.status not in (*OPEN, Status.SUSPENDED, Status.CONFIRMING):
        raise DomainError("这件事项已经办结，请把您的情况作为新的事项提交。")
    for _ in range(NUMBER_TRIES):
        try:
            return _join(target, request, at, by)
        except IntegrityError as error:
            _refuse_known_number(request, error)
    raise DomainError(NO_NUMBER)


@transaction.atomic
def _join(target: Case, request: Request, at: datetime | None, by: User | None) -> Report:
    # Looked for under the lock of the case: a parallel second sending waits here and then finds the first.
    Case.objects.select_for_update(of=("self",)).get(pk=target.pk)
    if existing := find_report(request):
        return existing
    with acting(target, Action.JOIN, by=by, at=at) as turn:
        receipt = new_receipt(on=timezone.localdate(turn.at))
        turn.report = _report(request, target, receipt, turn.at, by, first=False)
        turn.photos = request.photos
        if request.external_due_at:
            known = turn.case.external_due_at or request.external_due_at
            turn.case.external_due_at = min(known, request.external_due_at)
            clock.cap(turn.case, turn.at)
        turn.tell(seat_of(turn.case), "又有居民反映同一件事")
    return turn.report
