"""What a phone may keep of the worker's households while it has no network: little, masked, for a limited time."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from cases.states import NOT_ENDED
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from households.models import CareTag, Household, Pairing, Resident
from visits.models import Pace, Topic
from visits.services import choosing
from visits.services.due import with_due
from wishes.models import Wish

# A grid has 300 to 500 households. Whoever serves more ground takes the doors of the phone's first compounds along.
MOST = 1500


@dataclass(frozen=True)
class Offer:
    """Whether a person's phone may keep a pack, for how many hours, and a digest that changes with what it covers."""

    on: bool
    hours: int
    scope_version: str


def offer(user: User) -> Offer:
    """What the person's phone may keep now. The digest also changes with the day, so that a pack is renewed daily."""
    pace = Pace.current()
    on = pace.pack_on and Ability.VISIT in abilities_of(user)
    return Offer(on, pace.pack_hours, _version(user, pace) if on else "")


def _version(user: User, pace: Pace) -> str:
    scope = scope_of(user, granting=Ability.HOUSEHOLDS)
    paired = Pairing.objects.current().filter(user=user).order_by("household").values_list("household", flat=True)
    parts = [user.pk, timezone.localdate(), pace.pack_hours, sorted(scope.areas), sorted(scope.compounds)]
    parts += [sorted(scope.buildings), sorted(scope.entrances), list(paired)]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def pack(user: User, *, at: datetime | None = None) -> dict[str, Any] | None:
    """The person's households as a phone keeps them, in the order of the doors; None where nothing may be kept.

    No identity numbers, no whole phone numbers, no names beyond what people are called; care tags only as 需关照.
    As many queries for 500 households as for two.
    """
    at = at or timezone.now()
    offered = offer(user)
    if not offered.on:
        return None
    visible = Household.objects.visible_to(user).living()
    people = Resident.objects.filter(left_date__isnull=True).order_by("pk")
    rows = visible.select_related("compound", "standing").prefetch_related(Prefetch("residents", people))
    rows = list(rows.in_door_order()[: MOST + 1])
    dated: Any = with_due(visible, timezone.localdate(at))
    due = dict(dated.values_list("pk", "due_date"))
    care = set(CareTag.objects.visible_to(user).current().values_list("household", flat=True))
    items = _items(user, visible)
    return {
        "scope_version": offered.scope_version,
        "expires_at": (at + timedelta(hours=offered.hours)).isoformat(),
        "cut": len(rows) > MOST,
        "topics": [_topic(topic) for topic in choosing.topics(rows[0].community)] if rows else [],
        "households": [_household(row, due.get(row.pk), row.pk in care, items.get(row.pk, [])) for row in rows[:MOST]],
    }


def _topic(topic: Topic) -> dict[str, Any]:
    may = {"case": topic.category_id is not None, "wish": bool(topic.wish_kind)}
    return {"code": topic.code, "name": topic.name, "icon": topic.icon, **may}


def _household(row: Household, due, care: bool, items: list[dict[str, str]]) -> dict[str, Any]:
    head = next((one for one in row.residents.all() if one.relation == Resident.Relation.HEAD), None)
    phone = (head.phone if head else None) or row.contact_phone
    standing = getattr(row, "standing", None)
    last = standing if standing and standing.tried_at else None
    return {
        "id": row.pk,
        "label": "-".join(str(part) for part in (row.building_no, row.unit_no, row.room) if part is not None),
        "compound": row.compound.name,
        "building": row.building_no,
        "unit": row.unit_no,
        "room": row.room,
        "called": _called(head) if head else "",
        # Written with the names by households.services; letters alone are pinyin initials.
        "initials": " ".join(part for part in row.search.plain.split() if part.isascii() and part.isalpha()),
        "care": care,
        "last": {"date": timezone.localdate(last.tried_at).isoformat(), "words": last.get_outcome_display()}
        if last
        else None,
        "due": due.isoformat() if due else None,
        "next_part": standing.get_next_part_display() if standing else "",
        "open": len(items),
        "phone": str(phone) if phone else "",
        "items": items,
        "people": [{"id": one.pk, "called": _called(one)} for one in row.residents.all()],
    }


def _called(one: Resident) -> str:
    return one.called or str(one.name)


def _items(user: User, households: QuerySet[Household]) -> dict[int, list[dict[str, str]]]:
    """What is under way behind each door, named as the visit page names it (`choosing.open_items`, for many doors)."""
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    here = households.values("pk")
    cases = Case.objects.visible_to(user).filter(status__in=NOT_ENDED, visit_finding__visit__household__in=here)
    columns = ("visit_finding__visit__household", "number", "title", "subject", "category__name", "status")
    for household, number, title, subject, category, status in cases.order_by("created_at").values_list(*columns):
        words = f"{title or subject or category}，{Case(status=status).get_status_display()}"
        found[household].append({"name": f"told-case-{number}", "words": words})
    wishes = Wish.objects.visible_to(user).filter(status__in=choosing.WISHES_UNDER_WAY, household__in=here)
    for wish in wishes.order_by("created_at").only("household", "number", "title", "kind", "status"):
        words = f"{wish.title or wish.get_kind_display()}，{wish.get_status_display()}"
        found[wish.household_id].append({"name": f"told-wish-{wish.number}", "words": words})
    return found
