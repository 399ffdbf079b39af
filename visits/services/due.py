"""Whom to visit: a rule over households, never a list of its own.

A household is due when its interval has passed since somebody was last reached: the shortest of its care tags, else the
one for everybody. An appointment or a next try goes before; a campaign asks once for everybody it covers.
"""

from datetime import date
from typing import Any

from django.db.models import (
    Case,
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least

from households.models import CareTag, Household, HouseholdQuerySet
from visits.models import Campaign, Pace


def with_due(rows: HouseholdQuerySet, day: date, *, pace: Pace | None = None) -> HouseholdQuerySet:
    """Households that are visited at all, each with `interval` (days), `is_tagged`, `due_date` and `campaign_id`.

    Left out: who moved out, doors registered as vacant, and doors the tries at which were handed to the community.
    """
    pace = pace or Pace.current()
    tags = CareTag.objects.current().filter(household=OuterRef("pk")).order_by().values("household")
    rows = rows.living().exclude(kind=Household.Kind.VACANT).filter(standing__handed_at__isnull=True)
    rows = rows.annotate(
        tag_days=Subquery(tags.annotate(days=Min("kind__visit_days")).values("days")),
        interval=Least(F("tag_days"), Value(pace.ordinary_days)),
        by_interval=Coalesce(
            ExpressionWrapper(F("standing__reached_date") + F("interval"), output_field=DateField()),
            F("moved_in_date"),
        ),
    )
    due = Case(
        When(standing__next_date__isnull=False, then=F("standing__next_date")),
        default=F("by_interval"),
        output_field=DateField(),
    )
    running = _campaigns(day)
    asked = [When(condition, then=Value(campaign.pk)) for campaign, condition in running]
    by_end = [When(condition, then=Value(campaign.ends_date)) for campaign, condition in running]
    if not asked:
        return rows.annotate(campaign_id=Value(None, output_field=DateField()), due_date=due)
    return rows.annotate(
        campaign_id=Case(*asked, default=None),
        asked_by=Case(*by_end, default=None, output_field=DateField()),
        due_date=Case(
            When(standing__next_date__isnull=False, then=F("standing__next_date")),
            default=Least(F("by_interval"), F("asked_by")),
            output_field=DateField(),
        ),
    )


def _campaigns(day: date) -> list[tuple[Campaign, Q]]:
    """Campaigns under way, with the condition for a household they still ask for."""
    found = []
    for campaign in Campaign.objects.on(day).prefetch_related("places").order_by("ends_date", "pk"):
        here = Q(pk__in=[])
        for place in campaign.places.all():
            inside = Q(area__code__startswith=place.area_id)
            here |= inside & Q(compound=place.compound_id) if place.compound_id else inside
        unmet = Q(standing__met_date__isnull=True) | Q(standing__met_date__lt=campaign.starts_date)
        if campaign.tagged_only:
            unmet &= Q(tag_days__isnull=False)
        found.append((campaign, here & unmet))
    return found


def due_on(rows: HouseholdQuerySet, day: date, *, pace: Pace | None = None) -> HouseholdQuerySet:
    """Households to visit on `day`: what is overdue or due, and what a campaign asks for; the most pressing first."""
    found: Any = with_due(rows, day, pace=pace)
    wanted = Q(due_date__lte=day)
    if "asked_by" in found.query.annotations:
        wanted |= Q(campaign_id__isnull=False) & (Q(standing__next_date__isnull=True) | Q(standing__next_date__lte=day))
    found = found.filter(wanted).annotate(pressing=_pressing())
    return found.order_by("pressing", "due_date", "compound", "building_no", "unit_no", "room_order", "pk")


def _pressing() -> Case:
    """What was agreed or tried before comes first, then who needs help, a campaign, who waits longest; who was never
    reached last: on the first day that is everybody.
    """
    return Case(
        When(standing__next_date__isnull=False, then=Value(0)),
        When(tag_days__isnull=False, then=Value(1)),
        When(campaign_id__isnull=False, then=Value(2)),
        When(standing__reached_date__isnull=False, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
