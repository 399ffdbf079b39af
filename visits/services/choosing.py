"""What the visit page offers: topics by use, who may come along, what of the household is under way."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from cases.states import NOT_ENDED
from grids.models import Partnership, Posting
from households.models import Household
from visits.models import Line, Topic
from wishes.models import Wish
from wishes.states import Status as WishStatus

USED_FOR = timedelta(days=60)
_KEPT = 600  # seconds
WISHES_UNDER_WAY = (
    WishStatus.RETURNED,
    WishStatus.PENDING,
    WishStatus.WAITING,
    WishStatus.CLAIMED,
    WishStatus.WORKING,
    WishStatus.CONFIRMING,
)


def topics(community: str) -> list[Topic]:
    """Topics in use, those most talked about in the community in 60 days first, then in the order of the list."""
    rows = list(Topic.objects.filter(active=True).order_by("order", "pk"))
    used = cache.get_or_set(f"visit-topics:{community}", lambda: _used(community), _KEPT)
    return sorted(rows, key=lambda topic: -used.get(topic.pk, 0))


def _used(community: str) -> dict[int, int]:
    since = timezone.now() - USED_FOR
    lines = Line.objects.filter(visit__community=community, visit__happened_at__gte=since, dropped_at__isnull=True)
    return dict(lines.values_list("topic").annotate(n=Count("pk")).values_list("topic", "n"))


def companions(area: str, *, but: User) -> list[User]:
    """People who serve this grid, its community or its street, and may come along; never the visitor."""
    places = [area[:length] for length in (9, 12, 15)]
    rows = Posting.objects.current(timezone.now()).filter(Q(area_id__in=places)).exclude(user=but)
    rows = rows.filter(compound__isnull=True).select_related("user", "post").order_by("-area_id", "post__order", "pk")
    return list({posting.user_id: posting.user for posting in rows}.values())


def units(area: str) -> list:
    """Units that stand by the community or its grid."""
    rows = Partnership.objects.current().filter(area_id__in=[area[:12], area]).select_related("unit")
    return list({one.unit_id: one.unit for one in rows.order_by("unit__order", "pk")}.values())


@dataclass(frozen=True)
class OpenItem:
    """A case or a wish under way that began behind this door."""

    kind: str
    row: Case | Wish

    @property
    def name(self) -> str:
        """The name of its field on the visit page: told-case-<number>."""
        return f"told-{self.kind}-{self.row.number}"


def open_items(household: Household, user: User) -> list[OpenItem]:
    """What is under way for the household and visible to the user: found on visits, or wished for it."""
    by_visit = Q(visit_finding__visit__household=household)
    found = Case.objects.visible_to(user).filter(by_visit, status__in=NOT_ENDED).select_related("category", "area")
    wished = Wish.objects.visible_to(user).filter(household=household, status__in=WISHES_UNDER_WAY)
    return [
        *(OpenItem("case", case) for case in found.order_by("created_at")[:10]),
        *(OpenItem("wish", wish) for wish in wished.select_related("area").order_by("created_at")[:10]),
    ]
