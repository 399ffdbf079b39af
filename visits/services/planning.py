"""Campaigns: planned for some places between two days, ended early when that is decided, never deleted."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from grids.models import Area, Compound
from grids.permissions import Ability
from grids.scope import scope_of
from visits.models import Campaign, CampaignPlace, Purpose

LONGEST_DAYS = 366


@dataclass
class Plan:
    """What a campaign is about: `areas` with everything beneath, `compounds` on their own."""

    name: str
    starts_date: date
    ends_date: date
    areas: list[Area] = field(default_factory=list)
    compounds: list[Compound] = field(default_factory=list)
    purpose: Purpose | None = None
    aim: str = ""
    target_percent: int = 100
    tagged_only: bool = False


def plan(wanted: Plan, *, at: datetime | None = None, by: User | None) -> Campaign:
    """A campaign in places of the planner's ground; `by` None is the portal itself. DomainError in plain words."""
    at = at or timezone.now()
    _check(wanted, timezone.localdate(at))
    if by is not None:
        _check_ground(wanted, by)
    with transaction.atomic():
        campaign = Campaign.objects.create(
            name=wanted.name.strip(),
            aim=wanted.aim.strip(),
            purpose=wanted.purpose,
            starts_date=wanted.starts_date,
            ends_date=wanted.ends_date,
            target_percent=wanted.target_percent,
            tagged_only=wanted.tagged_only,
            created_at=at,
            created_by=by,
        )
        CampaignPlace.objects.bulk_create(
            [
                *(CampaignPlace(campaign=campaign, area=area) for area in wanted.areas),
                *(CampaignPlace(campaign=campaign, area_id=one.area_id, compound=one) for one in wanted.compounds),
            ]
        )
        record(
            "campaign.plan", subject=("campaign", campaign.pk), by=by, starts=wanted.starts_date, ends=wanted.ends_date
        )
    return campaign


def _check(wanted: Plan, today: date) -> None:
    if not wanted.name.strip():
        raise DomainError("请填写活动名称。")
    if wanted.ends_date < wanted.starts_date:
        raise DomainError("结束日期在开始日期之前，请核对。")
    if wanted.ends_date < today:
        raise DomainError("结束日期已经过了，请选今天或以后的日期。")
    if (wanted.ends_date - wanted.starts_date).days > LONGEST_DAYS:
        raise DomainError("活动最长一年，请把日期改近一些，或者分几次安排。")
    if not 1 <= wanted.target_percent <= 100:
        raise DomainError("目标覆盖请填1到100。")
    if not wanted.areas and not wanted.compounds:
        raise DomainError("请选择活动范围：社区、网格或者小区。")


def _check_ground(wanted: Plan, by: User) -> None:
    scope = scope_of(by, granting=Ability.PLAN_VISITS)
    codes = [*(area.pk for area in wanted.areas), *(compound.area_id for compound in wanted.compounds)]
    if not all(scope.covers(code) for code in codes):
        raise DomainError("活动范围里有不归您管的地方，请去掉。")


def may_end(campaign: Campaign, user: User) -> bool:
    """Whether every place of the campaign lies on ground where the user plans visits."""
    scope = scope_of(user, granting=Ability.PLAN_VISITS)
    return all(scope.covers(place.area_id) for place in campaign.places.all())


@transaction.atomic
def end(campaign: Campaign, *, at: datetime | None = None, by: User) -> None:
    """End it before its last day: nobody is asked for it any more, what was visited stays. DomainError where it is over."""
    at = at or timezone.now()
    running = Campaign.objects.filter(pk=campaign.pk, ended_at__isnull=True, ends_date__gte=timezone.localdate(at))
    if not running.update(ended_at=at):
        raise DomainError("活动已经结束了。")
    record("campaign.end", subject=("campaign", campaign.pk), by=by)
    campaign.refresh_from_db()
