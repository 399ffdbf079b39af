"""How an errand comes in: a case of its own category with a detail row, whoever takes it down."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agency.models import AgencyEvent, AgencyItem, AgencyRequest
from agency.rules import CATEGORY
from agency.services.acting import refuse_secrets
from agency.states import Action, Step
from agency.wording import spoken
from audit.services import record
from cases import services as cases
from cases.models import Case, Category, Report
from cases.states import Channel
from common.errors import DomainError
from grids.models import Area, Compound
from households.models import PrivacyNotice


@dataclass
class Asked:
    """What somebody wants done, already cleaned by a form. `submission` makes a second sending harmless."""

    item: AgencyItem
    area: Area
    way: str
    words: str = ""
    channel: str = Channel.WEB
    submission: uuid.UUID = field(default_factory=uuid.uuid4)
    compound: Compound | None = None
    door: str = ""
    name: str = ""
    phone: str = ""
    wants_sms: bool = False
    notice: PrivacyNotice | None = None
    meet_at: datetime | None = None
    source: str = ""
    source_id: str = ""
    # When the resident said it, where that was before it is taken down here.
    said_at: datetime | None = None


def ask(asked: Asked, *, at: datetime | None = None, by: User | None) -> AgencyRequest:
    """Open a case with its errand and return the errand; the same submission a second time returns the first.

    The case's deadline is the promise: done by `promised_by`, receipts and change back a working day later. The promise
    is given, and counts, from now; how long somebody waited counts from when it was said. The case names no door: that
    is the errand's own, masked.
    """
    at = at or timezone.now()
    if asked.said_at and asked.said_at > at:
        raise DomainError("提出时间还没有到，请核对。")
    if not asked.item.active:
        raise DomainError("这一项现在不代办，请重新选择。")
    if asked.item.needs_words and not asked.words.strip():
        raise DomainError(f"请写一写{asked.item.ask}。")
    refuse_secrets(asked.words, asked.door, asked.name)
    promised = asked.item.promised_by(at)
    with transaction.atomic():
        report = cases.register(_request(asked, promised, at), at=at, by=by)
        # Locked, so that a second sending that comes at the same time waits and then finds the first.
        Case.objects.select_for_update(of=("self",)).get(pk=report.case_id)
        existing = AgencyRequest.objects.filter(case_id=report.case_id).first()
        return existing or _add(asked, report, promised, at, by)


def _request(asked: Asked, promised: datetime, at: datetime) -> cases.Request:
    words = f"。{asked.words}" if asked.words else ""
    return cases.Request(
        category=Category.objects.get(code=CATEGORY),
        area=asked.area,
        compound=asked.compound,
        text=f"{asked.item.name}{words}",
        title=f"代办：{asked.item.name}",
        place=asked.compound.name if asked.compound else "",
        channel=asked.channel,
        submission=asked.submission,
        name=asked.name,
        phone=asked.phone,
        wants_sms=asked.wants_sms,
        notice=asked.notice,
        source=asked.source,
        source_id=asked.source_id,
        due_at=asked.item.back_by(promised),
        said_at=asked.said_at,
        dated=f"代办承诺：{spoken(promised, at)}前办好，{asked.item.back_days}个工作日内交回",
    )


def _add(asked: Asked, report: Report, promised: datetime, at: datetime, by: User | None) -> AgencyRequest:
    errand = AgencyRequest.objects.create(
        case_id=report.case_id,
        item=asked.item,
        way=asked.way,
        door=asked.door,
        meet_at=asked.meet_at,
        asked_at=asked.said_at or at,
        promised_by=promised,
        event_count=1,
    )
    AgencyEvent.objects.create(request=errand, number=1, at=at, by=by, action=Action.ASK, to_step=Step.ASKED)
    kind = None if by else "resident"
    record("agency.ask", subject=("case", report.case_id), by=by, actor_kind=kind, event=1)
    return errand
