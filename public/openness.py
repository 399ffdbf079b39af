"""What the hall shows of other people's cases: staff titles, communities and times, never a word or a name of residents."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.due import working_time
from cases.models import Case, Category, Publication
from cases.services import likeness, similar
from cases.states import ClosingLevel, Status
from cases.wording import CALLED
from grids.levels import Level, code_at, level_of
from public import catalog

_SALT = "public.openness"
_A_DAY = 24 * 3600
_HALF_A_YEAR = timedelta(days=182)
_SHOWN, _OFFERED = 4, 3


@dataclass(frozen=True)
class Ended:
    """One line of 办理公示 that is done."""

    pk: int
    title: str
    place: str
    level: str
    took: str
    on: datetime


@dataclass(frozen=True)
class Similar:
    """An open case one may join. `key` is signed: the case's number is its first reporter's receipt and stays secret."""

    pk: int
    key: str
    title: str
    category: str
    place: str
    state: str
    since: datetime


def recently_ended() -> list[Ended]:
    """The newest closed cases of the public ledger, at most a minute old."""
    return catalog.remembered("ended", lambda: _ended(_closed()))


def ended_in(grid: str) -> list[Ended]:
    """The newest of them in one grid, of the last half year, with at most one query."""
    since = timezone.now() - _HALF_A_YEAR
    return _ended(_closed().filter(community=code_at(grid, Level.COMMUNITY), area=grid, released_at__gte=since))


def _closed() -> QuerySet[Publication]:
    rows = Publication.objects.standing().filter(state=Publication.State.CLOSED)
    return rows.order_by("-released_at", "-id").select_related("case")


def _ended(rows: QuerySet[Publication]) -> list[Ended]:
    shown = rows.only("title", "area_id", "case__closed_level", "case__created_at", "case__closed_at")
    return [
        Ended(
            pk=row.pk,
            title=row.title,
            place=catalog.community_called(row.area_id),
            level=f"{'区级' if row.case.closed_level == Level.DISTRICT else ClosingLevel(row.case.closed_level).label}办结",
            took=working_time(row.case.created_at, row.case.closed_at),
            on=row.case.closed_at,
        )
        for row in shown[:_SHOWN]
    ]


def similar_to(area: str, rows: list[Category], *, compound: int | None = None, words: str = "") -> list[Similar]:
    """Open titled cases of the community of `area` that may be the same trouble; four queries at most.

    Those whose words are alike `words` first, then those of these categories; nothing older than 60 days. Where the
    compound is known, its own cases come first and those of other compounds stay out.
    """
    if not rows or level_of(area) > Level.COMMUNITY:
        return []
    open_ones = Case.objects.joinable(code_at(area, Level.COMMUNITY)).select_related("category")
    if compound:
        open_ones = open_ones.filter(Q(compound=compound) | Q(compound__isnull=True))
    asked = similar.Asked(area, [row.pk for row in rows], compound, likeness.told(words))
    found = similar.suggested(open_ones.defer("text", "subject", "place"), asked, limit=_OFFERED)
    return [_similar(case) for case in found]


def _similar(case: Case) -> Similar:
    holder = CALLED[Level(case.level)].removesuffix("级")
    suspended = case.status == Status.SUSPENDED
    return Similar(
        pk=case.pk,
        key=signing.dumps(case.pk, salt=_SALT),
        title=case.title,
        category=case.category.name,
        place=catalog.community_called(case.area_id),
        state="已列入计划，定期复核" if suspended else f"{holder}办理中",
        since=case.created_at,
    )


def joinable(key: str) -> Case | None:
    """The case of a signed key, while it may still be joined."""
    try:
        pk = signing.loads(key, salt=_SALT, max_age=_A_DAY)
    except signing.BadSignature:
        return None
    rows = Case.objects.filter(pk=pk, about__isnull=True).exclude(title="").select_related("category", "area")
    found = rows.first()
    return found if found and not found.live.has_ended else None


def seen_token(offered: list[Similar]) -> str:
    """Says in a signed field which cases the page has offered already."""
    return signing.dumps([one.pk for one in offered], salt=_SALT) if offered else ""


def not_yet_offered(offered: list[Similar], token: str) -> bool:
    """True where one of these was not on the page that was sent."""
    try:
        seen = signing.loads(token, salt=_SALT, max_age=_A_DAY) if token else []
    except signing.BadSignature:
        seen = []
    return not {one.pk for one in offered} <= set(seen)
