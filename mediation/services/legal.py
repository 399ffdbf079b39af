"""三官一律: planning and holding service days, and writing down legal services. Counts only, nobody's name."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from grids.levels import Level, level_of
from grids.models import Area
from mediation.models import LegalService, ServiceDay
from mediation.services.acting import words
from mediation.states import DayStatus, LegalKind, Officer


@dataclass(frozen=True)
class Done:
    """What a service day brought: people who asked, disputes helped with, talks given, and words about it."""

    consultations: int
    mediations: int
    talks: int
    words: str = ""


def plan_day(
    community: Area,
    officer: str,
    service_date: date,
    *,
    unit_name: str = "",
    topic: str = "",
    at: datetime | None = None,
    by: User,
) -> ServiceDay:
    """安排服务日 in a community; one a day and kind of officer."""
    at = at or timezone.now()
    _refuse_place(community)
    if service_date < timezone.localdate(at):
        raise DomainError("安排的日期不能早于今天。")
    try:
        with transaction.atomic():
            day = ServiceDay.objects.create(
                community=community,
                officer=Officer(officer),
                service_date=service_date,
                unit_name=unit_name,
                topic=topic,
                planned_at=at,
                planned_by=by,
            )
            record("service_day.plan", subject=("service_day", day.pk), by=by)
    except IntegrityError as error:
        raise DomainError(f"这个社区那一天已经安排了{Officer(officer).label}。") from error
    return day


def _refuse_place(community: Area) -> None:
    if level_of(community.code) != Level.COMMUNITY:
        raise DomainError("请选择社区。")


def hold_day(day: ServiceDay, done: Done, *, at: datetime | None = None, by: User) -> None:
    """已开展: what was done, on the day or later."""
    at = at or timezone.now()
    with transaction.atomic():
        held = _planned(day)
        if held.service_date > timezone.localdate(at):
            raise DomainError("还没到这一天，开展以后再登记。")
        held.status, held.done = DayStatus.HELD, done.words
        held.consultations, held.mediations, held.talks = done.consultations, done.mediations, done.talks
        _settle(held, "service_day.hold", at, by)
    day.refresh_from_db()


def cancel_day(day: ServiceDay, why: str, *, at: datetime | None = None, by: User) -> None:
    """取消, with the reason; the day is free again."""
    at = at or timezone.now()
    with transaction.atomic():
        held = _planned(day)
        held.status, held.cancelled_why = DayStatus.CANCELLED, words(why, "请写明取消的原因。")
        _settle(held, "service_day.cancel", at, by)
    day.refresh_from_db()


def _planned(day: ServiceDay) -> ServiceDay:
    held = ServiceDay.objects.select_for_update(of=("self",)).get(pk=day.pk)
    if held.status != DayStatus.PLANNED:
        raise DomainError(f"这个服务日{held.get_status_display()}，不能再改。")
    return held


def _settle(held: ServiceDay, action: str, at: datetime, by: User) -> None:
    held.settled_at, held.settled_by = at, by
    held.save()
    record(action, subject=("service_day", held.pk), by=by)


def add_legal_service(
    community: Area,
    kind: str,
    service_date: date,
    served: int,
    said: str = "",
    *,
    at: datetime | None = None,
    by: User,
) -> LegalService:
    """登记法律服务: what, when, how many it served."""
    at = at or timezone.now()
    _refuse_place(community)
    if service_date > timezone.localdate(at):
        raise DomainError("日期不能晚于今天。")
    if served < 1:
        raise DomainError("服务人次至少是1。")
    with transaction.atomic():
        row = LegalService.objects.create(
            community=community,
            kind=LegalKind(kind),
            service_date=service_date,
            served=served,
            words=said,
            given_at=at,
            given_by=by,
        )
        record("legal_service.add", subject=("legal_service", row.pk), by=by)
    return row
