"""The wish wall as everybody reads it: words staff approved, a street or community, days and sums. No word of a wisher's.

Where a card would say too much about one person (a care tag, a child), it names the street only, and the community's own
list leaves it out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.utils import timezone

from common.pages import Page, keyset
from grids.levels import Level, code_at, level_of
from public import catalog
from public.wish_keys import key_of
from wishes.figures import Figures, figures
from wishes.models import Wish
from wishes.states import ForWhom, Kind
from wishes.wording import says_street_only

A_PAGE, RECENT = 12, 3
FEW = 5  # a median of fewer says nothing
ICONS = {Kind.GOODS: "gift", Kind.SERVICE: "tools", Kind.COMPANY: "users"}
_CHILD = "孩子的心愿，监护人已同意"


@dataclass(frozen=True)
class Card:
    """One wish that waits on the wall."""

    key: str
    kind: str
    icon: str
    title: str
    text: str
    where: str
    whose: str
    needs: str
    waited: str
    joint: bool


@dataclass(frozen=True)
class Realised:
    """One wish that came true; `thanks` only where the wisher lets others read it."""

    title: str
    kind: str
    where: str
    took: str
    on: datetime
    thanks: str


@dataclass(frozen=True)
class Sieve:
    """What the wall is narrowed to; each empty where it is not."""

    kind: str = ""
    street: str = ""
    community: str = ""

    @property
    def in_use(self) -> bool:
        """True where anything is left out."""
        return bool(self.kind or self.street or self.community)

    @property
    def query(self) -> str:
        """The query string, ready to have a page appended."""
        kept = {"kind": self.kind, "street": self.street, "community": self.community}
        text = urlencode({name: value for name, value in kept.items() if value})
        return f"{text}&" if text else ""


def sieve(kind: str, street: str, community: str) -> Sieve:
    """The sieve of what an address says; what is unknown or contradicts itself is left out."""
    street = street if _is_at(street, Level.STREET) else ""
    if not _is_at(community, Level.COMMUNITY) or (street and not community.startswith(street)):
        community = ""
    return Sieve(kind if kind in Kind.values else "", code_at(community, Level.STREET) or street, community)


def _is_at(code: str, level: Level) -> bool:
    return catalog.place(code) is not None and level_of(code) == level


def cards(chosen: Sieve, cursor: str) -> Page:
    """A page of cards, those who have waited longest first; one query."""
    rows = _waiting(chosen).for_wall()
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    page = keyset(rows, order=("published_at", "id"), cursor=cursor, size=A_PAGE, never_null=True)
    today = timezone.localdate()
    return Page([_card(wish, today) for wish in page], page.next_cursor, page.prev_cursor)


def _waiting(chosen: Sieve) -> QuerySet[Wish]:
    rows = Wish.objects.waiting()
    if chosen.community:
        return rows.filter(community=chosen.community, care_label="").exclude(for_whom=ForWhom.CHILD)
    return rows.filter(street=chosen.street) if chosen.street else rows


def _card(wish: Wish, today) -> Card:
    days = (today - timezone.localdate(wish.published_at)).days
    needs = [f"约{wish.price}元" if wish.price else "", wish.effort]
    return Card(
        key=key_of(wish),
        kind=wish.kind_label,
        icon=ICONS[Kind(wish.kind)],
        title=wish.title,
        text=wish.public_text,
        where=where(wish),
        whose=_CHILD if wish.is_childs else wish.care_label,
        needs="　".join(filter(None, needs)),
        waited=f"等了{days}天" if days > 0 else "今天上墙",
        joint=wish.joint,
    )


def where(wish: Wish) -> str:
    """The street and community of a wish in public; the street alone where a tag or a child stands beside it."""
    if says_street_only(wish, wish.care_label):
        return catalog.called(wish.street)
    return catalog.community_called(wish.area_id)


def longest_waiting() -> list[Card]:
    """The few that have waited longest, at most a minute old."""
    return catalog.remembered("wall-waiting", lambda: cards(Sieve(), "").rows[:RECENT])


def counts(chosen: Sieve) -> list[tuple[str, str, str, int]]:
    """(kind, its name, its icon, how many wait in the chosen place), all kinds first; at most a minute old."""
    place = Sieve(street=chosen.street, community=chosen.community)
    found = catalog.remembered(f"wall:{place.query}", lambda: _counted(place))
    every = [(kind.value, kind.label, ICONS[kind], found.get(kind.value, 0)) for kind in Kind]
    return [("", "全部", "", sum(found.values())), *every]


def _counted(place: Sieve) -> dict[str, int]:
    return dict(_waiting(place).order_by().values_list("kind").annotate(Count("pk")))


def recently_realised() -> list[Realised]:
    """The newest that came true, at most a minute old."""
    return catalog.remembered("wall-realised", lambda: realised("", size=RECENT).rows)


def realised(cursor: str, *, size: int = A_PAGE) -> Page:
    """A page of wishes that came true, newest first; one query."""
    rows = Wish.objects.realised().for_wall()
    page = keyset(rows, order=("-fulfilled_at", "-id"), cursor=cursor, size=size, never_null=True)
    return Page([_realised(wish) for wish in page], page.next_cursor, page.prev_cursor)


def _realised(wish: Wish) -> Realised:
    return Realised(
        title=wish.title,
        kind=wish.kind_label,
        where=where(wish),
        took=days_taken(wish.created_at, wish.fulfilled_at),
        on=wish.fulfilled_at,
        thanks=wish.thanks if wish.thanks_public else "",
    )


def days_taken(start: datetime, end: datetime) -> str:
    """How long a wish took in words: plain days, as people wait."""
    days = (timezone.localdate(end) - timezone.localdate(start)).days
    return f"{days}天" if days > 0 else "当天"


def this_year() -> Figures:
    """The figures of the district's wishes since New Year, at most a minute old."""
    return catalog.remembered("wall-figures", _this_year)


def _this_year() -> Figures:
    now = timezone.localtime()
    new_year = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return figures(Wish.objects.all(), since=new_year, until=now + timedelta(seconds=1))
