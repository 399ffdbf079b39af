"""What a neighbourhood shows of itself to everybody: its team by surname and post, office numbers, the number to call.

Never a private number: mobile numbers are left out even where somebody wrote one into an office field.
"""

import re
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from common.sensitive import mask
from grids.levels import Level, code_at
from grids.models import Area, Post, Posting

_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")
_SEPARATORS = re.compile(r"[\s\-‐-―－()（）]")
# The community's own people first, then the grid's, then 三官一律.
_FAMILIES = {Post.Family.OFFICE: 0, Post.Family.GRID: 1, Post.Family.LEGAL: 2}


@dataclass(frozen=True)
class Member:
    """One of the team: 王网格员, 网格员, when and where, the office number; `stands_in` while somebody else is on leave."""

    called: str
    post: str
    place: str
    hours: str
    phone: str
    stands_in: bool

    @property
    def dialled(self) -> str:
        """The office number as a link dials it."""
        return dialled(self.phone)


def current_area(code: str) -> Area | None:
    """The grid or community of a code as it is now: of a merged one, what it was merged into; None where there is none."""
    area = Area.objects.filter(code=code, level__lte=Level.COMMUNITY).first()
    for _ in range(10):  # merged, merged again: a chain of ten is a mistake
        if area is None or area.merged_into_id is None:
            break
        area = Area.objects.filter(pk=area.merged_into_id).first()
    return area if area and area.in_service and area.valid_to is None and area.merged_into_id is None else None


def team_of(code: str, *, at=None) -> list[Member]:
    """The public team of a grid, its community's included, or of a community alone; stand-ins in place of people on leave."""
    at = at or timezone.now()
    rows = Posting.objects.current(at).filter(post__is_public=True, user__is_active=True)
    rows = rows.filter(Q(area_id=code) | Q(area_id=code_at(code, Level.COMMUNITY)))
    rows = rows.select_related("post", "area", "unit", "user", "stand_in")
    return [_member(posting, at) for posting in sorted(rows, key=_place_in_line)]


def _place_in_line(posting: Posting) -> tuple:
    return _FAMILIES.get(posting.post.family, 9), posting.post.order, posting.pk


def _member(posting: Posting, at) -> Member:
    person = posting.deputy(at)
    return Member(
        called=called_in_public(person, posting.post.name),
        post=posting.post.name,
        place=str(posting.unit or posting.area),
        hours=posting.hours,
        phone=office_number(posting.office_phone),
        stands_in=person != posting.user,
    )


def called_in_public(person, post: str) -> str:
    """Surname and title: 陈书记. Where the title spells the whole name out or is missing, surname and post: 王网格员."""
    masked = mask(person.full_name, "name")
    surname = masked.removesuffix("*")
    if person.title.startswith(surname) and person.full_name not in person.title:
        return person.title
    return f"{surname}{post}" if masked.endswith("*") else masked


def office_number(text: str) -> str:
    """`text` where it may be shown and dialled; empty where it holds a mobile number."""
    return "" if _MOBILE.search(_SEPARATORS.sub("", text)) else text.strip()


def dialled(text: str) -> str:
    """A number as a `tel:` link wants it; the first one where several are written."""
    first = re.split(r"[、，,;；/]|转", text)[0]
    return re.sub(r"[^\d+]", "", first)


def hotline_of(area: Area) -> str:
    """The number on the card and the page: the grid's own, else its community's; empty where neither has one."""
    own = office_number(area.phone)
    if own or area.level != Level.GRID:
        return own
    above = Area.objects.filter(pk=area.parent_code).values_list("phone", flat=True).first()
    return office_number(above or "")
