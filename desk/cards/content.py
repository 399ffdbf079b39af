"""What stands on the cards of a grid, and whether all of it can be printed."""

from dataclasses import dataclass

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse

from common.errors import DomainError
from desk.cards import font
from files.models import Photo
from grids import shown
from grids.levels import Level
from grids.models import Area, ServiceCentre

HALL = "魏都区网格服务"


@dataclass(frozen=True)
class Content:
    """The words and the picture of one grid's cards. Office numbers only: `grids.shown` leaves private ones out."""

    code: str
    place: str
    name: str
    hotline: str
    hours: str
    team: list[shown.Member]
    address: str
    picture: Photo | None

    def open_picture(self):
        """The centre's picture as an open file; None where there is none."""
        return default_storage.open(str(self.picture.image.name)) if self.picture else None

    @property
    def filename(self) -> str:
        """How its file is called, without kind and date."""
        return f"魏都区_{self.place}{self.name}"

    def unprintable(self) -> list[tuple[str, str]]:
        """(whose words, character) for every character the font lacks."""
        words = [(self.place + self.name, self.place + self.name), ("值班电话", self.hotline), ("值班时间", self.hours)]
        words += [(_named(one), one.called + one.post + one.phone) for one in self.team]
        return [(whose, character) for whose, text in words for character in font.missing_in(text)]


def _named(one: shown.Member) -> str:
    return one.called if one.post in one.called else f"{one.post}{one.called}"


def of(area: Area) -> Content:
    """What the cards of a grid or a community say."""
    place = area.full_name.removesuffix(area.name) if area.level == Level.GRID else ""
    own = shown.office_number(area.phone)
    return Content(
        code=area.code,
        place=place,
        name=area.name if area.level == Level.GRID else area.full_name,
        hotline=shown.hotline_of(area),
        hours=area.hours if own else _hours_above(area),
        team=shown.team_of(area.code),
        address=f"{settings.PUBLIC_BASE_URL.rstrip('/')}{reverse('public:grid', args=[area.code])}",
        picture=_picture(area),
    )


def _hours_above(area: Area) -> str:
    """When the community's number, which stands in for the grid's, is answered."""
    if area.level != Level.GRID:
        return ""
    above = Area.objects.filter(pk=area.parent_code).first()
    return above.hours if above and shown.office_number(above.phone) else ""


def listed(team: list[shown.Member], most: int, *, place: str = "") -> list[shown.Member]:
    """`most` of the team, in their order. Where not all fit, those stay who can be called, first those of `place`."""
    chosen = sorted(team, key=lambda one: (not one.phone, one.place != place))[:most]
    return [one for one in team if one in chosen]


def _picture(area: Area) -> Photo | None:
    """The centre's picture: the grid's own centre, else its community's."""
    centres = ServiceCentre.objects.filter(
        area__in=[area.code, area.code_on(Level.COMMUNITY)], closed_date__isnull=True, picture__isnull=False
    )
    found = centres.select_related("picture").order_by("-area_id", "pk").first()
    return found.picture if found else None


def check(contents: list[Content]) -> None:
    """DomainError that names everybody whose words hold a character the font lacks."""
    lacking = dict.fromkeys(pair for content in contents for pair in content.unprintable())
    if lacking:
        named = "、".join(f"{whose}（“{character}”，U+{ord(character):04X}）" for whose, character in lacking)
        raise DomainError(f"字库里没有这些字，印出来会缺字：{named}。请先把称呼改成字库里有的写法，再打印。")
